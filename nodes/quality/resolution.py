"""The effective-resolution node: pictures that were enlarged, and how large they really are."""

from __future__ import annotations

from typing import Annotated

import polars as pl

from nodegraph import ColumnInfo, Columns, ImageSet, Take, Values, score, scorer
from nodes.measures.header import header as header_measure
from nodes.measures.resolution import effective_scale

DECIMALS = 2


@scorer(
    "quality/effective_resolution",
    rev=1,
    gives={
        "effective_scale": score("How many times it seems enlarged; 1 is not at all", best="low"),
        "effective_side": ColumnInfo("integer", "Longer side that its detail would fill", unit="px", best="high"),
    },
)
def effective_resolution(
    images: ImageSet,
    *,
    scale: Annotated[Values, Take(effective_scale)],
    header: Annotated[Values, Take(header_measure)],
) -> Columns:
    """Finds pictures that were enlarged, and tells how large they were before.

    `effective_scale` is 1 for a picture with detail down to its pixels, 2 for one that was made twice as large.
    `effective_side` is the longer side divided by it: with *Threshold* ask for at least the size you train at. Take
    scales below 1.25 for 1. On photos made 2 and 4 times larger it found 91 to 100 in a hundred, also after saving as
    JPEG, and called 1 to 3 in a hundred untouched ones enlarged. The scale is right to about a fifth.

    It looks at 1024 x 1024 pixels in the middle at full size, so large pictures take longer than with other measures.
    A picture that is soft all over (missed focus, thick noise reduction, a cheap camera) can count as enlarged, and
    rightly so for training. It does not see enlargement by an AI model, which makes up new detail, nor by less than 1.5
    times. A picture with a side below 128 px is not judged and gets no value.
    """
    scales = [value or None for value in scale.list()]
    sides = [
        None if value is None else round(max(facts["width"], facts["height"]) / value)
        for value, facts in zip(scales, header.list(), strict=True)
    ]
    return {
        "effective_scale": pl.Series(scales, dtype=pl.Float64).round(DECIMALS),
        "effective_side": pl.Series(sides, dtype=pl.Int64),
    }


NODES = (effective_resolution,)
