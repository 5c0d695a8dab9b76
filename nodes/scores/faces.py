"""The faces node: how many faces a picture shows, how large they are, and how it is framed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import polars as pl

from nodegraph import ColumnInfo, Columns, ImageSet, Main, ModelOf, Problem, Range, Take, Values, scorer
from nodes.extras import extra_problem
from nodes.measures.faces import face_boxes
from nodes.measures.header import header as header_measure

DECIMALS = 4

FRAMINGS = ((0.45, "close-up"), (0.22, "head and shoulders"), (0.11, "half body"), (0.0, "full body"))
"""How a picture is framed by the height of its largest face as a share of the picture's: a person is 7 to 8 heads."""

Boxes = Sequence[Sequence[float]]


def counted(boxes: Boxes, width: int, height: int, confidence: float, min_face: int) -> Boxes:
    """The boxes that count: sure enough, and with a shorter side of at least `min_face` px at full size."""
    return [
        box for box in boxes if box[4] >= confidence and min(round(box[2] * width), round(box[3] * height)) >= min_face
    ]


def framing(boxes: Boxes) -> str:
    """How a picture with these faces is framed; "no face" without one."""
    if not boxes:
        return "no face"
    tallest = max(box[3] for box in boxes)
    return next(name for least, name in FRAMINGS if tallest >= least)


def _problems(_params: Mapping[str, Any]) -> list[Problem]:
    found = extra_problem("cv2", "faces")
    return [found] if found else []


@scorer(
    "faces/count",
    rev=1,
    title="Faces",
    check=_problems,
    gives={
        "faces": ColumnInfo("integer", "How many faces it shows"),
        "face_area": ColumnInfo("number", "Share of the picture that its faces take together", unit="0-1"),
        "largest_face": ColumnInfo("number", "Share of the picture that its largest face takes", unit="0-1"),
        "framing": ColumnInfo("text", "close-up, head and shoulders, half body, full body, or no face"),
    },
)
def faces(
    images: ImageSet,
    *,
    found: Annotated[Values, Take(face_boxes)],
    header: Annotated[Values, Take(header_measure)],
    model: Annotated[str, ModelOf("face-detector"), "The detector that looks."] = "yunet-2023mar",
    min_face: Annotated[
        int, Range(0, 4000, 1, "px"), Main(), "Faces with a shorter side below this are not counted."
    ] = 40,
    confidence: Annotated[float, Range(0.5, 1, 0.01), Main(), "How sure the detector must be of a face."] = 0.8,
) -> Columns:
    """Counts the faces in each picture, says how much of it they take, and how it is framed.

    For a set of one person keep pictures with `faces` at 1 and `face_area` at most 0.4; for things and places keep
    those with 0. `framing` goes by the height of the largest face and helps to mix close and wide shots; it takes for
    granted that people stand or sit upright.

    It finds faces of people seen from the front or half from the side. It misses profiles, turned heads, masks, faces
    smaller than about 10 px at 640 px, and most painted or animal faces; now and then it sees one in a pattern. It says
    nothing of who it is. It needs OpenCV, an extra, and downloads a model of 230 kB when it is first used.
    """
    rows = [
        counted(record["boxes"], facts["width"], facts["height"], confidence, min_face)
        for record, facts in zip(found.list(), header.list(), strict=True)
    ]
    areas = [[box[2] * box[3] for box in boxes] for boxes in rows]
    return {
        "faces": pl.Series([len(boxes) for boxes in rows], dtype=pl.Int64),
        "face_area": pl.Series([min(1.0, sum(sizes)) for sizes in areas], dtype=pl.Float64).round(DECIMALS),
        "largest_face": pl.Series([max(sizes, default=0.0) for sizes in areas], dtype=pl.Float64).round(DECIMALS),
        "framing": pl.Series([framing(boxes) for boxes in rows], dtype=pl.String),
    }


NODES = (faces,)
