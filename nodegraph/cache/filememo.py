"""The file memo: the content id a file had when it last looked like this, so that it is not read again unchanged."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

MEMO_TABLES = (
    """CREATE TABLE files (
        path BLOB PRIMARY KEY, stat TEXT NOT NULL, cid TEXT NOT NULL, checksum INTEGER NOT NULL) WITHOUT ROWID""",
)


AT_ONCE = 500
"""Files looked up by one statement: every build of SQLite takes this many values."""


class KnownFile(NamedTuple):
    """A file: its path in the system's own bytes, the numbers of its stat, its content id, and a checksum over all."""

    path: bytes
    stat: str
    cid: str
    checksum: int


def known_file(path: Path | str, stat: tuple[int, ...], cid: str) -> KnownFile:
    """The row that says: the file at `path` held the content `cid` when it looked like `stat`."""
    place, numbers = os.fsencode(path), _numbers(stat)
    return KnownFile(place, numbers, cid, _checksum(place, numbers, cid))


def store_files(connection: sqlite3.Connection, rows: list[KnownFile]) -> None:
    """The sink of `KnownFile`s: a file is known in its last state alone."""
    connection.executemany("INSERT OR REPLACE INTO files (path, stat, cid, checksum) VALUES (?, ?, ?, ?)", rows)


def find_cids(connection: sqlite3.Connection, files: Sequence[tuple[Path | str, tuple[int, ...]]]) -> list[str | None]:
    """The content id remembered for each file in exactly this state, or None."""
    places = [os.fsencode(path) for path, _ in files]
    rows: dict[bytes, tuple[object, ...]] = {}
    for start in range(0, len(places), AT_ONCE):
        some = places[start : start + AT_ONCE]
        marks = ",".join("?" * len(some))
        query = f"SELECT path, stat, cid, checksum FROM files WHERE path IN ({marks})"
        rows.update((row[0], row) for row in connection.execute(query, some))
    found: list[str | None] = []
    for place, (_, stat) in zip(places, files, strict=True):
        row, numbers = rows.get(place), _numbers(stat)
        if row and isinstance(cid := row[2], str) and row == (place, numbers, cid, _checksum(place, numbers, cid)):
            found.append(cid)
        else:
            found.append(None)
    return found


def _numbers(stat: tuple[int, ...]) -> str:
    return ",".join([str(int(number)) for number in stat])


def _checksum(place: bytes, numbers: str, cid: str) -> int:
    return crc32(cid.encode(), crc32(numbers.encode(), crc32(place)))
