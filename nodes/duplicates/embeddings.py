"""Embedding duplicates: pictures whose CLIP embeddings point the same way."""

from __future__ import annotations

from typing import Annotated

from nodegraph import ColumnTerms, Context, ImageSet, Keep, Main, ModelOf, NewColumn, Range, Take, Values, dedup
from nodes.duplicates.grouping import groups_of, near_vectors, vector_distances
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
from nodes.measures.clip import clip_image
from nodes.reasons import number_text

ROUNDING = 1e-4
"""A pair that is exactly at the limit must not fall under it by the rounding of float16."""


@dedup("duplicates/embedding", rev=1, title="Embedding duplicates", gives=gives)
def by_embedding(
    images: ImageSet,
    *,
    context: Context,
    vectors: Annotated[Values, Take(clip_image)],
    model: Annotated[str, ModelOf("clip"), "The model that says how alike two pictures are."] = "demo-clip",
    cosine: Annotated[
        float, Range(0.8, 1, step=0.005), Main(), "How alike two pictures must be; 0.95 is near, 0.90 is wide."
    ] = 0.95,
    keep: Annotated[KeepRule, Main(), KeepHelp] = "best",
    prefer: Annotated[list[str], ColumnTerms(), PreferHelp] = PREFER,
    group: Annotated[str, NewColumn(), GroupHelp] = "duplicate_group",
) -> Keep:
    """Finds pictures that show the same thing in the same way, crops and edits among them, and keeps one of each.

    Two pictures match when the cosine of their CLIP embeddings is high enough, directly or through others of the group,
    but never at more than twice that distance from the one that is kept. It also joins different photos of one
    scene, and what counts as near depends on the model: look at some groups before you trust a number. The built-in
    demo model is far too small for this and joins strangers; choose a real one. Pictures that a person took apart in
    the viewer ("Not a duplicate") are never joined.
    """
    contents = contents_of(images, keep, prefer)
    matrix = vectors.matrix()[[content.rows[0] for content in contents]]
    pairs = near_vectors(matrix, cosine - ROUNDING, context)
    groups = groups_of(pairs, 1 - cosine, vector_distances(matrix), apart_among(contents, context))
    return verdict(images, contents, groups, keep, column=group, limit=number_text(1 - cosine))
