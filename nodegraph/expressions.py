"""Expressions: conditions over columns such as `aesthetic > 5 and not is_dark`, read safely and evaluated on tables.

The text is parsed by sqlglot and the tree is rebuilt as a polars expression, part by part: what no rule below knows
does not exist in the language. The text itself never reaches an SQL engine, whose subqueries could read files.

The language: column names (in double quotes where they are no plain word), numbers, texts in single quotes, true,
false, null; `+ - * / %`; `= == != <> < <= > >=`; `and or not`; `between`, `in (...)`, `like`, `ilike`, `is null`,
`is not null`, `is true`; `case when ... then ... else ... end`; and the functions of `FUNCTIONS`.
A null is "not measured" and stays null through everything except `coalesce`, `is`, `case`, and an `and`, `or` or `in`
that is decided without it. NaN and x / 0 count as null.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from nodegraph.columns import POLARS_TYPE, ColumnInfo, ColumnKind
from nodegraph.expression_compiler import ADVICE, bad_expression, compile_condition
from nodegraph.expression_functions import FUNCTIONS, Kind
from nodegraph.problems import Problem, ProblemError

__all__ = ["FUNCTIONS", "MAX_DEPTH", "MAX_LENGTH", "check", "columns_of", "evaluate"]

MAX_LENGTH = 2000
MAX_DEPTH = 80

_KIND_OF_COLUMN: Mapping[ColumnKind, Kind] = {"number": "number", "integer": "number", "text": "text", "flag": "flag"}


def check(text: str, columns: Mapping[str, ColumnInfo]) -> Problem | None:
    """The first problem with the condition `text` over `columns`, or None when it can be evaluated."""
    try:
        compiled = compile_condition(
            text, _parse(text), {name: _KIND_OF_COLUMN[info.kind] for name, info in columns.items()}
        )
        _run(text, compiled, pl.DataFrame({name: [None] for name in columns}, _schema(columns)))
    except ProblemError as error:
        return error.problems[0]
    return None


def columns_of(text: str) -> tuple[str, ...]:
    """Names of the columns that `text` reads, sorted. Raises ProblemError where it is no condition at all."""
    from sqlglot import exp

    return tuple(sorted({part.name for part in _parse(text).find_all(exp.Column)}))


def evaluate(text: str, table: pl.DataFrame) -> pl.Series:
    """The condition for every row: flags, null where it hangs on a value that was not measured. Raises ProblemError."""
    kinds: dict[str, Kind] = {name: kind for name, dtype in table.schema.items() if (kind := _kind_of(dtype))}
    return _run(text, compile_condition(text, _parse(text), kinds), table)


def _schema(columns: Mapping[str, ColumnInfo]) -> dict[str, type[pl.DataType]]:
    return {name: POLARS_TYPE[info.kind] for name, info in columns.items()}


def _kind_of(dtype: pl.DataType) -> Kind | None:
    if dtype.is_numeric():
        return "number"
    return {pl.Boolean(): "flag", pl.String(): "text", pl.Null(): "null"}.get(dtype)  # type: ignore[return-value]


def _run(text: str, compiled: pl.Expr, table: pl.DataFrame) -> pl.Series:
    try:
        flags = table.select(compiled.cast(pl.Boolean).alias("condition"))["condition"]
    except pl.exceptions.PolarsError as error:
        raise bad_expression(text, f"it cannot be evaluated: {str(error).splitlines()[0]}") from error
    # a condition without any column gives one flag, whatever the height of the table
    return flags if len(flags) == table.height else pl.Series("condition", [flags[0]] * table.height, pl.Boolean)


def _parse(text: str) -> Any:
    from sqlglot import exp, parse_one
    from sqlglot.errors import SqlglotError

    if not text.strip():
        raise bad_expression(text, "it is empty", "Write a condition such as: sharpness > 60 and not is_dark")
    if len(text) > MAX_LENGTH:
        raise bad_expression(text, f"it has {len(text)} characters, more than {MAX_LENGTH}")
    try:
        tree: Any = parse_one(text, into=exp.Condition, dialect="duckdb")
    except RecursionError as error:
        raise _too_deep(text) from error
    except (SqlglotError, ValueError) as error:
        raise bad_expression(text, _why_unreadable(error), ADVICE) from error
    level, depth = [tree], 0
    while level:
        if (depth := depth + 1) > MAX_DEPTH:
            raise _too_deep(text)
        level = [child for part in level for child in part.iter_expressions()]
    return tree


def _too_deep(text: str) -> ProblemError:
    return bad_expression(text, f"it is nested more than {MAX_DEPTH} levels deep")


def _why_unreadable(error: Exception) -> str:
    details: list[dict[str, Any]] = getattr(error, "errors", [])
    if not details or not details[0].get("highlight"):
        return "it cannot be read as a condition"
    return f"it cannot be read near {details[0]['highlight']!r}, character {details[0]['col']}"
