"""Remembered bytes by measure and content, with the day of their last use: the tables behind measures and thumbnails.

Every row carries a checksum over its key and its bytes, since SQLite keeps none: bytes that changed on the disk count
as not remembered.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import NamedTuple
from zlib import crc32

from nodegraph.cache.database import Database
from nodegraph.cache.keys import MeasureKey

BLOB_TABLES = (
    """CREATE TABLE measures (
        id INTEGER PRIMARY KEY, name TEXT NOT NULL, rev INTEGER NOT NULL, settings TEXT NOT NULL,
        model_revision TEXT NOT NULL, UNIQUE (name, rev, settings, model_revision))""",
    # the bytes are kept apart, so that to look up, to count and to stamp never touches them
    """CREATE TABLE remembered (
        measure INTEGER NOT NULL, content TEXT NOT NULL, payload INTEGER NOT NULL, size INTEGER NOT NULL,
        checksum INTEGER NOT NULL, used INTEGER NOT NULL, PRIMARY KEY (measure, content)) WITHOUT ROWID""",
    "CREATE TABLE payloads (id INTEGER PRIMARY KEY, data BLOB NOT NULL)",
)

CHUNK = 50_000


class Blob(NamedTuple):
    """Bytes to remember, and the day (since 1970, UTC) that counts as their last use."""

    key: MeasureKey
    content: str
    data: bytes
    day: int


class Use(NamedTuple):
    """The contents whose values of one measure were used on `day`."""

    key: MeasureKey
    contents: Sequence[str]
    day: int


def today() -> int:
    """Days since 1970, UTC."""
    return int(time.time() // 86_400)


def checksum(key: MeasureKey, content: str, data: bytes) -> int:
    """CRC-32 over the key, the content and the bytes."""
    return crc32(data, crc32(content.encode("utf-8", "surrogatepass"), _key_sum(key)))


def load_blobs(database: Database, key: MeasureKey, contents: Collection[str], day: int) -> dict[str, bytes]:
    """The bytes remembered for these contents, in that order. Those last used another day are stamped with `day` later.

    What is made of them in that order lies together in memory when it is gone through in that order again.
    """
    found: dict[str, bytes] = {}
    stale: list[str] = []
    damaged = 0
    start = _key_sum(key)
    for chunk in _chunks(contents):
        for number, data, expected, used in database.read(lambda c, chunk=chunk: _select(c, key, chunk), []):
            content = chunk[number]
            if not isinstance(data, bytes) or crc32(data, crc32(content.encode("utf-8"), start)) != expected:
                damaged += 1
                continue
            found[content] = data
            if used != day:
                stale.append(content)
    if damaged:
        database.notice(f"{damaged} damaged values of {key.name} in {database.path.name} are measured again.")
    if stale and not database.readonly:
        for chunk in _chunks(stale):
            database.write(stamp_blobs, Use(key, chunk, day), size=40 * len(chunk))
    return found


def missing_blobs(database: Database, key: MeasureKey, contents: Collection[str]) -> set[str]:
    """Those of the contents for which nothing is remembered. Reads no bytes."""
    absent = set(contents)
    for chunk in _chunks(contents):
        absent.difference_update(database.read(lambda c, chunk=chunk: _select_present(c, key, chunk), []))
    return absent


def store_blobs(connection: sqlite3.Connection, rows: list[Blob]) -> None:
    """The sink of `Blob`s. What was remembered for the same measure and content is replaced."""
    ids = {key: _make_id(connection, key) for key in {row.key for row in rows}}
    newest = {(ids[row.key], row.content): row for row in rows}
    connection.executemany(
        "DELETE FROM payloads WHERE id = (SELECT payload FROM remembered WHERE measure = ? AND content = ?)", newest
    )
    last = connection.execute("SELECT coalesce(max(id), 0) FROM payloads").fetchone()[0]
    if last >= 2**62:
        raise sqlite3.DatabaseError("the numbering of values is damaged")
    connection.executemany(
        "INSERT INTO payloads (id, data) VALUES (?, ?)",
        ((last + number, row.data) for number, row in enumerate(newest.values(), 1)),
    )
    connection.executemany(
        "INSERT OR REPLACE INTO remembered (measure, content, payload, size, checksum, used) VALUES (?, ?, ?, ?, ?, ?)",
        (
            (*place, last + number, len(row.data), checksum(row.key, row.content, row.data), row.day)
            for number, (place, row) in enumerate(newest.items(), 1)
        ),
    )


def stamp_blobs(connection: sqlite3.Connection, rows: list[Use]) -> None:
    """The sink of `Use`s: one statement stamps all contents of a `Use`."""
    for use in rows:
        if (measure := find_id(connection, use.key)) is not None:
            connection.execute(
                "UPDATE remembered SET used = ? WHERE measure = ? AND content IN (SELECT value FROM json_each(?))",
                (use.day, measure, json.dumps(use.contents)),
            )


def find_id(connection: sqlite3.Connection, key: MeasureKey) -> int | None:
    """The number of a measure in this file, or None where nothing of it was ever remembered."""
    row = connection.execute(
        "SELECT id FROM measures WHERE name = ? AND rev = ? AND settings = ? AND model_revision = ?", _columns(key)
    ).fetchone()
    return None if row is None else row[0]


def _make_id(connection: sqlite3.Connection, key: MeasureKey) -> int:
    if (known := find_id(connection, key)) is not None:
        return known
    made = connection.execute(
        "INSERT INTO measures (name, rev, settings, model_revision) VALUES (?, ?, ?, ?)", _columns(key)
    ).lastrowid
    assert made is not None
    return made


def _columns(key: MeasureKey) -> tuple[str, int, str, str]:
    return key.name, key.rev, key.settings, key.model_revision


@lru_cache(maxsize=1024)
def _key_sum(key: MeasureKey) -> int:
    return crc32(json.dumps(_columns(key)).encode())


def _select(
    connection: sqlite3.Connection, key: MeasureKey, contents: Sequence[str]
) -> list[tuple[int, object, object, object]]:
    """The place in `contents`, the bytes, the checksum and the day of last use of each that is remembered."""
    if (measure := find_id(connection, key)) is None:
        return []
    return connection.execute(
        "SELECT json_each.key, data, checksum, used FROM json_each(?)"
        " CROSS JOIN remembered ON measure = ? AND content = json_each.value"
        " LEFT JOIN payloads ON payloads.id = payload",
        (json.dumps(contents), measure),
    ).fetchall()


def _select_present(connection: sqlite3.Connection, key: MeasureKey, contents: Sequence[str]) -> list[str]:
    if (measure := find_id(connection, key)) is None:
        return []
    rows = connection.execute(
        "SELECT content FROM json_each(?) CROSS JOIN remembered ON measure = ? AND content = json_each.value",
        (json.dumps(contents), measure),
    ).fetchall()
    return [row[0] for row in rows]


def _chunks(contents: Collection[str]) -> Iterator[list[str]]:
    rest = iter(dict.fromkeys(contents))  # in the order given, which mostly is the one in which the bytes were put
    while chunk := list(islice(rest, CHUNK)):
        yield chunk
