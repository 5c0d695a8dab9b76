"""Crop duplicates: pictures cut out of others, framed or turned a little; found by hashes, then looked at."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from nodegraph import ColumnTerms, Context, ImageSet, Keep, Main, NewColumn, Range, Take, Values, dedup
from nodes.duplicates.grouping import stars
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
from nodes.duplicates.windows import Candidates, candidates_of
from nodes.measures.crops import grey_square, picture_shape, window_hashes
from nodes.reasons import number_text

NEAR_BITS = 10
"""How near a window must be to be looked at. Strangers are as near too (169 of 383,250 pairs): the look tells them
apart."""

AT_ONCE = 128
"""Pairs looked at together."""


@dedup("duplicates/crops", rev=1, title="Crop duplicates", gives=gives)
def by_crops(
    images: ImageSet,
    *,
    context: Context,
    hashes: Annotated[Values, Take(window_hashes)],
    squares: Annotated[Values, Take(grey_square)],
    shapes: Annotated[Values, Take(picture_shape)],
    alike: Annotated[
        float, Range(0.8, 1, step=0.005), Main(), "How alike the common part must be; 0.95 is safe, below 0.92 is not."
    ] = 0.95,
    keep: Annotated[KeepRule, Main(), KeepHelp] = "best",
    prefer: Annotated[list[str], ColumnTerms(), PreferHelp] = PREFER,
    group: Annotated[str, NewColumn(), GroupHelp] = "duplicate_group",
) -> Keep:
    """Finds crops, pictures with a frame round them, slightly turned ones and ordinary copies, and keeps one of each.

    One picture is laid over a part of the other, and the fine structures of the common part are compared: 1 means the
    same, and the distance is what is missing to it. Every copy has been compared with the very picture that is kept;
    there are no chains. It finds crops that keep 70 % or more of the width and of the height, frames and bars of up to
    a tenth, and most turns of up to 3 degrees. It does not find smaller cut-outs, mirrored crops (mirrored copies are
    for *Hash duplicates*) or pasted parts; two shots of one thing on an empty table, the second from nearer, can be
    taken for a crop. It looks at light and dark alone, so drawings that differ only in colour are taken for copies. Of
    a picture and its framed copy the larger, framed one is kept unless you prefer otherwise. Pictures that a person
    took apart in the viewer ("Not a duplicate") are never joined. The time grows with the square of the number of
    pictures.
    """
    contents = contents_of(images, keep, prefer)
    if not contents:
        return verdict(images, [], [], keep, column=group, limit=number_text(1 - alike))
    rows = [content.rows[0] for content in contents]
    found = candidates_of(np.stack([hashes.items[row] for row in rows]), NEAR_BITS, context)
    close = _Look(
        np.stack([squares.items[row] for row in rows]), np.array([shapes.items[row] for row in rows]), found, context
    )
    groups = stars(found.pairs, 1 - alike, close.distances, apart_among(contents, context))
    return verdict(images, contents, groups, keep, column=group, limit=number_text(1 - alike))


class _Look:
    """The close look at candidates: tells the distance of pairs when it is asked for them."""

    def __init__(
        self, squares: NDArray[np.uint8], shapes: NDArray[np.float64], found: Candidates, context: Context
    ) -> None:
        self._squares, self._shapes, self._found, self._context = squares, shapes, found, context

    def distances(self, which: NDArray[np.int64]) -> NDArray[np.float64]:
        """1 - likeness of these candidates; 2 where the one does not lie in the other."""
        from nodes.duplicates.alignment import align

        likeness = np.full(len(which), -1.0)
        for start in range(0, len(which), AT_ONCE):
            if self._context.cancelled():
                break
            some = which[start : start + AT_ONCE]
            containers, crops = self._found.containers[some], self._found.crops[some]
            shapes = np.stack([self._shapes[containers], self._shapes[crops]], axis=1)
            windows = self._found.windows[some]
            likeness[start : start + AT_ONCE] = align(self._squares[containers], self._squares[crops], windows, shapes)
        return np.maximum(0.0, 1.0 - likeness)
