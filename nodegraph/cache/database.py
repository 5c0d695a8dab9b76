"""One cache file in use: many readers on any thread, one writing thread that commits what is queued in batches."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from nodegraph.cache.opening import (
    PATIENCE,
    Layout,
    OtherVersionError,
    connect_reader,
    fault_of,
    identity,
    open_or_replace,
    replace_later,
)

GATHER_SECONDS = 0.03
BATCH_ROWS = 2_000
QUEUE_BYTES = 64 << 20
ATTEMPTS = 3

Sink = Callable[[sqlite3.Connection, list[Any]], None]
"""Writes rows inside a transaction that is begun already; called again with them when that had to be undone."""

Identity = tuple[int, int]
Lent = tuple[sqlite3.Connection, tuple[Identity | None, int]]
T = TypeVar("T")


class Database:
    """A cache file of one layout. Whatever happens to the file, reads and writes never raise `sqlite3.Error`.

    What is read from a damaged file is the caller's `default`; the file is set aside and a new one begun. What cannot
    be written (a full disk, a lock that is never let go) is forgotten. `notices` says so in sentences for people.
    """

    def __init__(self, path: Path, layout: Layout, *, readonly: bool = False, patience: float = PATIENCE) -> None:
        self.path = path.absolute()
        self.readonly = readonly
        self._layout = layout
        self._patience = patience
        self._notices: list[str] = []
        self._lock = threading.Lock()  # guards the notices and the idle readers
        self._idle: list[Lent] = []
        self._replacing = threading.Lock()
        self._closed = False
        self._change = threading.Condition()  # guards the queue and everything below
        self._queue: list[tuple[Sink, Any]] = []
        self._queued_bytes = 0
        self._accepted = 0
        self._settled = 0
        self._hurried = 0
        self._writing = not readonly
        self._crash: BaseException | None = None
        self._writer: sqlite3.Connection | None = None
        self._written: Identity | None = None
        self._opened = 0  # counts the files begun, since a deleted file's identity can come again
        self._thread: threading.Thread | None = None
        if not readonly:
            self._reopen()
            self._thread = threading.Thread(target=self._write_batches, name=f"cache {path.name}", daemon=True)
            self._thread.start()

    @property
    def notices(self) -> tuple[str, ...]:
        """What happened to the cache that a person should know, in order."""
        with self._lock:
            return tuple(self._notices)

    def notice(self, text: str) -> None:
        """Adds a notice, unless it was said before."""
        with self._lock:
            if text not in self._notices:
                self._notices.append(text)

    def read(self, query: Callable[[sqlite3.Connection], T], default: T, *, settled: bool = True) -> T:
        """What `query` finds; `default` where there is no file or it cannot be read.

        `settled`: everything written before by this object is waited for, so that the query sees it.
        """
        if settled:
            self.flush()
        seen = identity(self.path)
        lent: Lent | None = None
        try:
            lent = self._borrow(seen)
            return default if lent is None else query(lent[0])
        except OtherVersionError as error:
            if error.found:  # 0: another process is about to make its tables
                self.notice(f"The cache file {self.path.name} is of another version ({error.found}) and is not read.")
        except (sqlite3.Error, OverflowError) as error:
            self._cannot_read(error, seen)
        finally:
            if lent is not None:
                self._give_back(lent)
        return default

    def write(self, sink: Sink, row: object, size: int = 64) -> None:
        """Queues `row` (of about `size` bytes) for `sink`. Waits only while far too much is queued already."""
        with self._change:
            if self.readonly or self._closed:
                raise RuntimeError(f"{self.path.name} is open for reading only, or closed")
            while self._queued_bytes > QUEUE_BYTES and self._crash is None:
                self._change.wait()
            self._raise_crash()
            if not self._writing:
                return
            self._queue.append((sink, row))
            self._queued_bytes += size
            self._accepted += 1
            if len(self._queue) in (1, BATCH_ROWS):
                self._change.notify_all()

    def flush(self) -> None:
        """Waits until everything written so far is committed, or known to be forgotten."""
        if self._thread is None:
            return
        with self._change:
            target = self._accepted
            if self._settled >= target and self._crash is None:
                return
            self._hurried += 1
            self._change.notify_all()
            while self._settled < target and self._crash is None:
                self._change.wait()
            self._hurried -= 1
            self._raise_crash()

    def close(self) -> None:
        """Commits what is queued and closes the file. Doing it twice is no mistake."""
        with self._change:
            if self._closed:
                return
            self._closed = True
            self._change.notify_all()
        if self._thread is not None:
            self._thread.join()
        with self._lock:
            idle, self._idle = self._idle, []
        for connection, _ in idle:
            _close(connection)
        _close(self._writer)
        self._writer = None
        with self._change:
            self._raise_crash()

    # Reading

    def _borrow(self, seen: Identity | None) -> Lent | None:
        current = seen, self._opened
        while True:
            with self._lock:
                lent = self._idle.pop() if self._idle else None
            if lent is None:
                break
            if lent[1] == current:
                return lent
            _close(lent[0])
        if seen is None:
            return None
        return connect_reader(self.path, self._layout, patience=self._patience), current

    def _give_back(self, lent: Lent) -> None:
        with self._lock:
            if not self._closed:
                self._idle.append(lent)
                return
        _close(lent[0])

    def _cannot_read(self, error: Exception, seen: Identity | None) -> None:
        fault = fault_of(error)
        if fault != "damaged":
            with self._replacing:
                replaced = seen != identity(self.path)
            if not replaced:  # else another thread found it damaged, and said so when it moved it away
                self.notice(
                    f"The cache file {self.path.name} cannot be read ({error}); what it holds is measured again."
                )
        elif self.readonly:
            self.notice(f"The cache file {self.path.name} is damaged ({error}); the next run begins a new one.")
        else:
            self._replace(seen, error)

    def _replace(self, seen: Identity | None, error: Exception) -> None:
        """Sets the damaged file aside, unless another thread or process did and there is another file now."""
        with self._replacing:
            if seen != identity(self.path):
                return
            if not replace_later(self.path, f"is damaged ({error})", self.notice):
                self._give_up(f"is damaged and cannot be moved away ({error})")

    # Writing, all of it on the writing thread once it runs

    def _write_batches(self) -> None:
        try:
            while batch := self._next_batch():
                self._commit(batch)
                with self._change:
                    self._settled += len(batch)
                    self._change.notify_all()
        except BaseException as error:  # a sink with a mistake: whoever flushes or closes hears of it
            with self._change:
                self._crash = error
                self._writing = False
                self._change.notify_all()

    def _next_batch(self) -> list[tuple[Sink, Any]]:
        with self._change:
            while not self._queue and not self._closed:
                self._change.wait()
            deadline = time.monotonic() + GATHER_SECONDS
            while len(self._queue) < BATCH_ROWS and not self._hurried and not self._closed:
                left = deadline - time.monotonic()
                if left <= 0:
                    break
                self._change.wait(left)
            batch, self._queue = self._queue, []
            self._queued_bytes = 0
            self._change.notify_all()
            return batch

    def _commit(self, batch: list[tuple[Sink, Any]]) -> None:
        rows: dict[Sink, list[Any]] = {}
        for sink, row in batch:
            rows.setdefault(sink, []).append(row)
        trouble = ""
        for _ in range(ATTEMPTS):
            if self._written is None or self._written != identity(self.path):
                self._reopen()
            if self._writer is None:
                return None
            try:
                self._writer.execute("BEGIN IMMEDIATE")
                for sink, group in rows.items():
                    sink(self._writer, group)
                self._writer.execute("COMMIT")
                return None
            except (sqlite3.Error, OverflowError) as error:
                self._undo()
                trouble = str(error)
                fault = fault_of(error)
                if fault == "full":
                    return self._give_up(f"has no room on its disk ({error})")
                if fault == "damaged":
                    self._replace(self._written, error)
                elif fault == "unwritable":
                    self._written = None
        return self._give_up(f"cannot be written ({trouble})")

    def _undo(self) -> None:
        if self._writer is not None and self._writer.in_transaction:
            with suppress(sqlite3.Error):
                self._writer.execute("ROLLBACK")

    def _reopen(self) -> None:
        _close(self._writer)
        self._writer = None
        self._opened += 1
        if not self._writing:
            return
        self._writer = open_or_replace(self.path, self._layout, self.notice, patience=self._patience)
        self._written = identity(self.path)
        if self._writer is None:
            self._writing = False

    def _give_up(self, why: str) -> None:
        self.notice(f"The cache file {self.path} {why}. The run goes on without remembering what it measures.")
        self._writing = False

    def _raise_crash(self) -> None:
        if self._crash is not None:
            raise RuntimeError(f"writing to {self.path.name} failed") from self._crash


def _close(connection: sqlite3.Connection | None) -> None:
    if connection is not None:
        with suppress(sqlite3.Error):
            connection.close()
