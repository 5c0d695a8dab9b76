"""The watermark node: how likely a picture bears a watermark."""

from __future__ import annotations

from typing import Annotated

import polars as pl

from nodegraph import Columns, ImageSet, Main, ModelOf, NewColumn, Take, Values, score, scorer
from nodes.measures.watermark import watermark as watermark_measure

DECIMALS = 4
"""Scores are rounded to this: the last digits depend on what else was in the model's batch."""


@scorer(
    "quality/watermark",
    rev=1,
    gives=lambda params: {params["column"]: score("How likely it bears a watermark", best="low", unit="0-1")},
)
def watermark(
    images: ImageSet,
    *,
    found: Annotated[Values, Take(watermark_measure)],
    model: Annotated[
        str, ModelOf("watermark-classifier", hub=True), Main(), "The classifier that looks."
    ] = "watermark-siglip2",
    column: Annotated[str, NewColumn(), "Name of the new column."] = "watermark",
) -> Columns:
    """Scores how likely each picture bears a watermark: 0 is surely clean, 1 surely marked.

    Models that are trained on marked pictures draw the marks. Follow it with *Threshold*: keep what is below 0.5, look
    at what lies near the limit, and be stricter for pictures from stock sites, where 0.2 is not too low.

    The model sees the whole picture at 224 px or so: a small or faint mark in a corner escapes it, and signs, book
    covers and packaging with large letters can count as marked. It does not say where the mark is, and knows nothing of
    invisible ones. Scores are rounded to four decimals.
    """
    return {column: pl.Series(found.list(), dtype=pl.Float64).round(DECIMALS)}


NODES = (watermark,)
