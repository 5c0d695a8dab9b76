"""Tables of an export: rows beside their pictures, as JSON lines, CSV or Parquet, with the same types in every file."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any, Literal

import polars as pl

from nodegraph.data.imageset import BASE_SCHEMA, ImageSet
from nodes.export.manifest import Record

TableFormat = Literal["jsonl", "csv", "parquet"]

WRITTEN_ANYWAY = frozenset({*BASE_SCHEMA, "caption", "split", "license", "licence", "author", "source"})
"""Columns that every export writes in a place of its own, and paths, which are nobody's business."""


def further_columns(images: ImageSet, wanted: Sequence[str]) -> pl.DataFrame:
    """`rid` and the `wanted` columns of the set that exports do not write anyway; all of them where none is named."""
    names = wanted or images.columns
    chosen = [name for name in dict.fromkeys(names) if name in images.columns and name not in WRITTEN_ANYWAY]
    table = images.table.select("rid", *chosen)
    return table.with_columns(pl.col(name).cast(pl.String) for name in chosen if table[name].dtype == pl.Null)


def with_columns(table: pl.DataFrame, further: pl.DataFrame, records: Sequence[Record]) -> pl.DataFrame:
    """`table`, a row a record, with the further columns of those rows; its own columns come first and win."""
    more = pl.DataFrame({"rid": [record.rid for record in records]}, schema={"rid": pl.String}).join(
        further, on="rid", how="left", maintain_order="left"
    )
    return table.hstack([more[name] for name in more.columns if name != "rid" and name not in table.columns])


def coded_table(table: pl.DataFrame, form: TableFormat) -> bytes:
    """The table as a file; the same bytes from the same table."""
    if form == "jsonl":
        return "".join(f"{json_line(row)}\n" for row in table.iter_rows(named=True)).encode()
    file = BytesIO()
    if form == "csv":
        _flat(table).write_csv(file)
    else:
        table.write_parquet(file, compression="zstd", statistics=False)
    return file.getvalue()


def json_line(row: Mapping[str, Any]) -> str:
    """A row as JSON on one line; what JSON has no number for is null."""
    return json.dumps({name: plain(value) for name, value in row.items()}, ensure_ascii=False)


def plain(value: Any) -> Any:
    """A value of a column as JSON knows it: numbers that are no numbers are null, times and bytes are text."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, pl.Series):
        return [plain(item) for item in value]
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(name): plain(item) for name, item in value.items()}
    return value.hex() if isinstance(value, bytes) else str(value)


def _flat(table: pl.DataFrame) -> pl.DataFrame:
    nested = [name for name, kind in table.schema.items() if kind.is_nested() or kind == pl.Binary]
    return table.with_columns(pl.Series(name, [_json(value) for value in table[name]], pl.String) for name in nested)


def _json(value: Any) -> str | None:
    return None if value is None else json.dumps(plain(value), ensure_ascii=False)
