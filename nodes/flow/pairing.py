"""Two sets side by side: which rows are in both, under names that do not clash and with the columns of both."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import polars as pl

from nodegraph import ImageSet
from nodes.captions.authorship import BY_PERSON, captions_of

By = Literal["picture", "file", "name"]
"""What makes two rows the same: one file edited in one way, one file whatever its edits, or one name."""

KEYS: dict[By, tuple[str, ...]] = {"picture": ("cid", "recipe"), "file": ("cid",), "name": ("rid",)}

Key = tuple[str, ...]


@dataclass(frozen=True)
class Pairing:
    """Two tables with the same columns, and for each row the row of the other table that is its twin.

    `first`, `second`  columns that a table lacks are filled from the twins, and null where there is none. The second's
                       `rid` is another one ("name~2.jpg") where the first has the name for something else. A caption
                       that a person wrote for one of two twins of one file is that of both.
    `names`            the rids that the rows of the second had.
    `keys`             for each table what its rows are the same by.
    `twins`, `back`    for each row of the first the index of its twin in the second, and the other way round.
    `same`             for each row of the second whether the first has the very row: one name, one picture.
    """

    first: pl.DataFrame
    second: pl.DataFrame
    names: list[str]
    keys: tuple[list[Key], list[Key]]
    twins: list[int | None]
    back: list[int | None]
    same: list[bool]

    @cached_property
    def ids_of_first(self) -> list[tuple[str, str]]:
        """`rid` and `cid` of each row of the first."""
        return list(zip(self.first["rid"].to_list(), self.first["cid"].to_list(), strict=True))

    @cached_property
    def ids_of_second(self) -> list[tuple[str, str]]:
        """`rid` and `cid` of each row of the second."""
        return list(zip(self.second["rid"].to_list(), self.second["cid"].to_list(), strict=True))

    def joined(self, on_first: Sequence[bool], on_second: Sequence[bool]) -> pl.DataFrame:
        """The rows of the first where `on_first` is true, then those of the second."""
        flags = (pl.Series(list(on_first), dtype=pl.Boolean), pl.Series(list(on_second), dtype=pl.Boolean))
        return pl.concat([self.first.filter(flags[0]), self.second.filter(flags[1])])


def paired(first: ImageSet, second: ImageSet, by: By, *, apart: bool = False) -> Pairing:
    """The pairing of two sets. With `apart` even the rows that are the same in both get names of their own.

    A twin is the same by `by`; of several it is the one with the same name, else the first by name.
    """
    theirs = dict(zip(first.rids, _keys(first, "picture"), strict=True))
    same = [theirs.get(rid) == key for rid, key in zip(second.rids, _keys(second, "picture"), strict=True)]
    clashing = [rid in theirs and (apart or not alike) for rid, alike in zip(second.rids, same, strict=True)]
    keys = (_keys(first, by), _keys(second, by))
    twins, back = _twins(first.rids, second.rids, *keys), _twins(second.rids, first.rids, *reversed(keys))
    renamed = with_free_names(second.table, clashing, first.rids)
    known = any("caption_by" in images.columns for images in (first, second))
    tables = [with_authors(table) if known else table for table in (first.table, renamed)]
    left, right = with_same_columns(tables[0], tables[1], twins, back)
    if known and by != "name" and not apart:  # files of one name can be two pictures
        left, right = with_peoples_captions(left, right, twins), with_peoples_captions(right, left, back)
    return Pairing(left, right, second.rids, keys, twins, back, same)


def with_free_names(table: pl.DataFrame, clashing: Sequence[bool], others: Iterable[str]) -> pl.DataFrame:
    """The rows with another `rid` where they clash: one that neither this table nor `others` hold."""
    rids: list[str] = table["rid"].to_list()
    taken = {*rids, *others}
    names = dict(zip(rids, rids, strict=True))
    # two names never lead to one new name, so the order of the rows plays no part
    for rid in (rid for rid, clash in zip(rids, clashing, strict=True) if clash):
        names[rid] = _free_name(rid, taken)
    return table.with_columns(pl.Series("rid", [names[rid] for rid in rids], dtype=pl.String))


def _free_name(rid: str, taken: set[str]) -> str:
    folder, slash, name = rid.rpartition("/")
    stem, dot, extension = name.rpartition(".")
    if not stem:
        stem, dot, extension = name, "", ""
    number = 2
    while (found := f"{folder}{slash}{stem}~{number}{dot}{extension}") in taken:
        number += 1
    return found


def _keys(images: ImageSet, by: By) -> list[Key]:
    return images.table.select(KEYS[by]).rows()


def _twins(
    own: Sequence[str], other: Sequence[str], own_keys: Sequence[Key], other_keys: Sequence[Key]
) -> list[int | None]:
    first: dict[Key, int] = {}
    for row in sorted(range(len(other)), key=other.__getitem__):
        first.setdefault(other_keys[row], row)
    same = {pair: row for row, pair in enumerate(zip(other, other_keys, strict=True))}
    return [same.get((rid, key), first.get(key)) for rid, key in zip(own, own_keys, strict=True)]


def with_authors(table: pl.DataFrame) -> pl.DataFrame:
    """The table with who wrote its captions, if it has captions: else they would get the authors of their twins."""
    if "caption" not in table.columns:
        return table
    _, by = captions_of(ImageSet(table))
    return table.with_columns(by.alias("caption_by"))


def with_peoples_captions(own: pl.DataFrame, other: pl.DataFrame, twins: Sequence[int | None]) -> pl.DataFrame:
    """The rows, with their twins' captions where those are a person's and their own are not."""
    if "caption" not in own.columns:
        return own
    captions, authors = (column.to_list() for column in captions_of(ImageSet(own)))
    theirs, their_authors = (column.to_list() for column in captions_of(ImageSet(other)))
    taken = [
        twin if twin is not None and author != BY_PERSON and their_authors[twin] == BY_PERSON else None
        for author, twin in zip(authors, twins, strict=True)
    ]
    if not any(twin is not None for twin in taken):
        return own
    texts = [old if twin is None else theirs[twin] for old, twin in zip(captions, taken, strict=True)]
    by = [old if twin is None else BY_PERSON for old, twin in zip(authors, taken, strict=True)]
    return own.with_columns(pl.Series("caption", texts, pl.String), pl.Series("caption_by", by, pl.String))


def with_same_columns(
    first: pl.DataFrame, second: pl.DataFrame, twins: Sequence[int | None], back: Sequence[int | None]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Both tables with all columns, the first's in front, in one type each; what a table lacks comes from its twins."""
    left, right = _filled(first, second, twins), _filled(second, first, back)
    right = right.select(left.columns)
    types = {name: _common(left.schema[name], right.schema[name]) for name in left.columns}
    return _cast(left, types), _cast(right, types)


def _filled(own: pl.DataFrame, other: pl.DataFrame, twins: Sequence[int | None]) -> pl.DataFrame:
    lacking = [name for name in other.columns if name not in own.columns]
    if not lacking:
        return own
    # a column of indices does not clash with names of columns, which are text that nodes give
    index = "\0twin"
    numbered = other.select(lacking).with_row_index(index).with_columns(pl.col(index).cast(pl.Int64))
    asked = own.with_columns(pl.Series(index, list(twins), dtype=pl.Int64))
    return asked.join(numbered, on=index, how="left", maintain_order="left").drop(index)


def _common(first: pl.DataType, second: pl.DataType) -> pl.DataType:
    """The first's type, but one that loses no digits of numbers, and the other's where there is nothing at all."""
    if first == pl.Null:
        return second
    if first.is_integer() and second.is_float():
        return pl.Float64()
    return first


def _cast(table: pl.DataFrame, types: dict[str, pl.DataType]) -> pl.DataFrame:
    return table.with_columns([_as(table[name], kind) for name, kind in types.items()])


def _as(values: pl.Series, kind: pl.DataType) -> pl.Series:
    try:
        return values.cast(kind, strict=False)
    except pl.exceptions.PolarsError:  # kinds of which none can be read as the other: nothing was measured in this one
        return pl.Series(values.name, [None] * len(values), dtype=kind)
