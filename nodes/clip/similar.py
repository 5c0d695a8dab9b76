"""The node that scores how much pictures are like some examples."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from nodegraph import ColumnInfo, Columns, Context, ImageSet, Main, ModelOf, Take, Values, score, scorer
from nodes.measures.clip import clip_image

DECIMALS = 4
"""Scores are rounded to this: the last digits of an embedding depend on what else was in its batch."""

BLOCK = 1 << 22
"""Cosines held in memory at a time, 16 MB of them."""

Aggregate = Literal["max", "mean"]
Matrix = NDArray[np.float32]


def similarities(pictures: Matrix, examples: Matrix, aggregate: Aggregate) -> tuple[Matrix, NDArray[np.int64]]:
    """How alike each unit vector (n, d) is to the examples (m, d), m > 0: cosines (n,) and the nearest one's index.

    The nearest is the first of those whose cosine, rounded to `DECIMALS`, is the highest.
    """
    found, nearest = np.zeros(len(pictures), np.float32), np.zeros(len(pictures), np.int64)
    step = max(1, BLOCK // len(examples))
    for start in range(0, len(pictures), step):
        cosines = pictures[start : start + step] @ examples.T
        nearest[start : start + step] = cosines.round(DECIMALS).argmax(axis=1)
        found[start : start + step] = cosines.max(axis=1) if aggregate == "max" else cosines.mean(axis=1)
    return found, nearest


@scorer(
    "clip/similar",
    rev=1,
    title="Similar to examples",
    whole_set=True,
    gives={
        "similarity": score("How much it is like the examples", unit="cosine"),
        "similar_to": ColumnInfo("text", "Name of the example that it is most like"),
    },
)
def similar(
    images: ImageSet,
    examples: ImageSet,
    *,
    context: Context,
    vectors: Annotated[Values, Take(clip_image)],
    example_vectors: Annotated[Values, Take(clip_image, port="examples")],
    model: Annotated[str, ModelOf("clip"), "The CLIP model that compares."] = "demo-clip",
    aggregate: Annotated[
        Aggregate, Main(), "Like the nearest example (max), or like all of them on average (mean)."
    ] = "max",
) -> Columns:
    """Scores how much each picture is like some examples: wire a few good pictures into the second input.

    `similarity` is the cosine of two CLIP embeddings: 1 is the same picture. What counts as alike depends on the model,
    so rank with it, or cut at a percentile. "max" finds pictures that are like any of the examples, "mean" those that
    share what all examples have in common, such as one style. `similar_to` names the nearest example in either case.

    It judges subject, style and composition together: to ask for the style alone, give examples of several subjects
    in that style, and use "mean". A picture that is itself an example gets 1 with "max". Without examples there is no
    score. Scores are rounded to four decimals.
    """
    if not len(images) or not len(examples):
        if len(images):
            context.notice("There are no examples, so no picture has a similarity.")
        nothing = [None] * len(images)
        return {
            "similarity": pl.Series(nothing, dtype=pl.Float64),
            "similar_to": pl.Series(nothing, dtype=pl.String),
        }
    rids = examples.rids
    order = sorted(range(len(rids)), key=rids.__getitem__)
    names = [rids[index] for index in order]
    cosines, nearest = similarities(vectors.matrix(), example_vectors.matrix()[order], aggregate)
    return {
        "similarity": pl.Series(cosines.astype(np.float64)).round(DECIMALS),
        "similar_to": pl.Series([names[index] for index in nearest], dtype=pl.String),
    }


NODES = (similar,)
