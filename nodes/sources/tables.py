"""Tables that come with pictures: rows of CSV, TSV, JSON Lines and Parquet files, and what a cell of theirs says."""

from __future__ import annotations

import io
import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl

from nodegraph import ColumnInfo, Problem
from nodegraph.data.opening import opened, read_at_most
from nodegraph.data.unreadable import Unavailable
from nodes.sources.sidecars import UnusableError, clean_text

SUFFIXES = (".csv", ".tsv", ".jsonl", ".parquet")
LARGEST = 512 << 20
MOST_ROWS = 2_000_000
"""Of a Parquet file, in which a few kilobytes can hold any number of rows that are alike."""
LONGEST_CELL = 1_000_000
TAKEN = frozenset({"rid", "cid", "path", "recipe"})

Row = Mapping[str, Any]


def table_rows(path: Path, *, without: Sequence[str] = ()) -> list[dict[str, Any]]:
    """The rows of a table by its suffix, in order; cells of CSV and TSV are texts. Columns in `without` are not read.

    A line of JSON Lines that is no object is an empty row. Raises UnusableError for what cannot be read, and for files
    of more than 512 MB; Parquet may be larger, as its pictures are not read here, but what is read of it may not.
    """
    suffix = path.suffix.lower()
    if suffix == ".parquet":
        with parquet_refusals():
            frame = scanned(path)
            columns = [name for name in frame.collect_schema().names() if name not in without]
            count = frame.select(pl.len()).collect().item()
            if count > MOST_ROWS:
                raise UnusableError(f"it has {count:,} rows, and more than {MOST_ROWS:,} are not read")
            table = frame.select(columns).collect()
            if table.estimated_size() > LARGEST:
                raise UnusableError("what it holds besides pictures is larger than 512 MB")
            return table.to_dicts()
    data = _bytes_of(path)
    if suffix == ".jsonl":
        return [_object(line) for line in data.removeprefix(b"\xef\xbb\xbf").splitlines() if line.strip()]
    if not data.strip():
        return []
    with parquet_refusals():
        # Every cell as text: a guess from the first rows would fail, or lose zeros, on later ones.
        return pl.read_csv(
            io.BytesIO(data),
            separator="\t" if suffix == ".tsv" else ",",
            infer_schema=False,
            encoding="utf8-lossy",
            truncate_ragged_lines=True,
        ).to_dicts()


def scanned(path: Path) -> pl.LazyFrame:
    """A Parquet file, of which only what is asked for is read. Call and collect it inside `parquet_refusals`."""
    with opened(path):  # says what is wrong with it, and waits for no pipe
        return pl.scan_parquet(path, glob=False)


@contextmanager
def parquet_refusals() -> Iterator[None]:
    """Turns what polars raises about a file into UnusableError."""
    try:
        yield
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, ValueError) as error:
        raise UnusableError("it is damaged or no table") from error
    except (Unavailable, OSError) as error:
        raise UnusableError(str(error)) from error


def text_of(value: Any) -> str | None:
    """What a cell says as text: of a list the first text, of an object its JSON; None where there is nothing."""
    if isinstance(value, list):
        value = next((item for item in value if isinstance(item, str) and item.strip()), None)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        value = json.dumps(value, ensure_ascii=False, default=str)
    if value is None or isinstance(value, bytes) or (isinstance(value, float) and not math.isfinite(value)):
        return None
    return clean_text(str(value)[:LONGEST_CELL]) or None


def number_of(value: Any) -> float | None:
    """What a cell says as a number; None where it is none or not finite."""
    if isinstance(value, str) and len(value) > 100:
        return None
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def first_text(row: Row, names: Sequence[str]) -> str | None:
    """The first of these cells that says something."""
    return next((text for name in names if (text := text_of(row.get(name)))), None)


def column_name(name: str) -> str:
    """The name of a column that holds what the table calls `name`: letters, digits and underscores only."""
    plain = re.sub(r"[^A-Za-z0-9_]", "_", name)[:60]
    return plain if plain[:1].isalpha() else f"column_{plain}"


def further_columns(texts: Sequence[str], numbers: Sequence[str]) -> dict[str, ColumnInfo]:
    """The columns that a user asked for by the names that the table has for them."""
    columns = {column_name(name): ColumnInfo("text", "From the table") for name in texts}
    return columns | {column_name(name): ColumnInfo("number", "From the table") for name in numbers}


def further_values(row: Row, texts: Sequence[str], numbers: Sequence[str]) -> dict[str, Any]:
    """The values of `further_columns` in a row of the table."""
    values: dict[str, Any] = {column_name(name): text_of(row.get(name)) for name in texts}
    return values | {column_name(name): number_of(row.get(name)) for name in numbers}


def further_problems(texts: Sequence[str], numbers: Sequence[str], given: Mapping[str, ColumnInfo]) -> list[Problem]:
    """What is wrong with the names of further columns: one that is there already, or comes twice."""
    problems: list[Problem] = []
    seen = TAKEN | set(given)
    for param, names in (("text_columns", texts), ("number_columns", numbers)):
        for name in names:
            column = column_name(name)
            if not name or column in seen:
                message = (
                    f"The column {name!r} cannot be added: {column} is there already."
                    if name
                    else "A column has no name."
                )
                problems.append(Problem("column-taken", message, "Take it out of the list.", param=param, value=name))
            seen = seen | {column}
    return problems


def _bytes_of(path: Path) -> bytes:
    try:
        with opened(path) as file:
            data = read_at_most(file, LARGEST + 1)
    except Unavailable as error:
        raise UnusableError(error.reason) from error
    if len(data) > LARGEST:
        raise UnusableError("it is larger than 512 MB")
    return data


def _object(line: bytes) -> dict[str, Any]:
    try:
        said: Any = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}
