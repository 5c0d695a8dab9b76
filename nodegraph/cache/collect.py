"""Keeping the cache small: what it holds, least-recently-used collection down to a size, and clearing."""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from nodegraph.cache.database import Database
from nodegraph.cache.keys import MeasureKey
from nodegraph.cache.layouts import LAYOUTS, MEASURES_FILE, THUMBNAILS_FILE
from nodegraph.cache.opening import COMPANIONS, PATIENCE, files_aside, identity, open_or_replace

DEFAULT_LIMIT = 20 * 10**9
SLACK = 0.9  # collected down to this part of the limit, so that not every run has to
SELECTED_ROWS = 100_000
DELETED_ROWS = 5_000
FREED_PAGES = 2_000
ROW_BYTES = 64  # what a value takes besides its bytes, about


@dataclass(frozen=True, slots=True)
class MeasureStats:
    """What is remembered of one measure: how many values, how many bytes they are, and when one was last used."""

    key: MeasureKey
    values: int
    bytes: int
    last_used: datetime.date


@dataclass(frozen=True, slots=True)
class CacheStats:
    """What a cache folder holds. `bytes` is what it takes on the disk, `aside` (files that were set aside) included."""

    measures: tuple[MeasureStats, ...]
    thumbnails: tuple[MeasureStats, ...]
    files: int
    bytes: int
    aside: tuple[Path, ...]
    notices: tuple[str, ...]

    @property
    def values(self) -> dict[str, int]:
        """How many values are remembered by name of measure, thumbnails too."""
        counts: dict[str, int] = {}
        for item in (*self.measures, *self.thumbnails):
            counts[item.key.name] = counts.get(item.key.name, 0) + item.values
        return counts


@dataclass(frozen=True, slots=True)
class Collected:
    """How many values were forgotten and how many bytes of the cache that freed."""

    values: int
    bytes: int
    notices: tuple[str, ...] = ()


def stats(folder: Path) -> CacheStats:
    """What the cache in `folder` holds. Changes nothing, and never raises for a file that cannot be read."""
    found: dict[str, tuple[MeasureStats, ...]] = {}
    notices: list[str] = []
    files = 0
    for name, layout in LAYOUTS.items():
        database = Database(folder / name, layout, readonly=True)
        found[name] = database.read(_measure_stats, ())
        if name == MEASURES_FILE:
            files = database.read(lambda c: int(c.execute("SELECT count(*) FROM files").fetchone()[0]), 0)
        notices.extend(database.notices)
        database.close()
    aside = tuple(path for name in LAYOUTS for path in files_aside(folder, name))
    return CacheStats(found[MEASURES_FILE], found[THUMBNAILS_FILE], files, _disk_bytes(folder), aside, tuple(notices))


def collect(folder: Path, limit_bytes: int, *, patience: float = PATIENCE) -> Collected:
    """Brings the cache under `limit_bytes`, if it is over.

    Files that were set aside go first, then the least-recently-used values. Use is known to the day; among values of
    one day thumbnails go first, then the earliest written. The file memo and the timings stay.
    """
    notices: list[str] = []
    with _opened(folder, notices, patience) as connections:
        before = _live_bytes(folder, connections)
        if before <= limit_bytes:
            return Collected(0, 0, tuple(notices))
        target = int(limit_bytes * SLACK)
        for path in (path for name in LAYOUTS for path in files_aside(folder, name)):
            if _live_bytes(folder, connections) > target:
                _remove(path)
        values = 0
        with _told(notices):
            while (excess := _live_bytes(folder, connections) - target) > 0:
                if not (forgotten := _forget_oldest(connections, excess)):
                    break
                values += forgotten
            for connection in connections.values():
                _shrink(connection)
        return Collected(values, before - _live_bytes(folder, connections), tuple(notices))


def clear(folder: Path) -> Collected:
    """Forgets everything the cache in `folder` holds, the memos and the files set aside too.

    The files themselves stay, nearly empty: another process may be using them.
    """
    before = _disk_bytes(folder)
    notices: list[str] = []
    values = 0
    with _opened(folder, notices, PATIENCE) as connections, _told(notices):
        for connection in connections.values():
            values += int(connection.execute("SELECT count(*) FROM remembered").fetchone()[0])
            tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            connection.execute("BEGIN IMMEDIATE")
            for (name,) in tables:
                connection.execute(f'DELETE FROM "{name}"')
            connection.execute("COMMIT")
            _shrink(connection)
    for name in LAYOUTS:
        for path in files_aside(folder, name):
            _remove(path)
    return Collected(values, before - _disk_bytes(folder), tuple(notices))


class _Old(NamedTuple):
    used: int
    rank: int
    payload: int
    measure: int
    content: str
    size: int
    file: str


def _forget_oldest(connections: Mapping[str, sqlite3.Connection], excess: int) -> int:
    oldest = sorted(
        row for rank, (name, connection) in enumerate(connections.items()) for row in _oldest(connection, rank, name)
    )
    chosen: dict[str, list[_Old]] = {name: [] for name in connections}
    freed = 0
    for row in oldest[:SELECTED_ROWS]:
        if freed >= excess:
            break
        freed += row.size + ROW_BYTES
        chosen[row.file].append(row)
    return sum(_forget(connections[name], rows) for name, rows in chosen.items())


def _oldest(connection: sqlite3.Connection, rank: int, name: str) -> Iterator[_Old]:
    rows = connection.execute(
        """SELECT CAST(used AS INTEGER), CAST(payload AS INTEGER), measure, content, CAST(size AS INTEGER)
        FROM remembered ORDER BY used, payload LIMIT ?""",
        (SELECTED_ROWS,),
    ).fetchall()
    for used, payload, measure, content, size in rows:
        yield _Old(used, rank, payload, measure, content, size, name)


def _forget(connection: sqlite3.Connection, rows: list[_Old]) -> int:
    forgotten = 0
    for start in range(0, len(rows), DELETED_ROWS):  # in short transactions: a run that writes waits little
        connection.execute("BEGIN IMMEDIATE")
        for row in rows[start : start + DELETED_ROWS]:
            # only what is still as it was found: another process may have used or replaced it meanwhile
            gone = connection.execute(
                "DELETE FROM remembered WHERE measure = ? AND content = ? AND payload = ? AND used = ?",
                (row.measure, row.content, row.payload, row.used),
            ).rowcount
            if gone:
                connection.execute("DELETE FROM payloads WHERE id = ?", (row.payload,))
                forgotten += 1
        connection.execute("COMMIT")
    return forgotten


def _shrink(connection: sqlite3.Connection) -> None:
    before = 0
    while (free := _pragma(connection, "freelist_count")) not in (0, before):
        before = free
        connection.execute(f"PRAGMA incremental_vacuum({FREED_PAGES})").fetchall()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _measure_stats(connection: sqlite3.Connection) -> tuple[MeasureStats, ...]:
    rows = connection.execute(
        """SELECT name, rev, settings, model_revision, count(*), CAST(sum(size) AS INTEGER), CAST(max(used) AS INTEGER)
        FROM remembered JOIN measures ON measures.id = measure GROUP BY measure ORDER BY 1, 2, 3, 4"""
    ).fetchall()
    return tuple(
        MeasureStats(MeasureKey(*row[:4]), row[4], row[5], datetime.date(1970, 1, 1) + datetime.timedelta(days=row[6]))
        for row in rows
    )


@contextmanager
def _opened(folder: Path, notices: list[str], patience: float) -> Generator[dict[str, sqlite3.Connection], None, None]:
    connections: dict[str, sqlite3.Connection] = {}
    try:
        for name, layout in LAYOUTS.items():
            if identity(folder / name) is None:
                continue
            connection = open_or_replace((folder / name).absolute(), layout, notices.append, patience=patience)
            if connection is not None:
                connections[name] = connection
        yield connections
    finally:
        for connection in connections.values():
            with suppress(sqlite3.Error):
                connection.close()


@contextmanager
def _told(notices: list[str]) -> Generator[None, None, None]:
    try:
        yield
    except sqlite3.Error as error:
        notices.append(f"The cache could not be made smaller now: {error}.")


def _live_bytes(folder: Path, connections: Mapping[str, sqlite3.Connection]) -> int:
    pages = (
        (_pragma(connection, "page_count") - _pragma(connection, "freelist_count")) * _pragma(connection, "page_size")
        for connection in connections.values()
    )
    return sum(pages) + sum(_size(path) for name in LAYOUTS for path in files_aside(folder, name))


def _disk_bytes(folder: Path) -> int:
    files = [folder / f"{name}{ending}" for name in LAYOUTS for ending in ("", *COMPANIONS)]
    aside = [path for name in LAYOUTS for path in files_aside(folder, name)]
    return sum(map(_size, files)) + sum(map(_size, aside))


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink()
