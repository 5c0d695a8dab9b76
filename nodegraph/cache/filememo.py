"""The file memo: the content id a file had when it last looked like this, so that it is not read again unchanged."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

from nodegraph.cache.database import Database

MEMO_TABLES = (
    """CREATE TABLE files (
        path BLOB PRIMARY KEY, stat TEXT NOT NULL, cid TEXT NOT NULL, checksum INTEGER NOT NULL) WITHOUT ROWID""",
)

Stat = tuple[int, ...]


class _Row(NamedTuple):
    path: bytes
    stat: str
    cid: str
    checksum: int


class FileMemo:
    """Remembers the content id of files by path and stat. A file whose stat differs in any number is not known.

    Paths are kept as the system's own bytes, so that names that are no valid text work too.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def lookup(self, path: Path | str, stat: Stat) -> str | None:
        """The content id remembered for the file, or None. What was remembered a moment ago may not be seen yet."""
        return self.lookup_many({path: stat}).get(path)

    def lookup_many(self, stats: Mapping[Path | str, Stat]) -> dict[Path | str, str]:
        """The content ids remembered for these files, those that are known."""
        return self._database.read(lambda connection: dict(_find(connection, stats)), {}, settled=False)

    def remember(self, path: Path | str, stat: Stat, cid: str) -> None:
        """Remembers the content id of a file that looked like `stat` before and after it was read."""
        if not self._database.readonly:
            row = _row(path, stat, cid)
            self._database.write(_store, row, size=len(row.path) + 120)


def _row(path: Path | str, stat: Stat, cid: str) -> _Row:
    place, text = os.fsencode(path), ",".join(str(int(number)) for number in stat)
    return _Row(place, text, cid, crc32(cid.encode("utf-8", "surrogatepass"), crc32(text.encode(), crc32(place))))


def _find(connection: sqlite3.Connection, stats: Mapping[Path | str, Stat]) -> Iterable[tuple[Path | str, str]]:
    for path, stat in stats.items():
        found = connection.execute("SELECT cid, checksum FROM files WHERE path = ?", (os.fsencode(path),)).fetchone()
        if found and isinstance(found[0], str) and _row(path, stat, found[0]).checksum == found[1]:
            yield path, found[0]


def _store(connection: sqlite3.Connection, rows: list[_Row]) -> None:
    connection.executemany("INSERT OR REPLACE INTO files (path, stat, cid, checksum) VALUES (?, ?, ?, ?)", rows)
