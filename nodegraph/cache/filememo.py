"""The file memo: the content id a file had when it last looked like this, so that it is not read again unchanged."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

MEMO_TABLES = (
    """CREATE TABLE files (
        path BLOB PRIMARY KEY, stat TEXT NOT NULL, cid TEXT NOT NULL, checksum INTEGER NOT NULL) WITHOUT ROWID""",
)


class KnownFile(NamedTuple):
    """A file: its path in the system's own bytes, the numbers of its stat, its content id, and a checksum over all."""

    path: bytes
    stat: str
    cid: str
    checksum: int


def known_file(path: Path | str, stat: tuple[int, ...], cid: str) -> KnownFile:
    """The row that says: the file at `path` held the content `cid` when it looked like `stat`."""
    place, numbers = os.fsencode(path), ",".join(str(int(number)) for number in stat)
    return KnownFile(place, numbers, cid, crc32(cid.encode(), crc32(numbers.encode(), crc32(place))))


def store_files(connection: sqlite3.Connection, rows: list[KnownFile]) -> None:
    """The sink of `KnownFile`s: a file is known in its last state alone."""
    connection.executemany("INSERT OR REPLACE INTO files (path, stat, cid, checksum) VALUES (?, ?, ?, ?)", rows)


def find_cid(connection: sqlite3.Connection, path: Path | str, stat: tuple[int, ...]) -> str | None:
    """The content id remembered for the file in exactly this state, or None."""
    found = connection.execute(
        "SELECT path, stat, cid, checksum FROM files WHERE path = ?", (os.fsencode(path),)
    ).fetchone()
    if found is None or not isinstance(found[2], str):
        return None
    return found[2] if known_file(path, stat, found[2]) == found else None
