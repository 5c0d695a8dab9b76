"""Hash duplicates: pictures whose perceptual hashes differ by few bits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import numpy as np

from nodegraph import ColumnTerms, Context, ImageSet, Keep, Main, NewColumn, Problem, Range, Take, Values, dedup
from nodes.duplicates.grouping import groups_of, hash_distances, near_hashes
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
from nodes.measures.hashes import LEAST_DETAIL, HashMethod, image_hash, oriented

SAFE_DISTANCE: Mapping[str, int] = {"phash": 10, "dhash": 6, "whash": 0}
"""With flips, among the 383,250 pairs of 876 photos these joined 4, 10 and 13; two bits more joined 24, 30 and 34.

phash, looked at one by one: at 6 bits it joined 2 pairs, a burst and a mirrored copy, both right; at 10 bits 2 more,
both wrong (two cartons of one design, two pairs of trousers). So the default stays at 6, and *Crop duplicates*, which
looks at the pictures after the hash, is what finds the rest.
"""


def check_distance(params: Any) -> Sequence[Problem]:
    """A warning where a distance joins strangers."""
    method, distance = params.get("method", "phash"), params.get("distance", 6)
    safe = SAFE_DISTANCE.get(method, 16)
    if distance <= safe:
        return ()
    message = f"With {method}, {distance} bits join many pictures that are not the same."
    fix = f"Set the distance to {safe} or less" + (", or use phash." if method != "phash" else ".")
    return (Problem("wide-distance", message, fix, param="distance", value=distance, severity="warning"),)


@dedup("duplicates/hash", rev=1, title="Hash duplicates", gives=gives, check=check_distance)
def by_hash(
    images: ImageSet,
    *,
    context: Context,
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
    prefer: Annotated[list[str], ColumnTerms(), PreferHelp] = PREFER,
    group: Annotated[str, NewColumn(), GroupHelp] = "duplicate_group",
) -> Keep:
    """Finds pictures that are copies of one another, though resized, recompressed or recoloured, and keeps one of each.

    Files with the same bytes always belong together. Others do when their perceptual hashes differ by few bits,
    directly or through others of the group, but never by more than twice the distance from the one that is kept.
    Pictures with nothing to see in them (one colour, a smooth gradient) match by their bytes alone. Crops, borders and
    small turns are not found: use *Crop duplicates* for those, and *Embedding duplicates* for heavy edits. It looks at
    light and dark alone, so drawings that differ only in colour are taken for copies. Pictures that a person took apart
    in the viewer ("Not a duplicate") are never joined.
    """
    contents = contents_of(images, keep, prefer)
    records = [hashes.items[content.rows[0]] for content in contents]
    codes = oriented([record["hashes"] for record in records], flips=flips, rotations=rotations)
    seen = np.flatnonzero(np.array([record["detail"] >= LEAST_DETAIL for record in records], np.bool_))
    pairs = seen[near_hashes(codes[seen], distance, context)]
    groups = groups_of(pairs, distance, hash_distances(codes), apart_among(contents, context))
    return verdict(images, contents, groups, keep, column=group, limit=str(distance))
