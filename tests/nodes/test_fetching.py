"""Fetching: which addresses are refused, what is tried again, and that nothing runs on for ever."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodes.sources.fetching.addresses import is_public, numbers_of, target_of
from nodes.sources.fetching.answers import Rules, StoppedError, asked, patiently, refusal_of_use
from nodes.sources.fetching.downloads import Brought, Wanted, bring_all
from nodes.sources.unpacking import Entry, RefusedError, unpacking
from tests.nodes.exporting import coded
from tests.nodes.serving import Server, sent, serving

HERE = Rules(timeout=0.5, allow_private=True, waits=(0.0, 0.0))


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as started:
        yield started


def body(url: str, rules: Rules = HERE) -> bytes:
    return patiently(url, rules, lambda answer: b"".join(answer.parts))


def refusal(url: str, rules: Rules = HERE) -> str:
    with pytest.raises(RefusedError) as caught:
        body(url, rules)
    return caught.value.rule


@pytest.mark.parametrize(
    "number",
    [
        "127.0.0.1", "127.9.9.9", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "0.1.2.3", "192.0.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
        "::", "::1", "fe80::1", "fc00::1", "fec0::1", "ff02::1", "2001:db8::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "2002:7f00:1::", "64:ff9b::7f00:1", "64:ff9b:1::a00:1",
        "2001:0:4136:e378:8000:63bf:80ff:fffe",
    ],
)  # fmt: skip
def test_addresses_that_are_not_on_the_open_internet(number: str) -> None:
    assert not is_public(ip_address(number))


@pytest.mark.parametrize(
    "number", ["93.184.216.34", "8.8.8.8", "2606:2800:220:1::1", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_addresses_that_are(number: str) -> None:
    assert is_public(ip_address(number))


@given(st.ip_addresses(v=4))
def test_an_ipv6_address_is_as_public_as_the_ipv4_address_in_it(address: Any) -> None:
    for prefix in ("::ffff:", "64:ff9b::"):
        assert is_public(ip_address(f"{prefix}{address}")) == is_public(address)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "::1", "0", "127.1"])
def test_this_machine_is_refused_however_it_is_written(host: str) -> None:
    with pytest.raises(RefusedError) as caught:
        numbers_of(host, 80, allow_private=False)
    assert caught.value.rule in ("private-address", "unknown-host")


def test_a_name_that_leads_to_this_machine_is_refused(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    url = server.give("/a.jpg", coded()).replace("127.0.0.1", "picture.example")
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(2, 1, 6, "", ("127.0.0.1", 0))])
    assert refusal(url, Rules(timeout=0.5)) == "private-address"
    assert not server.asked


def test_a_name_is_asked_for_once_and_the_checked_number_is_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([["93.184.216.34", "127.0.0.1"], ["127.0.0.1"]])
    connected: list[str] = []

    def connect(address: tuple[str, int], *_: object, **__: object) -> None:
        connected.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(2, 1, 6, "", (n, 0)) for n in next(answers)])
    monkeypatch.setattr(socket, "create_connection", connect)
    assert refusal("http://rebinding.example/a.jpg", Rules(timeout=0.5, waits=())) == "no-answer"
    assert connected == ["93.184.216.34"]


@pytest.mark.parametrize(
    "url",
    [
        "", "a.jpg", "ftp://x/a.jpg", "file:///etc/passwd", "javascript:alert(1)", "http://", "http:///a", "//x/a",
        "http://user:secret@x/a.jpg", "http://x:99999/", "http://x:-1/", "http://[::1", "http://" + "a" * 9000,
        "http://" + "a" * 70 + ".com/", "http://a..b/", "data:image/png;base64,AAAA",
    ],
)  # fmt: skip
def test_what_is_no_web_address_is_refused(url: str) -> None:
    assert refusal(url) == "bad-url"


@given(st.text())
def test_any_text_is_an_address_or_refused(text: str) -> None:
    for url in (text, f"http://x/{text}", f"https://x.example/?{text}", f"http://{text}/"):
        try:
            target = target_of(url)
        except RefusedError:
            continue
        assert f"{target.host_header}{target.path}".isascii()
        assert not {" ", "\r", "\n", "\0"} & set(target.path)


def test_names_in_other_scripts_are_encoded() -> None:
    target = target_of("https://bücher.example:8443/ü ber.jpg?größe=1#part")
    assert (target.host, target.host_header) == ("xn--bcher-kva.example", "xn--bcher-kva.example:8443")
    assert target.path == "/%C3%BC%20ber.jpg?gr%C3%B6%C3%9Fe=1"


def test_a_picture_comes_whole(server: Server) -> None:
    assert body(server.give("/a b.jpg".replace(" ", "%20"), coded())) == coded()


def test_redirects_are_followed_a_few_times(server: Server) -> None:
    server.give("/a.jpg", coded())
    for number in range(8):
        server.give(f"/{number}", b"", 302, location="/a.jpg" if number == 0 else f"/{number - 1}")
    assert body(server.url("/4")) == coded()
    assert refusal(server.url("/5")) == "redirects"


@pytest.mark.parametrize(
    ("location", "rule"),
    [("file:///etc/passwd", "bad-url"), ("http://10.0.0.1/", "private-address"), ("", "http-status")],
)
def test_each_redirect_is_checked_like_the_first(
    server: Server, monkeypatch: pytest.MonkeyPatch, location: str, rule: str
) -> None:
    url = server.give("/go", b"", 302, location=location)

    def only_here(host: str, port: int, *, allow_private: bool) -> list[str]:
        return numbers_of(host, port, allow_private=host == "127.0.0.1")

    monkeypatch.setattr("nodes.sources.fetching.wire.numbers_of", only_here)
    assert refusal(url, Rules(timeout=0.5, waits=())) == rule


@pytest.mark.parametrize(
    ("value", "word"),
    [
        ("noai", "noai"), ("noindex, nofollow", "noindex"), ("NoImageAI", "noimageai"), ("nofollow", None), ("", None),
        ("*: noimageindex", "noimageindex"), ("googlebot: noindex", None), ("nodegraph: noai", "noai"),
        ("unavailable_after: 25 Jun 2030 15:00:00 PST", None), ("noai, unavailable_after: 25 Jun 2030", "noai"),
    ],
)  # fmt: skip
def test_what_a_site_says_of_the_use_of_its_pictures(value: str, word: str | None) -> None:
    assert refusal_of_use([(b"X-Robots-Tag", b"all"), (b"X-Robots-Tag", value.encode())]) == word


def test_a_site_that_forbids_use_is_left_alone_unless_told_otherwise(server: Server) -> None:
    url = server.give("/a.jpg", coded(), x_robots_tag="noai")
    assert refusal(url) == "robots"
    assert body(url, Rules(allow_private=True, respect_robots=False)) == coded()


@pytest.mark.parametrize(("status", "times"), [(404, 1), (410, 1), (403, 1), (500, 3), (503, 3), (429, 3), (204, 1)])
def test_only_passing_trouble_is_tried_again(server: Server, status: int, times: int) -> None:
    assert refusal(server.give("/a.jpg", b"", status)) == "http-status"
    assert server.asked["/a.jpg"] == times


def test_a_server_that_was_busy_gives_the_picture_in_the_end(server: Server) -> None:
    def busy_twice(handler: BaseHTTPRequestHandler) -> None:
        busy = server.asked["/a.jpg"] < 3
        sent(handler, b"" if busy else coded(), 503 if busy else 200, retry_after="0")

    server.routes["/a.jpg"] = busy_twice
    assert body(server.url("/a.jpg")) == coded()


def test_a_server_that_asks_for_patience_gets_it(server: Server) -> None:
    def busy_once(handler: BaseHTTPRequestHandler) -> None:
        busy = server.asked["/a.jpg"] < 2
        sent(handler, coded(), 429 if busy else 200, retry_after="1")

    server.routes["/a.jpg"] = busy_once
    start = time.monotonic()
    body(server.url("/a.jpg"))
    assert time.monotonic() - start >= 1


def test_a_server_that_says_nothing_is_given_up(server: Server) -> None:
    server.routes["/a.jpg"] = lambda _: time.sleep(1)
    assert refusal(server.url("/a.jpg"), Rules(timeout=0.1, allow_private=True, waits=())) == "no-answer"


def test_a_server_that_drips_is_given_up_too(server: Server) -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("content-length", "1000")
        handler.end_headers()
        for _ in range(100):
            handler.wfile.write(b"x")
            time.sleep(0.05)

    server.routes["/a.jpg"] = drip
    start = time.monotonic()
    assert refusal(server.url("/a.jpg"), Rules(timeout=0.1, allow_private=True, waits=())) == "no-answer"
    assert time.monotonic() - start < 3


def test_an_answer_that_is_cut_short_is_no_answer(server: Server) -> None:
    server.give("/a.jpg", coded()[:100], content_length="5000")
    assert refusal(server.url("/a.jpg")) == "no-answer"
    assert server.asked["/a.jpg"] == 3


def test_what_says_that_it_is_too_large_is_not_read(server: Server) -> None:
    url = server.give("/a.jpg", coded(), content_length=str(10**12))
    assert refusal(url) == "too-large"


def test_packed_answers_are_refused(server: Server) -> None:
    assert refusal(server.give("/a.jpg", b"\x1f\x8b", content_encoding="gzip")) == "encoded"


def test_a_cancelled_run_asks_nothing(server: Server) -> None:
    url = server.give("/a.jpg", coded())
    with pytest.raises(StoppedError), asked(url, Rules(allow_private=True, cancelled=lambda: True)):
        pass
    assert not server.asked


def brought(folder: Path, urls: list[str], rules: Rules = HERE, **more: Any) -> list[Brought]:
    with unpacking(str(folder), most_bytes=10**9) as unpacked:
        wanted = [Wanted(url, "p") for url in urls]
        return bring_all(wanted, unpacked, rules, **{"threads": 8, "per_host": 4, **more})


def test_results_come_in_the_order_that_was_asked_for(server: Server, tmp_path: Path) -> None:
    def slow_first(handler: BaseHTTPRequestHandler) -> None:
        time.sleep(0.2)
        sent(handler, coded(0))

    server.routes["/0"] = slow_first
    urls = [server.url("/0"), server.give("/1", coded(1)), server.url("/gone"), server.give("/2", b"<html>" * 9999)]
    first, second, gone, page = brought(tmp_path, urls)
    assert isinstance(first, Entry)
    assert isinstance(second, Entry)
    assert (tmp_path / first.file).read_bytes() == coded(0)
    assert (tmp_path / second.file).read_bytes() == coded(1)
    assert isinstance(gone, RefusedError)
    assert isinstance(page, RefusedError)
    assert (gone.rule, page.rule) == ("http-status", "not-a-picture")


def test_a_host_is_asked_for_few_pictures_at_once(server: Server, tmp_path: Path) -> None:
    lock, now, most = threading.Lock(), 0, 0

    def slow(handler: BaseHTTPRequestHandler) -> None:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        time.sleep(0.05)
        with lock:  # before the answer, after which the next may come
            now -= 1
        sent(handler, coded())

    for number in range(12):
        server.routes[f"/{number}"] = slow
    assert None not in brought(tmp_path, [server.url(f"/{n}") for n in range(12)], per_host=3)
    assert most == 3


def test_one_busy_host_does_not_hold_up_another(server: Server, tmp_path: Path) -> None:
    def slow(handler: BaseHTTPRequestHandler) -> None:
        time.sleep(0.3)
        sent(handler, coded())

    server.routes["/slow"] = slow
    times: list[float] = []
    start = time.monotonic()
    server.routes["/quick"] = lambda handler: (times.append(time.monotonic() - start), sent(handler, coded()))[1]
    urls = [server.url(f"/slow?{n}") for n in range(4)] + [server.url("/quick", "localhost")]
    brought(tmp_path, urls, threads=3, per_host=1)
    assert times[0] < 0.3


def test_what_is_there_is_not_fetched_again_and_neither_is_what_is_gone(server: Server, tmp_path: Path) -> None:
    urls = [server.give("/a", coded()), server.url("/gone"), server.give("/busy", b"", 503)]
    brought(tmp_path, urls)
    server.asked.clear()
    again = brought(tmp_path, urls)
    assert dict(server.asked) == {"/busy": 3}
    assert isinstance(again[0], Entry)
    brought(tmp_path, urls, again=True)
    assert server.asked["/gone"] == 1


def test_pictures_that_were_left_alone_are_asked_for_when_told_to(server: Server, tmp_path: Path) -> None:
    url = server.give("/a", coded(), x_robots_tag="noai")
    assert isinstance(brought(tmp_path, [url])[0], RefusedError)
    (result,) = brought(tmp_path, [url], Rules(allow_private=True, respect_robots=False))
    assert isinstance(result, Entry)


def test_a_stopped_run_goes_on_where_it_was(server: Server, tmp_path: Path) -> None:
    urls = [server.give(f"/{n}", coded(n)) for n in range(9)]
    stopping = Rules(allow_private=True, cancelled=lambda: sum(server.asked.values()) >= 4)
    first = brought(tmp_path, urls, stopping, threads=1)
    assert 0 < first.count(None) < 9
    whole = {url for url, result in zip(urls, first, strict=True) if result is not None}
    server.asked.clear()
    second = brought(tmp_path, urls)
    assert all(isinstance(result, Entry) for result in second)
    assert {server.url(path) for path in server.asked} == set(urls) - whole


def test_the_progress_counts_to_the_end(server: Server, tmp_path: Path) -> None:
    said: list[tuple[int, int]] = []
    urls = [server.give(f"/{n}", coded(n)) for n in range(5)]
    brought(tmp_path, urls, progress=lambda done, total: said.append((done, total)))
    assert said == [(n, 5) for n in range(6)]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if (openssl := shutil.which("openssl")) is None:
        pytest.skip("openssl makes the certificate and is not installed")
    folder = tmp_path_factory.mktemp("certificate")
    kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    name = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    subprocess.run([openssl, "req", *kind, *name, *files], check=True, capture_output=True)
    return folder


@pytest.fixture
def secure_server(certificate: Path) -> Iterator[Server]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    with serving(context) as started:
        yield started


def test_a_picture_comes_over_tls_when_the_certificate_is_trusted(
    secure_server: Server, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secure_server.give("/a.jpg", coded())
    trusted = ssl.create_default_context(cafile=str(certificate / "cert.pem"))
    monkeypatch.setattr("nodes.sources.fetching.answers._trusted", lambda: trusted)
    assert body(secure_server.url("/a.jpg", "localhost")) == coded()
    assert refusal(secure_server.url("/a.jpg", "127.0.0.1"), Rules(allow_private=True, waits=())) == "no-answer"


def test_a_certificate_that_nobody_trusts_is_refused(secure_server: Server) -> None:
    secure_server.give("/a.jpg", coded())
    assert refusal(secure_server.url("/a.jpg", "localhost"), Rules(allow_private=True, waits=())) == "no-answer"
    assert not secure_server.asked
