"""Answers: one address asked over HTTP, its redirects followed step by step, each step checked like the first."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from nodes.sources.fetching.addresses import Target, target_of
from nodes.sources.unpacking import RefusedError

if TYPE_CHECKING:
    import ssl

MOST_REDIRECTS = 5
REDIRECTS = frozenset((301, 302, 303, 307, 308))
PASSING = frozenset((408, 425, 429, 500, 502, 503, 504))
FOR_GOOD = frozenset((401, 403, 404, 410, 451))
REFUSALS_OF_USE = frozenset(("noai", "noimageai", "noindex", "noimageindex"))
"""What a site says in X-Robots-Tag when its pictures are not to be used; the list that img2dataset goes by."""
LONGEST_WAIT = 30.0
_TIMES_TIMEOUT = 12


@dataclass(frozen=True, slots=True)
class Rules:
    """How addresses are asked. `timeout` is how long a server may be silent; one answer may take twelve times that.

    `waits` are the seconds before each further attempt when a server has no answer at the moment.
    """

    timeout: float = 10.0
    most_bytes: int = 50_000_000
    respect_robots: bool = True
    allow_private: bool = False
    waits: Sequence[float] = (0.5, 2.0)
    headers: Sequence[tuple[str, str]] = ()
    cancelled: Callable[[], bool] = lambda: False


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that is there: the address it came from, its status and headers, and its body in parts."""

    url: str
    status: int
    headers: Sequence[tuple[bytes, bytes]]
    parts: Iterator[bytes] = field(repr=False)


class PassingError(Exception):
    """No answer now, perhaps later: the text says why, `wait` how many seconds the server asks to be left alone."""

    def __init__(self, reason: str, wait: float | None = None, status: int | None = None) -> None:
        super().__init__(reason)
        self.wait, self.status = wait, status


class StoppedError(Exception):
    """The run was cancelled."""


def patiently(url: str, rules: Rules, take: Callable[[Answer], Any]) -> Any:
    """What `take` makes of the answer; asked again while the trouble is passing and there are `waits` left.

    Raises RefusedError when there is no answer to be had, StoppedError when the run was cancelled meanwhile.
    """
    for attempt in range(len(rules.waits) + 1):
        try:
            with asked(url, rules) as answer:
                return take(answer)
        except PassingError as error:
            if attempt == len(rules.waits):
                raise RefusedError("no-answer" if error.status is None else "http-status", str(error)) from error
            _wait(min(max(error.wait or 0.0, rules.waits[attempt]), LONGEST_WAIT), rules.cancelled)
    raise AssertionError("the last attempt ends the loop")


@contextmanager
def asked(url: str, rules: Rules) -> Iterator[Answer]:
    """The answer to one attempt, after up to five redirects.

    Raises RefusedError for what is forbidden, too large or not there, PassingError for what may pass, StoppedError.
    """
    here = url
    for _ in range(MOST_REDIRECTS + 1):
        with _one_answer(here, target_of(here), rules) as answer:
            if rules.respect_robots and (word := refusal_of_use(answer.headers)):
                raise RefusedError("robots", f"the site asks not to use it (X-Robots-Tag: {word})", for_good=True)
            if answer.status not in REDIRECTS:
                _refuse_by_status(answer)
                _refuse_by_headers(answer, rules)
                yield answer
                return
            location = header(answer.headers, "location")
            if not location:
                raise RefusedError("http-status", f"the server answered {answer.status} and did not say where to go")
            target = target_of(location, here)
            here = f"{target.scheme}://{target.host_header}{target.path}"
    raise RefusedError("redirects", f"it leads on more than {MOST_REDIRECTS} times", for_good=True)


@contextmanager
def _one_answer(url: str, target: Target, rules: Rules) -> Iterator[Answer]:
    import httpcore

    from nodes.sources.fetching.wire import Guarded

    if rules.cancelled():
        raise StoppedError
    deadline = time.monotonic() + _TIMES_TIMEOUT * rules.timeout
    address = httpcore.URL(
        scheme=target.scheme.encode(), host=target.host.encode(), port=target.port, target=target.path.encode()
    )
    headers = [
        ("Host", target.host_header), ("User-Agent", _user_agent()), ("Accept-Encoding", "identity"),
        ("Connection", "close"), *rules.headers,
    ]  # fmt: skip
    waits = dict.fromkeys(("connect", "read", "write", "pool"), rules.timeout)
    backend = Guarded(deadline, allow_private=rules.allow_private)
    try:
        with (
            httpcore.ConnectionPool(ssl_context=_trusted(), max_connections=1, network_backend=backend) as pool,
            pool.stream("GET", address, headers=headers, extensions={"timeout": waits}) as response,
        ):
            yield Answer(url, response.status, response.headers, _parts(response.iter_stream(), rules))
    except httpcore.TimeoutException as error:
        raise PassingError("the server did not answer in time") from error
    except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
        if isinstance(error, OSError) and error.filename is not None:
            raise  # of the disk
        raise PassingError(f"the connection failed: {error or type(error).__name__}") from error


def _parts(stream: Any, rules: Rules) -> Iterator[bytes]:
    for part in stream:
        if rules.cancelled():
            raise StoppedError
        yield part


def _refuse_by_status(answer: Answer) -> None:
    status = answer.status
    if status in PASSING:
        raise PassingError(f"the server answered {status}", _seconds(header(answer.headers, "retry-after")), status)
    if not 200 <= status < 300 or status in (204, 206):
        raise RefusedError("http-status", f"the server answered {status}", for_good=status in FOR_GOOD)


def _refuse_by_headers(answer: Answer, rules: Rules) -> None:
    if header(answer.headers, "content-encoding") not in ("", "identity"):
        raise RefusedError("encoded", "the server sent it packed, which it was asked not to do")
    length = header(answer.headers, "content-length")
    if length.isdecimal() and len(length) < 20 and int(length) > rules.most_bytes:
        raise RefusedError("too-large", f"it is larger than {rules.most_bytes / 1e6:g} MB")


def header(headers: Sequence[tuple[bytes, bytes]], name: str) -> str:
    """The first header of this name, or nothing."""
    wanted = name.encode()
    return next((value.decode("latin-1").strip() for key, value in headers if key.lower() == wanted), "")


def refusal_of_use(headers: Sequence[tuple[bytes, bytes]]) -> str | None:
    """The word by which X-Robots-Tag forbids use, or None. What is said to another robot by name does not count."""
    for key, value in headers:
        if key.lower() != b"x-robots-tag":
            continue
        agent, colon, rest = value.decode("latin-1").lower().rpartition(":")
        named = colon and agent.strip() not in ("", "*", "nodegraph") and "," not in agent
        words = () if named else f"{agent},{rest}".split(",")
        for word in words:
            if word.strip() in REFUSALS_OF_USE:
                return word.strip()
    return None


def _seconds(text: str) -> float | None:
    return float(text) if text.isdecimal() and len(text) < 6 else None


def _wait(seconds: float, cancelled: Callable[[], bool]) -> None:
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        if cancelled():
            raise StoppedError
        time.sleep(min(left, 0.1))


def _user_agent() -> str:
    from importlib.metadata import version

    return f"nodegraph/{version('nodegraph')}"


@cache
def _trusted() -> ssl.SSLContext:
    import httpcore

    return httpcore.default_ssl_context()  # reading the certificates takes longer than a small picture
