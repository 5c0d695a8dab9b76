"""Opening a cache file: an SQLite database of one layout. One that cannot be used is set aside, never a crash."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

PATIENCE = 10.0
"""Seconds to wait for another process that is writing."""

ASIDE = ".aside-"
COMPANIONS = ("-wal", "-shm", "-journal")

Fault = Literal["damaged", "busy", "full", "unwritable"]


@dataclass(frozen=True, slots=True)
class Layout:
    """The tables of a cache file, as the statements that make them, and the version of that set of tables."""

    version: int
    tables: tuple[str, ...]


class OtherVersionError(Exception):
    """A cache file of another layout."""

    def __init__(self, found: int) -> None:
        super().__init__(f"layout {found}")
        self.found = found


def fault_of(error: Exception) -> Fault:
    """What kind of trouble this is. What is neither a lock, a full disk nor a missing right is damage."""
    code: int = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)
    if code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return "busy"
    if code & 0xFF in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH):
        return "unwritable"
    if code & 0xFF == sqlite3.SQLITE_FULL:
        return "full"
    if code & 0xFF == sqlite3.SQLITE_IOERR and code not in (
        sqlite3.SQLITE_IOERR_SHORT_READ,
        sqlite3.SQLITE_IOERR_READ,
        sqlite3.SQLITE_IOERR_CORRUPTFS,
    ):
        return "full"
    return "damaged"


def connect(path: Path, *, patience: float = PATIENCE, create: bool = False) -> sqlite3.Connection:
    """A connection that commits by itself and that any thread may use, one at a time. Raises sqlite3.Error."""
    mode = "rwc" if create else "rw"
    return sqlite3.connect(
        f"{path.as_uri()}?mode={mode}", uri=True, timeout=patience, isolation_level=None, check_same_thread=False
    )


def connect_reader(path: Path, layout: Layout, *, patience: float = PATIENCE) -> sqlite3.Connection:
    """A connection that only reads. Raises sqlite3.Error or OtherVersionError."""
    connection = connect(path, patience=patience)
    try:
        connection.execute("PRAGMA query_only = 1")
        if (found := _version(connection)) != layout.version:
            raise OtherVersionError(found)
    except BaseException:
        connection.close()
        raise
    return connection


def connect_writer(path: Path, layout: Layout, *, patience: float = PATIENCE) -> sqlite3.Connection:
    """A connection that reads and writes; the file and its tables are made where there are none.

    Raises sqlite3.Error, OSError or OtherVersionError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = connect(path, patience=patience, create=True)
    try:
        _prepare(connection, layout, patience)
    except BaseException:
        with suppress(sqlite3.Error):
            connection.close()
        raise
    return connection


def open_or_replace(
    path: Path, layout: Layout, notice: Callable[[str], None], *, patience: float = PATIENCE
) -> sqlite3.Connection | None:
    """`connect_writer`; a file that cannot be used is set aside and a new one begun, and `notice` is told so.

    None where that does not help either (a full disk, a folder that cannot be written).
    """
    why = ""
    for _ in range(2):
        try:
            return connect_writer(path, layout, patience=patience)
        except OtherVersionError as error:
            why = f"is of another version ({error.found}; this program writes {layout.version})"
        except sqlite3.Error as error:
            if fault_of(error) == "full":
                why = f"has no room on its disk ({error})"
                break
            why = _WHY[fault_of(error)] + f" ({error})"
        except OSError as error:
            why = f"cannot be made ({error.strerror or error})"
            break
        if not replace_later(path, why, notice):
            break
    notice(f"The cache file {path} {why}. The run goes on without remembering what it measures.")
    return None


_WHY: dict[Fault, str] = {
    "damaged": "is damaged",
    "busy": "is locked by another program",
    "unwritable": "cannot be written",
    "full": "has no room on its disk",
}


def replace_later(path: Path, why: str, notice: Callable[[str], None]) -> bool:
    """Sets the file aside, so that the next writer begins a new one. Whether that could be done."""
    aside = set_aside(path)
    if aside is not None:
        notice(f"The cache file {path.name} {why}; it was set aside as {aside.name} and a new one is begun.")
    return aside is not None


def set_aside(path: Path) -> Path | None:
    """Renames the file and the files SQLite keeps beside it; the new path, or None where it cannot be renamed.

    The database goes first: SQLite itself throws away a log it finds beside an empty new file.
    """
    stem = f"{path.name}{ASIDE}{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}"
    target = path.with_name(stem)
    number = 1
    while target.exists():
        number += 1
        target = path.with_name(f"{stem}-{number}")
    try:
        path.rename(target)
    except OSError:
        return None
    for ending in COMPANIONS:
        with suppress(OSError):
            path.with_name(path.name + ending).rename(target.with_name(target.name + ending))
    return target


def files_aside(folder: Path, name: str) -> list[Path]:
    """The files that were set aside for the cache file `name`, oldest first, those SQLite kept beside them included."""
    return sorted(folder.glob(f"{name}{ASIDE}*"))


def identity(path: Path) -> tuple[int, int] | None:
    """Which file is at `path` now; None when there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _prepare(connection: sqlite3.Connection, layout: Layout, patience: float) -> None:
    connection.execute("PRAGMA page_size = 8192")
    connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
    _use_wal(connection, patience)
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA cache_size = -16000")
    connection.execute("PRAGMA wal_autocheckpoint = 4000")
    connection.execute("BEGIN IMMEDIATE")
    found = _version(connection)
    if found == 0 and _table_names(connection) == []:
        for statement in layout.tables:
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {layout.version}")
    elif found != layout.version:
        raise OtherVersionError(found)
    for name in _table_names(connection):
        connection.execute(f'SELECT * FROM "{name}" LIMIT 1').fetchone()
    connection.execute("COMMIT")


def _use_wal(connection: sqlite3.Connection, patience: float) -> None:
    deadline = time.monotonic() + patience
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL").fetchone()
            return
        except sqlite3.OperationalError as error:
            # two processes that begin one file at the same moment: SQLite does not wait here by itself
            if fault_of(error) != "busy" or time.monotonic() >= deadline:
                raise
            time.sleep(0.01)


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _table_names(connection: sqlite3.Connection) -> list[str]:
    rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
    return [str(row[0]) for row in rows]
