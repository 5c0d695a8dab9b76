"""Small image sets made by hand."""

from __future__ import annotations

from typing import Any

import polars as pl

from nodegraph import ImageSet


def images(rids: list[str] | int, cids: list[str] | None = None, **columns: Any) -> ImageSet:
    """A set of these rows; a number makes that many of them. Each is its own content unless `cids` says otherwise."""
    names = [f"{number:04}.jpg" for number in range(rids)] if isinstance(rids, int) else rids
    base = {"rid": names, "cid": cids or [f"c-{name}" for name in names], "path": names, "recipe": [""] * len(names)}
    table = pl.DataFrame(base, schema=dict.fromkeys(base, pl.String))
    return ImageSet(table).with_columns(columns)


def shuffled(given: ImageSet, order: list[int]) -> ImageSet:
    """The same rows in another order."""
    return ImageSet(given.table[order])


def kept(given: ImageSet, result: Any) -> set[str]:
    """Names of the rows that a verdict keeps."""
    return set(given.table.filter(result.mask)["rid"])
