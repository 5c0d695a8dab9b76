"""Functions of the expression language: what each takes, gives and how polars computes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import polars as pl

Kind = Literal["number", "text", "flag", "null"]

POLARS: Mapping[Kind, type[pl.DataType]] = {"number": pl.Float64, "text": pl.String, "flag": pl.Boolean}


@dataclass(frozen=True, slots=True)
class Typed:
    """A part of a condition as a polars expression, with the kind of value it gives."""

    expression: pl.Expr
    kind: Kind


def measured(expression: pl.Expr, kind: Kind) -> pl.Expr:
    """The expression with NaN as null: polars holds NaN for larger than every number."""
    return expression.fill_nan(None) if kind == "number" else expression


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the language: how it is written, what it takes and gives, and how it is computed.

    `kinds` are the kinds of its values in order; () means any number of values of one kind, which is what it gives.
    """

    usage: str
    make: Callable[[list[pl.Expr]], pl.Expr]
    kinds: tuple[Kind, ...] = ()
    gives: Kind = "number"
    least: int = 1
    most: int = 0


def _text(usage: str, make: Callable[[pl.Expr, pl.Expr], pl.Expr]) -> Function:
    return Function(usage, lambda parts: make(*parts), ("text", "text"), "flag", 2, 2)


def _simple(usage: str, make: Callable[[pl.Expr], pl.Expr], kind: Kind, gives: Kind | None = None) -> Function:
    return Function(usage, lambda parts: make(parts[0]), (kind,), gives or kind, 1, 1)


def _rounded(parts: list[pl.Expr]) -> pl.Expr:
    scale = pl.lit(10.0).pow(parts[1].round()) if len(parts) == 2 else pl.lit(1.0)
    return (parts[0] * scale).round() / scale


def _extreme(choose: Callable[..., pl.Expr]) -> Callable[[list[pl.Expr]], pl.Expr]:
    # unlike in SQL a null wins: the largest of a known and an unmeasured value is not known
    return lambda parts: pl.when(pl.all_horizontal(part.is_not_null() for part in parts)).then(choose(*parts))


FUNCTIONS: Mapping[str, Function] = {
    "abs": _simple("abs(number)", lambda value: value.abs(), "number"),
    "ceil": _simple("ceil(number)", lambda value: value.ceil(), "number"),
    "floor": _simple("floor(number)", lambda value: value.floor(), "number"),
    "sqrt": _simple("sqrt(number)", lambda value: value.sqrt(), "number"),
    "round": Function("round(number) or round(number, digits)", _rounded, ("number", "number"), "number", 1, 2),
    "lower": _simple("lower(text)", lambda value: value.str.to_lowercase(), "text"),
    "upper": _simple("upper(text)", lambda value: value.str.to_uppercase(), "text"),
    "trim": _simple("trim(text)", lambda value: value.str.strip_chars(), "text"),
    "length": _simple("length(text)", lambda value: value.str.len_chars().cast(pl.Float64), "text", "number"),
    "contains": _text("contains(text, part)", lambda value, part: value.str.contains(part, literal=True)),
    "starts_with": _text("starts_with(text, part)", lambda value, part: value.str.starts_with(part)),
    "ends_with": _text("ends_with(text, part)", lambda value, part: value.str.ends_with(part)),
    "regexp_like": _text("regexp_like(text, pattern)", lambda value, pattern: value.str.contains(pattern)),
    "least": Function("least(value, value, ...)", _extreme(pl.min_horizontal), least=2),
    "greatest": Function("greatest(value, value, ...)", _extreme(pl.max_horizontal), least=2),
    "coalesce": Function("coalesce(value, value, ...)", lambda parts: pl.coalesce(parts), least=2),
}
