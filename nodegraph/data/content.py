"""Content ids: the hash of a file's bytes, and how an unchanged file is known without reading it again."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol

from nodegraph.data.opening import opened
from nodegraph.data.unreadable import Unavailable

CHUNK = 1 << 20
RACY_NS = 2_000_000_000
"""A file changed this recently could change again with no visible trace: coarse file systems count in 2 seconds."""
ATTEMPTS = 3
PART = 32


class Stat(NamedTuple):
    """What tells one state of a file from another without reading it."""

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    device: int


class StatMemo(Protocol):
    """Remembers the content id of files by path and stat."""

    def lookup(self, path: Path | str, stat: Stat, /) -> str | None:
        """The content id remembered for this file in exactly this state, or None."""
        ...

    def remember(self, path: Path | str, stat: Stat, cid: str, /) -> None:
        """Remembers the content id of a file that looked like `stat` before and after it was read."""
        ...


class NoMemo:
    """A memo that remembers nothing."""

    def lookup(self, _path: Path | str, _stat: Stat, /) -> str | None:
        """Always None."""
        return None

    def remember(self, _path: Path | str, _stat: Stat, _cid: str, /) -> None:
        """Does nothing."""


def content_id(
    path: str | os.PathLike[str], memo: StatMemo | None = None, *, now_ns: Callable[[], int] = time.time_ns
) -> str:
    """blake2b-128 of the file's bytes in hex, 32 characters.

    Read in parts of 1 MiB, or not at all when `memo` knows the file in this state.
    A file that changes while it is read is read again, three times at most.
    Raises Unavailable, with rule "changing" for a file that never held still.
    """
    memo = memo or NoMemo()
    key = os.fspath(path)
    with opened(path) as file:
        before = _stat(file)
        known = memo.lookup(key, before)
        for _attempt in range(0 if known else ATTEMPTS):
            file.seek(0)
            # The clock is read before the bytes: a write during or after the read gets a later time than this.
            started = now_ns()
            cid = _hash(file)
            after = _stat(file)
            if after == before:
                # As in git's index, a file touched just now is not remembered: a second write within the same tick of
                # the file system's clock would leave size and times as they are.
                # On POSIX the time that counts is the change time: nobody can set it back.
                if started - (after.mtime_ns if os.name == "nt" else after.ctime_ns) > RACY_NS:
                    memo.remember(key, after, cid)
                return cid
            before = after
    if known:
        return known
    raise Unavailable("changing", "the file kept changing while it was read")


def content_ids(
    paths: Sequence[str],
    memo: StatMemo | None = None,
    *,
    threads: int = 4,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> list[str | Unavailable]:
    """The content id of each file, or why it could not be read, in the order of `paths`.

    `progress(done, total)` is called from the reading threads, one call at a time.
    """
    total, done, lock = len(paths), 0, threading.Lock()

    def read(path: str) -> str | Unavailable:
        nonlocal done
        try:
            result: str | Unavailable = content_id(path, memo)
        except Unavailable as error:
            result = error
        with lock:
            done += 1
            progress(done, total)
        return result

    def read_part(part: Sequence[str]) -> list[str | Unavailable]:
        return [read(path) for path in part]

    # A few files at a time: to hand over one that is remembered takes longer than to look it up.
    parts = [paths[start : start + PART] for start in range(0, total, PART)]
    if not parts:
        return []
    with ThreadPoolExecutor(min(threads, len(parts)), thread_name_prefix="content") as pool:
        return [result for part in pool.map(read_part, parts) for result in part]


def _hash(file: BinaryIO) -> str:
    digest = blake2b(digest_size=16)
    for part in iter(partial(file.read, CHUNK), b""):
        digest.update(part)
    return digest.hexdigest()


def _stat(file: BinaryIO) -> Stat:
    found = os.fstat(file.fileno())
    return Stat(found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino, found.st_dev)
