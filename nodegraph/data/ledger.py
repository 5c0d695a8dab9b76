"""The ledger: an append-only table of the rows that were dropped, by which node, by which rule and why."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import polars as pl

LEDGER_SCHEMA: dict[str, type[pl.DataType]] = {
    "rid": pl.String,  # the row that was dropped
    "cid": pl.String,  # its content, "" when the file could not be read
    "node": pl.String,  # id of the node that dropped it
    "rule": pl.String,  # short name of the rule: "below", "duplicate", "unreadable", "error", ...
    "reason": pl.String,  # a sentence for people: "sharpness 41 is under 60"
    "column": pl.String,  # the column the rule looked at, or null
    "value": pl.String,  # what it found there, as text, or null
    "limit": pl.String,  # the limit it was held against, as text, or null
}

ERROR_RULE = "error"


@cache
def empty_ledger() -> pl.DataFrame:
    """A ledger without rows."""
    return pl.DataFrame(schema=LEDGER_SCHEMA)


def ledger_of(rows: pl.DataFrame) -> pl.DataFrame:
    """`rows` with exactly the ledger's columns, in order; absent ones become null."""
    missing = [pl.lit(None, dtype=kind).alias(name) for name, kind in LEDGER_SCHEMA.items() if name not in rows.columns]
    return rows.with_columns(missing).select(pl.col(name).cast(kind) for name, kind in LEDGER_SCHEMA.items())


def joined(ledgers: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """The ledgers one after the other."""
    parts = [ledger for ledger in ledgers if ledger.height]
    return pl.concat(parts) if parts else empty_ledger()
