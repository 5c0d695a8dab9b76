"""Duplicate finders: rows that show the same picture, by perceptual hash or by embedding, and which of them to keep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from nodegraph import ColumnInfo, ImageSet, Keep, Main, ModelOf, Problem, Range, Take, Values, dedup
from nodes.grouping import Group, groups_of, hash_distances, near_hashes, near_vectors, vector_distances
from nodes.measures.clip import clip_image
from nodes.measures.hashes import HashMethod, image_hash, unsigned
from nodes.reasons import number_text, number_texts, texts

KeepRule = Literal["best", "first", "all"]

KeepHelp = (
    "Which one of a group stays: the best by the list below, the first by name, or all (then they are only marked)."
)
PreferHelp = (
    "Columns by which one is better, the most important first; the higher wins, with a minus in front the lower."
)

GIVES = {
    "duplicate_group": ColumnInfo(
        "text", "Name of the picture that this one's group of duplicates keeps; empty if alone"
    ),
    "duplicate_distance": ColumnInfo("number", "How far it is from the kept one of its group", best="low"),
}

LEAST_DETAIL = 1.0
"""Below this `detail` (see measures/hashes.py) a picture has no structure for a hash to hold on to."""


SAFE_DISTANCE: Mapping[str, int] = {"phash": 10, "dhash": 6, "whash": 0}
"""With flips, among the 383,250 pairs of 876 photos these joined 4, 10 and 13; two bits more joined 24, 30 and 34."""


def _check_distance(params: Any) -> Sequence[Problem]:
    method, distance = params.get("method", "phash"), params.get("distance", 6)
    safe = SAFE_DISTANCE.get(method, 16)
    if distance <= safe:
        return ()
    message = f"With {method}, {distance} bits join many pictures that are not the same."
    fix = f"Set the distance to {safe} or less" + (", or use phash." if method != "phash" else ".")
    return (Problem("wide-distance", message, fix, param="distance", value=distance, severity="warning"),)


@dedup("duplicates/hash", rev=1, title="Hash duplicates", gives=GIVES, check=_check_distance)
def by_hash(
    images: ImageSet,
    *,
    hashes: Annotated[Values, Take(image_hash)],
    method: Annotated[
        HashMethod, "What the hash looks at: frequencies (best), gradients (fast) or wavelets (coarse)."
    ] = "phash",
    distance: Annotated[
        int, Range(0, 16, unit="bits"), Main(), "How many of 64 bits may differ; above 10 strangers begin to match."
    ] = 6,
    flips: Annotated[bool, Main(), "Find mirrored and upside-down copies too."] = True,
    rotations: Annotated[bool, "Find copies turned by 90, 180 and 270 degrees too."] = False,
    keep: Annotated[KeepRule, Main(), KeepHelp] = "best",
    prefer: Annotated[list[str], PreferHelp] = ["megapixels", "bytes"],  # noqa: B006  (a form's default, never changed)
) -> Keep:
    """Finds pictures that are copies of one another, though resized, recompressed or recoloured, and keeps one of each.

    Files with the same bytes always belong together. Others do when their perceptual hashes differ by few bits,
    directly or through others of the group, but never by more than twice the distance from the one that is kept.
    Pictures with nothing to see in them (one colour, a smooth gradient) match by their bytes alone. Strong crops and
    heavy edits are not found: use *Embedding duplicates* for those.
    """
    items = _items(images, keep, prefer)
    records = [hashes.items[item.rows[0]] for item in items]
    seen = np.flatnonzero(np.array([record["detail"] >= LEAST_DETAIL for record in records], np.bool_))
    words = [records[index]["hashes"].split() for index in seen]
    columns = [
        0,
        *([1, 2] if flips else []),
        *([3, 5, 6] if rotations else []),
        *([4, 7] if flips and rotations else []),
    ]
    codes = unsigned([word for row in words for word in row]).reshape(-1, 8)[:, columns]
    groups = groups_of(near_hashes(codes, distance), distance, hash_distances(codes))
    return _verdict(images, items, [_renumbered(group, seen) for group in groups], keep, limit=str(distance))


@dedup("duplicates/embedding", rev=1, title="Embedding duplicates", gives=GIVES)
def by_embedding(
    images: ImageSet,
    *,
    vectors: Annotated[Values, Take(clip_image)],
    model: Annotated[str, ModelOf("clip"), "The model that says how alike two pictures are."] = "demo-clip",
    cosine: Annotated[
        float, Range(0.8, 1, step=0.005), Main(), "How alike two pictures must be; 0.95 is near, 0.90 is wide."
    ] = 0.95,
    keep: Annotated[KeepRule, Main(), KeepHelp] = "best",
    prefer: Annotated[list[str], PreferHelp] = ["megapixels", "bytes"],  # noqa: B006  (a form's default, never changed)
) -> Keep:
    """Finds pictures that show the same thing in the same way, crops and edits among them, and keeps one of each.

    Two pictures match when the cosine of their CLIP embeddings is high enough, directly or through others of the group,
    but never at more than twice that distance from the one that is kept. It also joins different photos of one
    scene, and what counts as near depends on the model: look at some groups before you trust a number.
    """
    items = _items(images, keep, prefer)
    matrix = vectors.matrix()[[item.rows[0] for item in items]]
    # a pair that is exactly at the limit must not fall under it by the rounding of float16
    pairs = near_vectors(matrix, cosine - 1e-4)
    groups = groups_of(pairs, 1 - cosine, vector_distances(matrix))
    return _verdict(images, items, groups, keep, limit=number_text(1 - cosine))


@dataclass(frozen=True, slots=True)
class _Item:
    """The rows of one file's content, the best first."""

    rows: tuple[int, ...]


def _items(images: ImageSet, keep: KeepRule, prefer: Sequence[str]) -> list[_Item]:
    """One item a content, the best first. Ties go by name, so the order of the rows plays no part."""
    by: list[str] = []
    descending: list[bool] = []
    for wish in prefer if keep != "first" else ():
        name = wish.removeprefix("-")
        if name in images.columns and name not in ("rid", *by):
            by.append(name)
            descending.append(not wish.startswith("-"))
    table = images.table.select(*by, "rid").with_row_index("__row")
    order = table.sort([*by, "rid"], descending=[*descending, False], nulls_last=True)["__row"].to_list()
    rows_of: dict[str, list[int]] = {}
    cids = images.cids
    for row in order:
        rows_of.setdefault(cids[row], []).append(row)
    return [_Item(tuple(rows)) for rows in rows_of.values()]


def _renumbered(group: Group, numbers: NDArray[np.int64]) -> Group:
    others = tuple((int(numbers[index]), distance) for index, distance in group.others)
    return Group(int(numbers[group.leader]), others)


def _verdict(images: ImageSet, items: Sequence[_Item], groups: Sequence[Group], keep: KeepRule, limit: str) -> Keep:
    rids = images.rids
    names: list[str | None] = [None] * len(images)
    distances: list[float | None] = [None] * len(images)
    copies = [False] * len(images)
    lone = set(range(len(items))) - {index for group in groups for index in _members(group)}
    for group in [*groups, *(Group(index, ()) for index in lone if len(items[index].rows) > 1)]:
        best = items[group.leader].rows[0]
        for index, distance in ((group.leader, 0.0), *group.others):
            for row in items[index].rows:
                names[row], distances[row] = rids[best], distance
                copies[row] = index == group.leader and row != best
    stays = [keep == "all" or name is None or name == rid for name, rid in zip(names, rids, strict=True)]
    mask = pl.Series("mask", stays, pl.Boolean)

    def reason(row: int) -> str:
        if copies[row]:
            return f"the same file as {names[row]}"
        return f"same picture as {names[row]}, distance {number_text(distances[row] or 0.0)}"

    distance_column = pl.Series("duplicate_distance", distances, pl.Float64)
    return Keep(
        mask,
        rule="duplicate",
        reason=texts(~mask, reason),
        column="duplicate_distance",
        value=number_texts(distance_column),
        limit=limit,
        columns={"duplicate_group": pl.Series(names, dtype=pl.String), "duplicate_distance": distance_column},
    )


def _members(group: Group) -> list[int]:
    return [group.leader, *(index for index, _ in group.others)]


NODES = (by_hash, by_embedding)
