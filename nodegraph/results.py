"""What node functions give back: columns, a verdict a row, parts of a set, found files or written files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

Columns = Mapping[str, Any]
"""New or replaced columns: name to a polars Series, array or sequence of one value a row; None is "not measured"."""


@dataclass(frozen=True, slots=True)
class Keep:
    """A verdict a row: kept where `mask` is true, else dropped for a reason.

    `mask`      flags, one a row; a null is a mistake of the node.
    `rule`      short name of the rule ("below", "duplicate", "not-top"), one for all rows or a Series of one a row.
    `reason`    a sentence for people, one for all rows or a Series of one a row.
    `column`, `value`, `limit`  what the rule looked at, what it found and what it held that against; for the ledger.
    `review`    flags of the rows that go to the port "review" instead of "dropped"; they are dropped from "kept" too.
    `columns`   columns given to all rows, kept or not, before they are parted.
    """

    mask: pl.Series
    rule: pl.Series | str = "dropped"
    reason: pl.Series | str = "dropped"
    column: str | None = None
    value: pl.Series | None = None
    limit: pl.Series | str | None = None
    review: pl.Series | None = None
    columns: Columns = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Parts:
    """Columns for all rows, and which rows each further port gives. All rows go on through the first port."""

    columns: Columns
    ports: Mapping[str, pl.Series]


@dataclass(frozen=True, slots=True)
class Left:
    """A row of the first input that goes no further, and why."""

    rid: str
    cid: str
    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class Rows:
    """New tables: the rows of several sets in one, or rows made of others.

    `tables` are a table a port, with the base columns and unique rids; a port without one gives no rows. Every row of
    the first input that the first port does not give is in `dropped`.
    """

    tables: Mapping[str, pl.DataFrame]
    dropped: Sequence[Left] = ()


NOT_HERE_YET = "not-here-yet"
"""The rule of what a source skips in a rehearsal because only a run fetches or unpacks it: rows that may come."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that a source could have given but did not, and why."""

    rid: str
    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a source found: `rid`, `path`, optionally `recipe`, and its own columns; no `cid` yet.

    A row a file, in order.
    `skipped` are candidates it did not give; `notices` are sentences for the log ("9 system files ignored").
    """

    table: pl.DataFrame
    skipped: Sequence[Skipped] = ()
    notices: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """What an export node wrote: its folders or files, a line that sums it up, and the rows that it could not write."""

    paths: Sequence[Path]
    summary: str
    failed: Mapping[str, str] = field(default_factory=dict[str, str])  # rid -> reason


NodeResult = Columns | Keep | Parts | Rows | Found | Written
