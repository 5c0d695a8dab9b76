"""Timings: how long a measure takes a piece and which batch size a model bears, on each device, for estimates."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

TIMING_TABLES = (
    """CREATE TABLE timings (
        measure TEXT NOT NULL, device TEXT NOT NULL, seconds REAL NOT NULL, items REAL NOT NULL,
        PRIMARY KEY (measure, device)) WITHOUT ROWID""",
    """CREATE TABLE batch_sizes (
        model TEXT NOT NULL, device TEXT NOT NULL, size INTEGER NOT NULL, PRIMARY KEY (model, device)) WITHOUT ROWID""",
)

FADING = 0.8
"""What is left of the weight of earlier timings when one more comes."""


class Timing(NamedTuple):
    """`items` were measured in `seconds`."""

    measure: str
    device: str
    seconds: float
    items: int


class BatchSize(NamedTuple):
    """The batch size found for a model on a device."""

    model: str
    device: str
    size: int


def store_timings(connection: sqlite3.Connection, rows: list[Timing]) -> None:
    """The sink of `Timing`s."""
    connection.executemany(
        f"""INSERT INTO timings (measure, device, seconds, items) VALUES (?, ?, ?, ?)
        ON CONFLICT (measure, device) DO UPDATE SET
            seconds = seconds * {FADING} + excluded.seconds, items = items * {FADING} + excluded.items""",
        rows,
    )


def store_batch_sizes(connection: sqlite3.Connection, rows: list[BatchSize]) -> None:
    """The sink of `BatchSize`s."""
    connection.executemany("INSERT OR REPLACE INTO batch_sizes (model, device, size) VALUES (?, ?, ?)", rows)


def find_seconds(connection: sqlite3.Connection, measure: str, device: str) -> float | None:
    """Seconds an item, the latest timings weighing most; None when it was never timed."""
    row = connection.execute(
        "SELECT seconds / items FROM timings WHERE measure = ? AND device = ? AND items > 0", (measure, device)
    ).fetchone()
    return float(row[0]) if row and isinstance(row[0], int | float) else None


def find_batch_size(connection: sqlite3.Connection, model: str, device: str) -> int | None:
    """The batch size remembered for a model on a device."""
    row = connection.execute("SELECT size FROM batch_sizes WHERE model = ? AND device = ?", (model, device)).fetchone()
    return row[0] if row and isinstance(row[0], int) and row[0] > 0 else None
