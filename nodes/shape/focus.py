"""The subject's place: the point of each picture that a crop should keep, by the faces in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import polars as pl

from nodegraph import ColumnInfo, Columns, ImageSet, Main, ModelOf, Problem, Range, Take, Values, scorer
from nodes.extras import extra_problem
from nodes.measures.faces import face_boxes

DECIMALS = 4


def _problems(_params: Mapping[str, Any]) -> Sequence[Problem]:
    found = extra_problem("cv2", "faces")
    return (found,) if found else ()


@scorer(
    "faces/focus",
    rev=1,
    title="Focus on faces",
    gives={
        "focus_x": ColumnInfo("number", "How far from the left the faces are; empty without a face", unit="0-1"),
        "focus_y": ColumnInfo("number", "How far from the top the faces are; empty without a face", unit="0-1"),
    },
    check=_problems,
)
def focus(
    images: ImageSet,
    *,
    found: Annotated[Values, Take(face_boxes)],
    model: Annotated[str, ModelOf("face-detector"), "The detector that looks for faces."] = "yunet-2023mar",
    confidence: Annotated[float, Range(0.5, 1, 0.01), Main(), "How sure the detector must be of a face."] = 0.8,
) -> Columns:
    """Tells where the faces of each picture are, so that *Resize / crop to bucket* cuts around them and not through.

    The point is the middle of all faces, large ones counting more. Pictures without a face have none, and are cut from
    the middle. Set *keep* of the resizing node to "focus".
    """
    points = [middle_of(record["boxes"], confidence) for record in found.list()]
    return {
        name: pl.Series([point and round(point[axis], DECIMALS) for point in points], dtype=pl.Float64)
        for axis, name in enumerate(("focus_x", "focus_y"))
    }


def middle_of(boxes: Sequence[Sequence[float]], confidence: float) -> tuple[float, float] | None:
    """The middle of the boxes that are sure enough, weighed by their area; None where there is none. In shares."""
    sure = [box for box in boxes if box[4] >= confidence and box[2] * box[3] > 0]
    area = sum(box[2] * box[3] for box in sure)
    if not sure:
        return None
    x = sum((box[0] + box[2] / 2) * box[2] * box[3] for box in sure) / area
    y = sum((box[1] + box[3] / 2) * box[2] * box[3] for box in sure) / area
    return min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0)


NODES = (focus,)
