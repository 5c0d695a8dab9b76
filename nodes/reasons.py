"""The words of reasons: numbers and verdicts as a person reads them in the ledger."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import polars as pl

OnNull = Literal["keep", "drop", "review"]

NOT_MEASURED = "not-measured"


def number_text(value: float, apart_from: float | None = None) -> str:
    """`value` in at most 4 significant digits, or as many more as it takes to read unlike `apart_from`."""
    if apart_from is None:
        return _plain(value, 4)
    for digits in range(4, 18):
        text = _plain(value, digits)
        if value == apart_from or text != _plain(apart_from, digits):
            return text
    return repr(value)


def _plain(value: float, digits: int) -> str:
    if float(value).is_integer() and abs(value) < 1e15:
        return str(int(value))
    text = f"{value:.{digits}g}"
    return text if "e" not in text or abs(value) < 1 else f"{value:.0f}"


def compared_texts(value: float, limit: float, limit_text: str) -> tuple[str, str]:
    """Both numbers so that they read unlike each other. `limit_text` is `number_text(limit)`, written once for all."""
    text = number_text(value)
    return (text, limit_text) if text != limit_text else (number_text(value, limit), number_text(limit, value))


def value_text(value: object) -> str:
    """Any value of a column as a person reads it."""
    if value is None:
        return "not measured"
    if isinstance(value, bool):
        return "true" if value else "false"
    return number_text(value) if isinstance(value, int | float) else f"'{value}'"


def number_texts(values: pl.Series, wanted: pl.Series) -> pl.Series:
    """The numbers of a column as texts where `wanted` is true, null elsewhere and where there is none."""
    values = values.set(~wanted, None)
    found = [None if value is None else number_text(value) for value in values.to_list()]
    return pl.Series("value", found, pl.String)


def texts(wanted: pl.Series, write: Callable[[int], str]) -> pl.Series:
    """`write(row)` for the rows where `wanted` is true, null for the others."""
    return pl.Series("text", [write(row) if flag else None for row, flag in enumerate(wanted.to_list())], pl.String)


def with_nulls(kept: pl.Series, on_null: OnNull) -> tuple[pl.Series, pl.Series]:
    """The verdict and the rows for review, from flags in which null means that a row could not be judged."""
    unknown = kept.is_null()
    nothing = pl.Series("review", [False] * len(kept), pl.Boolean)
    return kept.fill_null(value=on_null == "keep"), unknown if on_null == "review" else nothing
