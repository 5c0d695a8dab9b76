"""Content ids: the hash of a file's bytes, and how an unchanged file is known without reading it again."""

from __future__ import annotations

import os
import stat
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol

from nodegraph.data.opening import opened
from nodegraph.data.paths import system_path
from nodegraph.data.unreadable import Unavailable

CHUNK = 1 << 20
RACY_NS = 2_000_000_000
"""A file changed this recently could change again with no visible trace: coarse file systems count in 2 seconds."""
ATTEMPTS = 3
PART = 256
"""Files that one thread looks up together, at most: few where there are few, so that all threads have some to read."""


class Stat(NamedTuple):
    """What tells one state of a file from another without reading it."""

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    device: int


class StatMemo(Protocol):
    """Remembers the content id of files by path and stat."""

    def lookup(self, files: Sequence[tuple[Path | str, Stat]], /) -> list[str | None]:
        """The content id remembered for each file in exactly this state, or None."""
        ...

    def remember(self, path: Path | str, stat: Stat, cid: str, /) -> None:
        """Remembers the content id of a file that looked like `stat` before and after it was read."""
        ...


class NoMemo:
    """A memo that remembers nothing."""

    def lookup(self, files: Sequence[tuple[Path | str, Stat]], /) -> list[str | None]:
        """Always None."""
        return [None] * len(files)

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
        before = _stat(os.fstat(file.fileno()))
        known = memo.lookup([(key, before)])[0]
        for _attempt in range(0 if known else ATTEMPTS):
            file.seek(0)
            # The clock is read before the bytes: a write during or after the read gets a later time than this.
            started = now_ns()
            cid = _hash(file)
            after = _stat(os.fstat(file.fileno()))
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
    memo = memo or NoMemo()
    total, done, lock = len(paths), 0, threading.Lock()

    def advance(files: int) -> None:
        nonlocal done
        with lock:
            done += files
            progress(done, total)

    def read(path: str) -> str | Unavailable:
        try:
            result: str | Unavailable = content_id(path, memo)
        except Unavailable as error:
            result = error
        advance(1)
        return result

    def read_part(part: Sequence[str]) -> list[str | Unavailable]:
        known = _known(part, memo)
        if count := len(known) - known.count(None):
            advance(count)
        return [cid or read(path) for path, cid in zip(part, known, strict=True)]

    if not total:
        return []
    size = min(PART, -(-total // (4 * threads)))
    parts = [paths[start : start + size] for start in range(0, total, size)]
    with ThreadPoolExecutor(min(threads, len(parts)), thread_name_prefix="content") as pool:
        return [result for part in pool.map(read_part, parts) for result in part]


def _known(paths: Sequence[str], memo: StatMemo) -> list[str | None]:
    """The content ids of the files that `memo` knows as they look now. None of them is opened."""
    states = [_state(path) for path in paths]
    there = [(path, state) for path, state in zip(paths, states, strict=True) if state is not None]
    found = iter(memo.lookup(there))
    return [None if state is None else next(found) for state in states]


def _state(path: str) -> Stat | None:
    try:
        found = os.stat(system_path(path))  # noqa: PTH116
    except (OSError, ValueError):
        return None  # reading it tells why
    return _stat(found) if stat.S_ISREG(found.st_mode) else None


def _hash(file: BinaryIO) -> str:
    digest = blake2b(digest_size=16)
    for part in iter(partial(file.read, CHUNK), b""):
        digest.update(part)
    return digest.hexdigest()


def _stat(found: os.stat_result) -> Stat:
    return Stat(found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino, found.st_dev)
