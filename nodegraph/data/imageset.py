"""The image set: what an edge carries. A row an image, immutable, with the ledger of what was dropped on the way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import polars as pl

from nodegraph.data.ledger import empty_ledger

BASE_SCHEMA: dict[str, type[pl.DataType]] = {
    "rid": pl.String,  # where it came from: source-relative path with forward slashes; unique in a set
    "cid": pl.String,  # blake2b-128 of the file's bytes, hex: two copies are two rows and one cid
    "path": pl.String,  # absolute path of the file, read only; never part of a result digest
    "recipe": pl.String,  # how to decode it when not by default (see data/pixels.py), "" by default
}


@dataclass(frozen=True, slots=True)
class ImageSet:
    """Rows of images with the columns that nodes gave them, and the ledger of the rows dropped so far.

    `table` starts with the columns of `BASE_SCHEMA`. A value that was not measured is null, never 0.
    Pictures never travel here: nodes ask for measures, and exports read `path`.
    """

    table: pl.DataFrame
    ledger: pl.DataFrame = field(default_factory=empty_ledger)

    def __len__(self) -> int:
        return self.table.height

    def __getitem__(self, column: str) -> pl.Series:
        return self.table[column]

    @property
    def rids(self) -> list[str]:
        """The rows' ids, in row order."""
        return self.table["rid"].to_list()

    @property
    def cids(self) -> list[str]:
        """The rows' content ids, in row order."""
        return self.table["cid"].to_list()

    @property
    def columns(self) -> list[str]:
        """Names of all columns, the base ones included."""
        return self.table.columns

    def rows(self, columns: Iterable[str] | None = None) -> Iterator[dict[str, object]]:
        """The rows as dictionaries, with all columns or those named."""
        table = self.table if columns is None else self.table.select(list(columns))
        return table.iter_rows(named=True)

    def with_columns(self, columns: Mapping[str, object]) -> ImageSet:
        """The same rows with more columns; each a Series, array or sequence of one value a row."""
        if not columns:
            return self
        series = [values.alias(name) if isinstance(values, pl.Series) else pl.Series(name, values, strict=False)  # type: ignore[arg-type]
                  for name, values in columns.items()]  # fmt: skip
        return replace(self, table=self.table.with_columns(series))

    def filter(self, mask: pl.Series) -> ImageSet:
        """The rows where `mask` is true; the ledger is not changed."""
        return replace(self, table=self.table.filter(mask))

    def slice(self, start: int, length: int) -> ImageSet:
        """`length` rows from `start`; the ledger is not changed."""
        return replace(self, table=self.table.slice(start, length))


def empty_set() -> ImageSet:
    """A set without rows."""
    return ImageSet(pl.DataFrame(schema=BASE_SCHEMA))
