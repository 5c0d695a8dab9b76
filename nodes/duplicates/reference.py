"""Exclude a reference set: drops pictures that are in another set too, such as the one to test with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from nodegraph import ColumnInfo, Context, ImageSet, Keep, Main, ModelOf, Range, Take, Values, dedup
from nodes.duplicates.embeddings import ROUNDING
from nodes.measures.clip import clip_image
from nodes.measures.hashes import LEAST_DETAIL, image_hash, oriented
from nodes.reasons import number_text, number_texts, texts

By = Literal["bytes", "hash", "embedding"]

BLOCK = 1 << 20
"""Comparisons made at a time."""

GIVES = {
    "reference_match": ColumnInfo("text", "Name of the reference picture that it matches; empty if none"),
    "reference_distance": ColumnInfo("number", "How far it is from the nearest reference picture", best="high"),
}

Distances = Callable[[slice], NDArray[np.float64]]


def _for(by: By) -> Callable[[ImageSet, Mapping[str, Any]], pl.Series]:
    def where(images: ImageSet, params: Mapping[str, Any]) -> pl.Series:
        return pl.Series([params["by"] == by] * len(images), dtype=pl.Boolean)

    return where


@dedup("duplicates/exclude_reference", rev=1, title="Exclude reference set", gives=GIVES)
def exclude_reference(
    images: ImageSet,
    reference: ImageSet,
    *,
    context: Context,
    hashes: Annotated[Values, Take(image_hash, where=_for("hash"))],
    reference_hashes: Annotated[Values, Take(image_hash, where=_for("hash"), port="reference")],
    vectors: Annotated[Values, Take(clip_image, where=_for("embedding"))],
    reference_vectors: Annotated[Values, Take(clip_image, where=_for("embedding"), port="reference")],
    by: Annotated[
        By, Main(), "What makes a match: the same file, nearly the same hash, or nearly the same embedding."
    ] = "hash",
    distance: Annotated[
        int, Range(0, 16, unit="bits"), Main(), "By hash: how many of 64 bits may differ; above 10 strangers match."
    ] = 6,
    flips: Annotated[bool, "By hash: find mirrored and upside-down copies too."] = True,
    cosine: Annotated[
        float, Range(0.8, 1, step=0.005), "By embedding: how alike two pictures must be; 0.95 is near."
    ] = 0.95,
    model: Annotated[str, ModelOf("clip"), "By embedding: the model that says how alike."] = "demo-clip",
) -> Keep:
    """Drops every picture that is in a second set too, such as a test set or what a model was trained on.

    Wire that set into *reference*. The reference set itself goes nowhere; nothing is looked for inside either set (use
    a duplicate finder for that). Files with the same bytes always match. By hash, resized, recompressed and recoloured
    copies match too; pictures with nothing to see in them match by their bytes alone. By embedding, crops and edits
    match, and with a weak model also strangers. The reason names the nearest reference picture and the distance.
    Pictures that a person took apart in the viewer ("Not a duplicate") do not match.
    """
    order = np.argsort(np.array(reference.rids, np.object_), kind="stable")  # of equally near ones the first by name
    sorted_reference = reference.table[order]
    names, contents = sorted_reference["rid"].to_list(), sorted_reference["cid"].to_list()
    limit, apart_of = 0.0, _apart_of(images, contents, context.apart())
    distances: Distances | None = None
    if len(images) and len(reference):
        if by == "hash":
            limit, distances = float(distance), _by_hash(hashes, reference_hashes, order, flips=flips)
        elif by == "embedding":
            limit = 1 - cosine
            distances = _by_vector(vectors, reference_vectors, order)
    found, nearest = _nearest(len(images), len(reference), distances, apart_of)
    _same_bytes(images, contents, found, nearest)
    matches = (found <= limit + (ROUNDING if by == "embedding" else 0)).tolist()
    mask = pl.Series("mask", [not match for match in matches], pl.Boolean)
    match_of = [names[nearest[row]] if match else None for row, match in enumerate(matches)]
    cids = images.cids
    far = pl.Series("reference_distance", [None if np.isinf(value) else float(value) for value in found], pl.Float64)

    def reason(row: int) -> str:
        if cids[row] == contents[nearest[row]]:
            return f"the same file as {match_of[row]} in the reference set"
        return f"same picture as {match_of[row]} in the reference set, distance {number_text(far[row])}"

    return Keep(
        mask,
        rule="in-reference",
        reason=texts(~mask, reason),
        column="reference_distance",
        value=number_texts(far, ~mask),
        limit=number_text(limit),
        columns={"reference_match": pl.Series(match_of, dtype=pl.String), "reference_distance": far},
    )


def _by_hash(hashes: Values, reference: Values, order: NDArray[np.intp], *, flips: bool) -> Distances:
    given, others = hashes.list(), [reference.items[row] for row in order]
    codes = oriented([record["hashes"] for record in given], flips=flips, rotations=False)
    there = oriented([record["hashes"] for record in others], flips=False, rotations=False)[:, 0]
    plain = np.array([record["detail"] < LEAST_DETAIL for record in given])
    plain_there = np.array([record["detail"] < LEAST_DETAIL for record in others])

    def distances(rows: slice) -> NDArray[np.float64]:
        bits = np.full((len(codes[rows]), len(there)), 64, np.uint8)
        for column in range(codes.shape[1]):
            np.minimum(bits, np.bitwise_count(codes[rows, column][:, None] ^ there[None, :]), out=bits)
        found = bits.astype(np.float64)
        found[plain[rows]] = np.inf
        found[:, plain_there] = np.inf
        return found

    return distances


def _by_vector(vectors: Values, reference: Values, order: NDArray[np.intp]) -> Distances:
    matrix, there = vectors.matrix(), reference.matrix()[order]
    return lambda rows: np.maximum(0.0, 1.0 - (matrix[rows] @ there.T).astype(np.float64))


def _apart_of(images: ImageSet, contents: Sequence[str], apart: frozenset[frozenset[str]]) -> dict[int, set[int]]:
    """For rows that a person took apart from reference pictures: which ones."""
    others: dict[str, set[str]] = {}
    for one, other in (tuple(pair) for pair in apart if len(pair) == 2):
        others.setdefault(one, set()).add(other)
        others.setdefault(other, set()).add(one)
    found: dict[int, set[int]] = {}
    for row, cid in enumerate(images.cids if others else ()):
        if cid in others:
            found[row] = {number for number, content in enumerate(contents) if content in others[cid]}
    return found


def _nearest(
    count: int, reference: int, distances: Distances | None, apart_of: Mapping[int, set[int]]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """For each row how far the nearest reference picture is and which; infinitely far where there is none."""
    found, nearest = np.full(count, np.inf), np.zeros(count, np.int64)
    step = max(1, BLOCK // max(1, reference))
    for start in range(0, count if distances is not None else 0, step):
        assert distances is not None
        block = distances(slice(start, start + step))
        for row in range(start, start + len(block)):
            block[row - start, list(apart_of.get(row, ()))] = np.inf
        nearest[start : start + step] = block.argmin(axis=1)
        found[start : start + step] = block.min(axis=1)
    return found, nearest


def _same_bytes(
    images: ImageSet, contents: Sequence[str], found: NDArray[np.float64], nearest: NDArray[np.int64]
) -> None:
    """Writes the rows in that are a reference file, byte by byte."""
    first = {content: number for number, content in reversed(list(enumerate(contents)))}
    for row, cid in enumerate(images.cids):
        if cid in first:
            found[row], nearest[row] = 0.0, first[cid]
