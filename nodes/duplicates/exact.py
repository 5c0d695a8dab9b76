"""Exact duplicates: the same bytes, or the same pixels once decoded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from nodegraph import ColumnTerms, Context, ImageSet, Keep, Main, NewColumn, Take, Values, dedup
from nodes.duplicates.grouping import groups_of
from nodes.duplicates.verdict import (
    PREFER,
    GroupHelp,
    KeepHelp,
    KeepRule,
    PreferHelp,
    apart_among,
    contents_of,
    gives,
    verdict,
)
from nodes.measures.pixels import pixel_digest


def _by_pixels(images: ImageSet, params: Mapping[str, Any]) -> pl.Series:
    return pl.Series([params["same"] == "pixels"] * len(images), dtype=pl.Boolean)


@dedup("duplicates/exact", rev=1, title="Exact duplicates", gives=gives)
def exact(
    images: ImageSet,
    *,
    context: Context,
    digests: Annotated[Values, Take(pixel_digest, where=_by_pixels)],
    same: Annotated[
        Literal["bytes", "pixels"], Main(), "What must be the same: the file's bytes, or the pixels once decoded."
    ] = "pixels",
    keep: Annotated[KeepRule, Main(), KeepHelp] = "best",
    prefer: Annotated[list[str], ColumnTerms(), PreferHelp] = PREFER,
    group: Annotated[str, NewColumn(), GroupHelp] = "duplicate_group",
) -> Keep:
    """Finds files that are copies without any difference to see, and keeps one of each. It never takes two for one.

    By bytes: the files are the same, whatever their names. By pixels: also a file whose metadata were edited, or that
    was saved anew without loss (a PNG of a WebP, say). What is compared is the upright picture in sRGB colours; one
    of 1440 pixels or more is first made smaller, so that two which differ in single pixels may count as the same, and
    a JPEG of that size and its lossless copy may not. The distance is always 0. For resized or recompressed copies
    use *Hash duplicates*.
    """
    contents = contents_of(images, keep, prefer)
    found = [digests.items[content.rows[0]] for content in contents]
    first: dict[str, int] = {}
    pairs = [(first.setdefault(digest, index), index) for index, digest in enumerate(found) if digest is not None]
    joined = np.array([pair for pair in pairs if pair[0] != pair[1]], np.int64).reshape(-1, 2)
    groups = groups_of(joined, 0, _no_distance, apart_among(contents, context))
    return verdict(images, contents, groups, keep, column=group, limit="0", same="same pixels as")


def _no_distance(_item: int, others: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.zeros(len(others))
