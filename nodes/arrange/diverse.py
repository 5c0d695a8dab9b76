"""The node that picks pictures which are as unlike one another as can be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

import numpy as np
import polars as pl

from nodegraph import (
    Column,
    ColumnInfo,
    Context,
    ImageSet,
    Keep,
    Main,
    ModelOf,
    Range,
    Take,
    Values,
    arrange,
)
from nodes.arrange.spread import Indices, Matrix, clusters, farthest, nearest_of
from nodes.measures.clip import clip_image
from nodes.reasons import number_text, number_texts, texts

Method = Literal["farthest", "clusters"]

GIVES = {
    "diverse_rank": ColumnInfo("integer", "When the picture was picked, from 1; empty for those not picked"),
    "diverse_distance": ColumnInfo("number", "How far it is from the picked picture nearest to it", unit="1 - cosine"),
}
DECIMALS = 3


@arrange("arrange/diverse", rev=1, title="Diverse pick", gives=GIVES)
def diverse(
    images: ImageSet,
    *,
    context: Context,
    vectors: Annotated[Values, Take(clip_image)],
    model: Annotated[str, ModelOf("clip"), "The CLIP model that says how alike two pictures are."] = "demo-clip",
    k: Annotated[int, Range(1, 10_000_000), Main(), "How many pictures to pick."] = 100,
    method: Annotated[
        Method, Main(), "The most unlike pictures (farthest), or one for each of k groups (clusters)."
    ] = "farthest",
    prefer: Annotated[str | None, Column("number"), "Among equally good picks, the best by this number."] = None,
    best: Annotated[Literal["high", "low"], "Whether the highest or the lowest numbers are the best."] = "high",
    seed: Annotated[int, Range(0, 2**32 - 1), "Another seed picks others where several are equally good."] = 0,
) -> Keep:
    """Picks k pictures that differ from one another as much as can be, so that a small set shows all there is.

    "farthest" picks again and again the picture that is most unlike those picked already. It covers the rare and the
    odd, mistakes and stray pictures among them, so filter first. "clusters" parts the set into k groups of like
    pictures and picks one of each: the one in the middle of its group, or the best by *prefer*. It follows what is
    frequent and leaves single odd pictures aside.

    What is alike is judged by CLIP embeddings; distances are told apart to three decimals, and equals are decided by
    *prefer*, then by lot. `diverse_rank` is the order of the picks: the first hundred of a thousand are a diverse set
    themselves ("farthest"). The time grows with k times the number of pictures: 1,000 of 100,000 take some ten
    seconds, as clusters a minute or two.
    """
    rids, cids = images.rids, images.cids
    order = np.array(sorted(range(len(images)), key=rids.__getitem__), np.int64)
    matrix = _matrix(vectors, order)
    lots = _ranks([float(context.random(seed, cids[row]).random()) for row in order])
    preference = _preference(images, order, prefer, best, lots)
    picks = _picked(matrix, min(k, len(images)), method, prefer is not None, lots, preference, context)
    nearest, distances = nearest_of(matrix, matrix[picks]) if picks else (lots, lots)
    ranks = {int(order[pick]): number for number, pick in enumerate(picks, start=1)}
    at = {int(row): index for index, row in enumerate(order)}
    mask = pl.Series("mask", [row in ranks for row in range(len(images))], pl.Boolean)
    apart = [0.0 if row in ranks else max(0.0, float(distances[at[row]])) for row in range(len(images))]
    rounded = [round(distance, DECIMALS) for distance in apart]

    def reason(row: int) -> str:
        like = rids[order[picks[nearest[at[row]]]]] if picks else "none"
        return f"not among the {len(picks)} picked; most like {like}, distance {number_text(rounded[row])}"

    far = pl.Series("diverse_distance", rounded, pl.Float64)
    return Keep(
        mask,
        rule="not-diverse",
        reason=texts(~mask, reason),
        column="diverse_distance",
        value=number_texts(far, ~mask),
        limit=str(k),
        columns={
            "diverse_rank": pl.Series([ranks.get(row) for row in range(len(images))], dtype=pl.Int64),
            "diverse_distance": far,
        },
    )


def _picked(
    matrix: Matrix, k: int, method: Method, preferred: bool, lots: Indices, preference: Indices, context: Context
) -> list[int]:
    def step(done: int) -> bool:
        context.progress(done, k)
        return not context.cancelled()

    if method == "farthest" or not k:
        return farthest(matrix, k, preference, step)
    labels, centres = clusters(matrix, k, lots, lambda _round: not context.cancelled())
    if preferred:
        keys = preference
    else:
        own = np.concatenate([np.zeros(0, np.float32), 1 - np.einsum("nd,nd->n", matrix, centres[labels])])
        keys = np.lexsort((preference, np.round(own, DECIMALS))).argsort()
    first: dict[int, int] = {}
    for index in np.argsort(keys, kind="stable").tolist():
        first.setdefault(int(labels[index]), index)
    # some groups may be empty: the farthest of the others take their places
    return farthest(matrix, k, preference, step, chosen=sorted(first.values()))


def _matrix(vectors: Values, order: Indices) -> Matrix:
    """The vectors in this order as one float32 matrix, filled row by row: never twice in memory."""
    if not len(order):
        return np.zeros((0, 0), np.float32)
    matrix = np.empty((len(order), len(vectors.items[0])), np.float32)
    for index, row in enumerate(order):
        matrix[index] = vectors.items[row]
    return matrix


def _ranks(keys: Sequence[float]) -> Indices:
    ranks = np.empty(len(keys), np.int64)
    ranks[np.argsort(np.array(keys), kind="stable")] = np.arange(len(keys))
    return ranks


def _preference(images: ImageSet, order: Indices, column: str | None, best: str, lots: Indices) -> Indices:
    """Ranks from 0, the most preferred: by the column, those without a number last, then by lot."""
    if column is None:
        return lots
    values = images[column].cast(pl.Float64).fill_nan(None).to_numpy()[order]
    worth = np.where(np.isnan(values), np.inf, -values if best == "high" else values)
    return np.lexsort((lots, worth)).argsort()


NODES = (diverse,)
