"""Questions about a picture to a model behind an address that speaks OpenAI's chat protocol, such as Ollama's.

Redirects are refused, replies bounded in size and time, and pictures go unencrypted only to addresses that are
typed as local ones.
"""

from __future__ import annotations

import base64
import io
import json
import os
import re
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

from nodegraph import KeyVariable, Picture, Problem, ProblemError, Range, Text, measure, problem
from nodegraph.data.unreadable import Unavailable

if TYPE_CHECKING:
    from PIL import Image

KEY_PATTERN = r"[A-Z][A-Z0-9_]*_API_KEY"
"""What a variable may be called whose value is sent as a key: no graph file can ask for any other secret."""

CONNECT_SECONDS = 10.0
REPLY_SECONDS = 300.0
"""How long one answer may take: a large model on a processor takes minutes."""

MOST_BYTES = 1 << 20
WAITS = (1.0, 2.0, 4.0)
"""Seconds between attempts."""

LONGEST_WAIT = 30.0
BUSY = frozenset({408, 429, 500, 502, 503, 504})
FOR_ALL = {
    401: "it wants a key, or another one",
    403: "it does not let you in",
    404: "it does not know this model or this path",
    405: "it takes no questions at this path",
}
"""Statuses that every picture would get."""

QUALITY = 90


@dataclass(frozen=True, slots=True)
class Question:
    """One question about one picture, and where it goes."""

    url: str
    body: bytes
    key: str = ""


def url_problem(url: str) -> Problem | None:
    """The problem with the base address of an endpoint, or None. Asks no network."""
    try:
        parts = urlsplit(url.strip())
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return _bad_url(url, "it is no address")
    if parts.scheme not in ("http", "https") or not host:
        return _bad_url(url, "it does not begin with http:// or https:// and a name")
    if parts.username or parts.password or parts.query or parts.fragment:
        return _bad_url(url, "it holds more than a name, a port and a path")
    address = _address(host)
    if address is not None and (address.is_link_local or address.is_multicast or address.is_unspecified):
        return _bad_url(url, f"{host} is no address of a machine that answers")
    if parts.scheme == "http" and not is_local(url):
        return _bad_url(url, "pictures and keys would go over the internet unencrypted")
    return None


def _bad_url(url: str, why: str) -> Problem:
    fix = "Give an address such as http://127.0.0.1:11434/v1, or https:// for one that is not in your own network."
    return Problem("bad-endpoint", f"The address {url!r} cannot be used: {why}.", fix, param="url", value=url)


def _address(host: str) -> Any:
    try:
        address = ip_address(host)
    except ValueError:
        return None
    return address.ipv4_mapped or address if isinstance(address, IPv6Address) else address


def is_local(url: str) -> bool:
    """Whether the address is typed as one of this machine or of a private network; no name is looked up for it."""
    host = urlsplit(url.strip()).hostname or ""
    address = _address(host)
    if address is None:
        return host == "localhost" or host.endswith(".localhost")
    return address.is_loopback or address.is_private


def hidden_problem(url: str) -> Problem | None:
    """The problem with a name that leads to an address of a private network, though none was typed; looks it up.

    A name that cannot be looked up has none: connecting will tell.
    """
    parts = urlsplit(url.strip())
    if is_local(url):
        return None
    try:
        found = socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
    except OSError:
        return None
    addresses = {str(place[0]) for *_, place in found}
    if all((address := _address(text.partition("%")[0])) is None or address.is_global for text in addresses):
        return None
    message = f"{parts.hostname} leads to a private address ({', '.join(sorted(addresses))})."
    return Problem("hidden-address", message, "Give that address itself if you mean it.", param="url", value=url)


def key_problem(variable: str) -> Problem | None:
    """The problem with the name of the variable that holds the key, or None."""
    if not variable or re.fullmatch(KEY_PATTERN, variable):
        return None
    message = f"The variable {variable!r} cannot hold a key."
    fix = "Its name must be capitals that end in _API_KEY, so that no other secret is ever sent."
    return Problem("bad-key-variable", message, fix, param="key_variable", value=variable)


@measure("caption_endpoint", rev=1, takes=Picture("RGB", 720))
def endpoint_answer(
    picture: Image.Image,
    *,
    url: Annotated[str, Text()],
    model: Annotated[str, Text()],
    prompt: Annotated[str, Text(lines=3)] = "",
    max_tokens: Annotated[int, Range(1, 4096)] = 200,
    seed: Annotated[int, Range(0, 2**31 - 1)] = 0,
    key_variable: Annotated[str, KeyVariable()] = "",
) -> str:
    """What the model says of the RGB picture, on one line; at temperature 0.

    Raises Unavailable where this picture got no answer, ProblemError where none would.
    """
    body = {
        "model": model,
        "messages": [{"role": "user", "content": _content(picture, prompt)}],
        "max_tokens": max_tokens,
        "temperature": 0,
        "seed": seed,
        "stream": False,
    }
    if found := url_problem(url) or hidden_problem(url):
        raise ProblemError(found)
    question = Question(f"{url.strip().rstrip('/')}/chat/completions", json.dumps(body).encode(), _key(key_variable))
    return answer_in(asked(question))


def _content(picture: Image.Image, prompt: str) -> list[Mapping[str, Any]]:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=QUALITY)
    address = f"data:image/jpeg;base64,{base64.b64encode(file.getvalue()).decode('ascii')}"
    return [{"type": "text", "text": prompt}, {"type": "image_url", "image_url": {"url": address}}]


def _key(variable: str) -> str:
    if not variable:
        return ""
    if found := key_problem(variable):
        raise ProblemError(found)
    key = os.environ.get(variable, "")
    if not key:
        fix = "Set it in the environment that nodegraph is started from, or empty this field."
        raise problem("no-key", f"The variable {variable} holds no key.", fix, param="key_variable", value=variable)
    return key


class _AgainError(Exception):
    """Worth another attempt, after `later` seconds where the endpoint says so; `final` is what to raise at the last."""

    def __init__(self, final: Exception, later: float | None = None) -> None:
        super().__init__(str(final))
        self.final = final
        self.later = later


def asked(question: Question, sleep: Callable[[float], None] = time.sleep) -> bytes:
    """The reply to a question, asked again a few times where the endpoint is busy or cannot be reached.

    Raises Unavailable where this question gets no answer, ProblemError where none would.
    """
    import httpx

    timeout = httpx.Timeout(REPLY_SECONDS, connect=CONNECT_SECONDS)
    with httpx.Client(timeout=timeout, follow_redirects=False, trust_env=False) as client:
        for wait in WAITS:
            try:
                return _asked_once(client, question)
            except _AgainError as again:
                sleep(min(wait if again.later is None else again.later, LONGEST_WAIT))
        try:
            return _asked_once(client, question)
        except _AgainError as again:
            raise again.final from again


def _asked_once(client: Any, question: Question) -> bytes:
    import httpx

    try:
        status, reply, later = _sent(client, question)
    except (httpx.ConnectError, httpx.ConnectTimeout) as error:
        raise _AgainError(_unreachable(question, error)) from error
    except httpx.TimeoutException as error:
        raise Unavailable("io-error", f"the endpoint gave no answer in {REPLY_SECONDS:g} s") from error
    except httpx.HTTPError as error:
        raise _AgainError(Unavailable("io-error", f"the endpoint broke off: {error}")) from error
    if status == 200:
        return reply
    if status in BUSY:
        raise _AgainError(_refused(question, status, reply), later)
    raise _refused(question, status, reply)


def _sent(client: Any, question: Question) -> tuple[int, bytes, float | None]:
    """Status, body and how many seconds to wait as the endpoint says; Unavailable where it says too much."""
    headers = {"Content-Type": "application/json", "Accept-Encoding": "identity"}
    if question.key:
        headers["Authorization"] = f"Bearer {question.key}"
    until = time.monotonic() + REPLY_SECONDS
    with client.stream("POST", question.url, content=question.body, headers=headers) as response:
        reply = b""
        for chunk in response.iter_raw():  # nothing is unpacked, so that a small reply cannot become a huge one
            reply += chunk
            if len(reply) > MOST_BYTES:
                raise Unavailable("io-error", f"the endpoint's answer is larger than {MOST_BYTES >> 20} MB")
            if time.monotonic() > until:
                raise Unavailable("io-error", f"the endpoint gave no answer in {REPLY_SECONDS:g} s")
        later = response.headers.get("Retry-After", "")
        return response.status_code, reply, float(later) if re.fullmatch(r"\d{1,4}", later) else None


def _unreachable(question: Question, error: Exception) -> ProblemError:
    place = urlsplit(question.url).netloc
    return problem(
        "no-endpoint",
        f"Nothing answers at {place}: {error}.",
        "Start the program that serves the model, or correct the address.",
        param="url",
        value=place,
    )


def _refused(question: Question, status: int, reply: bytes) -> Exception:
    said = _said(reply)
    if 300 <= status < 400:
        message = f"The endpoint sends questions on to another address (status {status}), which is refused."
        return problem(
            "endpoint-redirects", message, "Give the address it really has.", param="url", value=question.url
        )
    if status in FOR_ALL:
        message = f"The endpoint refuses every question (status {status}): {FOR_ALL[status]}. It says: {said}"
        fix = "Check the model's name, the address and the key."
        return problem("endpoint-refuses", message, fix, param="model" if status == 404 else "url")
    return Unavailable("io-error", f"the endpoint answered with status {status}: {said}")


def _said(reply: bytes) -> str:
    """What an error reply says, on one short line."""
    try:
        found: Any = json.loads(reply)
        error = found.get("error", found) if isinstance(found, dict) else found
        text = str(error.get("message", error) if isinstance(error, dict) else error)
    except (ValueError, RecursionError):
        text = reply.decode("utf-8", "replace")
    line = " ".join(text.split())
    return (line if len(line) <= 200 else f"{line[:197]}...") or "nothing"


def answer_in(reply: bytes) -> str:
    """The model's words in a reply, on one line, without its thoughts. Raises Unavailable where there are none."""
    try:
        content: Any = json.loads(reply)["choices"][0]["message"]["content"]
        if isinstance(content, list):
            content = " ".join(part["text"] for part in content if part.get("type") == "text")
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError) as error:
        raise Unavailable("io-error", f"the endpoint's answer cannot be read: {_said(reply)}") from error
    if not isinstance(content, str):
        raise Unavailable("io-error", "the endpoint's answer holds no text")
    # a lone half of a surrogate pair, which JSON can spell, is no text
    text = content.encode("utf-8", "replace").decode("utf-8")
    return " ".join(text.rpartition("</think>")[2].replace("\x00", "").split())
