"""Blur faces: people who have not agreed to be learnt are made unrecognisable, by a recipe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import polars as pl

from nodegraph import ColumnInfo, Columns, Context, ImageSet, Main, ModelOf, Problem, Range, Take, Values, scorer
from nodegraph.data.edits import MOST_BOXES, Blur, Box
from nodes.extras import extra_problem
from nodes.measures.faces import face_boxes
from nodes.shape.recipes import recipes, with_edits

LEAST_SIDE = 1e-4


def _problems(_params: Mapping[str, Any]) -> Sequence[Problem]:
    found = extra_problem("cv2", "faces")
    return (found,) if found else ()


@scorer(
    "privacy/blur_faces",
    rev=1,
    title="Blur faces",
    gives={"blurred_faces": ColumnInfo("integer", "How many faces were blurred in the picture")},
    whole_set=True,
    check=_problems,
)
def blur_faces(
    images: ImageSet,
    *,
    context: Context,
    found: Annotated[Values, Take(face_boxes)],
    model: Annotated[str, ModelOf("face-detector"), "The detector that looks for faces."] = "yunet-2023mar",
    confidence: Annotated[
        float, Range(0.5, 1, 0.01), Main(), "How sure the detector must be; low blurs more, also what is no face."
    ] = 0.5,
    margin: Annotated[float, Range(0, 1, 0.05), Main(), "How much further than the face, as a share of it."] = 0.3,
) -> Columns:
    """Makes the faces that are found unrecognisable, in everything below this node and in the exports.

    Each face becomes a few soft patches of colour; what was there cannot be calculated back from an exported picture.
    Files in the source are not changed. *Margin* takes hair and ears along.

    It is no guarantee: the detector misses profiles, turned heads, masks and very small faces, and people can be known
    by much else. Look through the set, in the gallery or with *Review*, before you give it away. Put this node after
    those that look at faces, and before *Export*.
    """
    blurs = [blur_of(record["boxes"], confidence, margin) for record in found.list()]
    counts = [sum(box[4] >= confidence for box in record["boxes"]) for record in found.list()]
    context.notice(f"Faces blurred: {sum(counts)} in {sum(map(bool, counts))} of {len(images)} pictures.")
    texts = zip(images["recipe"].to_list(), blurs, strict=True)
    return {
        "recipe": recipes([with_edits(text, [blur] if blur else []) for text, blur in texts]),
        "blurred_faces": pl.Series(counts, dtype=pl.Int64),
    }


def blur_of(boxes: Sequence[Sequence[float]], confidence: float, margin: float) -> Blur | None:
    """The edit that hides the boxes (left, top, width, height, score, in shares) that are sure enough, or None.

    Of more than 256 boxes the last ones are hidden together, under one that covers them all.
    """
    grown = [_grown(box, margin) for box in boxes if box[4] >= confidence]
    if len(grown) > MOST_BOXES:
        grown = [*grown[: MOST_BOXES - 1], _around(grown[MOST_BOXES - 1 :])]
    return Blur(tuple(grown)) if grown else None


def _grown(box: Sequence[float], margin: float) -> Box:
    left, top, width, height = box[:4]
    return _between(
        left - margin * width, top - margin * height, left + (1 + margin) * width, top + (1 + margin) * height
    )


def _around(boxes: Sequence[Box]) -> Box:
    return _between(
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[0] + box[2] for box in boxes),
        max(box[1] + box[3] for box in boxes),
    )


def _between(left: float, top: float, right: float, bottom: float) -> Box:
    left, top = (min(max(edge, 0.0), 1 - LEAST_SIDE) for edge in (left, top))
    return left, top, max(LEAST_SIDE, min(right, 1.0) - left), max(LEAST_SIDE, min(bottom, 1.0) - top)


NODES = (blur_faces,)
