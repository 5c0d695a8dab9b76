"""Fetch: one file from an address to a path, resumed where it was cut off, verified before it takes its name.

huggingface_hub checks no more than the size of a download, and drops what it has when it is interrupted. Weights of
gigabytes deserve better: bytes come through its session (proxies, tokens, offline switch) but are kept and hashed here.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from nodegraph.models.inventory import git_blob_id, sha256_of

RETRY_WAITS: Sequence[float] = (0.5, 2.0)
"""Seconds before each further attempt after the connection broke; then the caller is told."""

TIMEOUT_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Digest:
    """The hash a file must have: sha256 of its bytes, or the id git gives it."""

    kind: Literal["sha256", "git"]
    hex: str

    def of(self, path: Path) -> str:
        """The hash of this kind that a file has, in hex."""
        return sha256_of(path) if self.kind == "sha256" else git_blob_id(path)


class WrongHashError(Exception):
    """What came over the wire is not the file that was asked for. The file has been removed."""

    def __init__(self, url: str, expected: str, found: str) -> None:
        super().__init__(f"{url}: expected hash {expected}, found {found}")
        self.expected = expected
        self.found = found


class InterruptedDownloadError(Exception):
    """The connection broke more often than is worth trying. What came is kept and the next call goes on from there."""


def partial_of(target: Path) -> Path:
    """Where the bytes of a file are kept until all are there."""
    return target.with_name(target.name + ".nodegraph.incomplete")


def fetch(
    url: str,
    target: Path,
    digest: Digest,
    *,
    size: int | None = None,
    headers: Mapping[str, str] | None = None,
    on_bytes: Callable[[int], None] = lambda _have: None,
) -> None:
    """Brings the file at `url` to `target`; nothing is there under that name before its hash is right.

    `on_bytes` gets how many bytes of it are here, and may raise to stop: what came is kept for the next call.
    Raises WrongHashError, InterruptedDownloadError, OSError, and huggingface_hub's errors for a status that is not 2xx.
    """
    from huggingface_hub.errors import HfHubHTTPError, HTTPError  # pyright: ignore[reportPrivateImportUsage]
    from huggingface_hub.utils import WeakFileLock

    target.parent.mkdir(parents=True, exist_ok=True)
    partial = partial_of(target)
    with WeakFileLock(partial.with_suffix(".lock")):
        if target.is_file():  # another process was faster
            on_bytes(target.stat().st_size)
            return
        for attempt in range(len(RETRY_WAITS) + 1):
            try:
                _stream(url, partial, size, headers or {}, on_bytes)
                break
            except HfHubHTTPError:
                raise
            except (HTTPError, InterruptedDownloadError) as error:
                if attempt == len(RETRY_WAITS):
                    raise InterruptedDownloadError(f"{url}: {error}") from error
                time.sleep(RETRY_WAITS[attempt])
        found = digest.of(partial)
        if found != digest.hex:
            partial.unlink()
            raise WrongHashError(url, digest.hex, found)
        partial.replace(target)


def _stream(
    url: str, partial: Path, size: int | None, headers: Mapping[str, str], on_bytes: Callable[[int], None]
) -> None:
    from huggingface_hub.utils import get_session, hf_raise_for_status

    have = partial.stat().st_size if partial.exists() else 0
    if size is not None and have > size:
        partial.unlink()
        have = 0
    on_bytes(have)
    if size is not None and have == size and partial.exists():
        return
    asked = {**headers, "Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    with get_session().stream("GET", url, headers=asked, timeout=TIMEOUT_SECONDS, follow_redirects=True) as response:
        if response.status_code == 416:
            partial.unlink()
            raise InterruptedDownloadError("the server has fewer bytes than are here already; starting again")
        hf_raise_for_status(response)
        resumed = response.status_code == 206
        have = have if resumed else 0
        with partial.open("ab" if resumed else "wb") as file:
            for block in response.iter_bytes():
                file.write(block)
                have += len(block)
                on_bytes(have)
    if size is not None and have != size:
        raise InterruptedDownloadError(f"{have} of {size} bytes came")
