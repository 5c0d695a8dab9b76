"""Addresses: what a URL asks for, and to which numbers its name may lead."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import quote, urljoin, urlsplit

from nodes.sources.unpacking import RefusedError

Address = IPv4Address | IPv6Address

LONGEST_URL = 8000
PORTS = {"http": 80, "https": 443}
_NAT64 = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
_COMPATIBLE = IPv6Network("::/96")


@dataclass(frozen=True, slots=True)
class Target:
    """What is asked for: the scheme, the host in ASCII, the port, and the path with its query, percent-encoded."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def host_header(self) -> str:
        """The host as HTTP writes it."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == PORTS[self.scheme] else f"{name}:{self.port}"


def target_of(url: str, base: str = "") -> Target:
    """What a URL asks for; one that is relative is meant from `base`. Raises RefusedError for what is not fetched."""
    try:
        parts = urlsplit(urljoin(base, url.strip()))
        host, port = parts.hostname or "", parts.port
        ascii_host = host if ":" in host else host.encode("idna").decode("ascii")
    except ValueError as error:  # idna's too
        raise RefusedError("bad-url", "it is no address", for_good=True) from error
    if parts.scheme not in PORTS:
        raise RefusedError("bad-url", "only http and https addresses are fetched", for_good=True)
    if not host or len(url) > LONGEST_URL:
        raise RefusedError("bad-url", "it is no address" if not host else "it is too long", for_good=True)
    if parts.username is not None or parts.password is not None:
        raise RefusedError("bad-url", "it holds a user name or password", for_good=True)
    path = quote(parts.path.encode("utf-8", "surrogatepass") or b"/", safe="/%:@!$&'()*+,;=~")
    query = quote(parts.query.encode("utf-8", "surrogatepass"), safe="/%:@!$&'()*+,;=~?")
    whole = path + (f"?{query}" if query else "")
    return Target(parts.scheme, ascii_host, PORTS[parts.scheme] if port is None else port, whole)


def is_public(address: Address) -> bool:
    """Whether an address is on the open internet: not private, loopback, link-local, multicast or reserved.

    IPv6 addresses that carry one of IPv4 (mapped, compatible, 6to4, Teredo, NAT64) are as public as the one inside.
    """
    if isinstance(address, IPv6Address):
        carried = _carried(address)
        if carried is not None:
            return is_public(carried)
        if address.is_site_local:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def _carried(address: IPv6Address) -> IPv4Address | None:
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if address in _COMPATIBLE or any(address in network for network in _NAT64):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return None


def numbers_of(host: str, port: int, *, allow_private: bool) -> list[str]:
    """The addresses that a connection to `host` may use, in the system's order. Connect to these, not to the name.

    Asking again by name could give others: a name can lead to a public address first and to a private one then.
    Raises RefusedError when the name is unknown or leads nowhere that is allowed.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, ValueError) as error:
        raise RefusedError("unknown-host", f"the host {host} is not known") from error
    numbers = list(dict.fromkeys(str(item[4][0]) for item in found))
    allowed = [number for number in numbers if allow_private or is_public(ip_address(number.partition("%")[0]))]
    if not allowed:
        raise RefusedError("private-address", f"the host {host} is not on the open internet")
    return allowed
