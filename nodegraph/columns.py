"""Columns as part of a node's contract: what kind of value they hold and how a person should read them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import polars as pl

ColumnKind = Literal["number", "integer", "text", "flag"]

POLARS_TYPE: dict[ColumnKind, type[pl.DataType]] = {
    "number": pl.Float64,
    "integer": pl.Int64,
    "text": pl.String,
    "flag": pl.Boolean,
}


@dataclass(frozen=True, slots=True)
class ColumnInfo:
    """What a column holds: its kind, a one-line help, its unit, and which end is better (None: neither)."""

    kind: ColumnKind
    help: str = ""
    unit: str = ""
    best: Literal["high", "low"] | None = None


def score(help: str = "", *, best: Literal["high", "low"] | None = "high", unit: str = "") -> ColumnInfo:
    """A column of numbers in which one end is better."""
    return ColumnInfo("number", help, unit, best)


def accepts(wanted: ColumnKind | Literal["any"], given: ColumnKind) -> bool:
    """Whether a column of kind `given` can stand where `wanted` is asked for (an integer is a number)."""
    return wanted == "any" or wanted == given or (wanted == "number" and given == "integer")


BASE_COLUMNS: dict[str, ColumnInfo] = {
    "rid": ColumnInfo("text", "Path of the file inside its source"),
    "cid": ColumnInfo("text", "Hash of the file's bytes"),
    "path": ColumnInfo("text", "Absolute path of the file"),
    "recipe": ColumnInfo("text", "How the file is decoded when not by default"),
}
