"""Resize and crop: pictures cut to their bucket or to one size, by a recipe."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import polars as pl

from nodegraph import ColumnInfo, Columns, Context, ImageSet, Main, Range, Take, Values, scorer
from nodegraph.data.edits import Cover, Cut, Edit
from nodes.measures.header import header as header_measure
from nodes.shape.recipes import recipes, with_edits

Size = tuple[int, int]
Point = tuple[float, float]
Anchor = Literal["centre", "top", "bottom", "left", "right", "focus"]

COLUMNS = {
    "width": ColumnInfo("integer", "Width of the picture as it is now", unit="px"),
    "height": ColumnInfo("integer", "Height of the picture as it is now", unit="px"),
}
CENTRE = (0.5, 0.5)
ANCHORS: dict[Anchor, Point] = {
    "centre": CENTRE,
    "top": (0.5, 0.0),
    "bottom": (0.5, 1.0),
    "left": (0.0, 0.5),
    "right": (1.0, 0.5),
}


def _needs(params: Mapping[str, Any]) -> dict[str, str]:
    needed = {"bucket_width": "integer", "bucket_height": "integer"} if params.get("to", "bucket") == "bucket" else {}
    return {**needed, **({"focus_x": "number", "focus_y": "number"} if params.get("keep") == "focus" else {})}


@scorer("shape/resize", rev=1, title="Resize / crop to bucket", gives=COLUMNS, needs=_needs, whole_set=True)
def resize(
    images: ImageSet,
    *,
    context: Context,
    header: Annotated[Values, Take(header_measure)],
    to: Annotated[Literal["bucket", "size"], Main(), "Each picture's own bucket, or one size for all."] = "bucket",
    width: Annotated[int, Range(16, 8192, 8, "px"), "Width, where all get one size."] = 1024,
    height: Annotated[int, Range(16, 8192, 8, "px"), "Height, where all get one size."] = 1024,
    keep: Annotated[Anchor, Main(), "What stays where something is cut off; focus needs *Focus on faces*."] = "centre",
    upscale: Annotated[bool, "Enlarge pictures that are too small. Otherwise they are only cut to shape."] = False,
) -> Columns:
    """Scales each picture until it covers its bucket, and cuts off the rest, just as the trainer would.

    Done here, you see in the gallery what is lost, can choose which side is kept, and files get smaller. Put *Bucket
    planner* before it, or give one size. Pictures too small are cut to the shape and left at their own size, unless
    *upscale* is on: enlarging adds no detail, it only teaches blur. Pictures without a bucket stay as they are.

    No file is changed: exports write the cut pictures, and everything measured below is measured on them. `width` and
    `height` are the new size.
    """
    before = list(zip(header.list("width"), header.list("height"), strict=True))
    wanted = _wanted(images, to, (width, height))
    edits = [
        edits_for(size, goal, point, upscale=upscale)
        for size, goal, point in zip(before, wanted, _points(images, keep), strict=True)
    ]
    after = [_after(size, found) for size, found in zip(before, edits, strict=True)]
    small = sum(goal is not None and size != goal for size, goal in zip(after, wanted, strict=True))
    if small:
        context.notice(f"Pictures smaller than wanted, which were only cut to shape: {small} of {len(images)}.")
    return {
        "recipe": recipes([with_edits(text, found) for text, found in zip(images["recipe"], edits, strict=True)]),
        "width": pl.Series([size[0] for size in after], dtype=pl.Int64),
        "height": pl.Series([size[1] for size in after], dtype=pl.Int64),
    }


def edits_for(size: Size, goal: Size | None, keep: Point, *, upscale: bool) -> tuple[Edit, ...]:
    """The edits that make a picture of `size` as large as `goal`, or, where it is too small, of its shape."""
    if goal is None or goal == size:
        return ()
    least = min(size[0] / goal[0], size[1] / goal[1])
    if least >= 1 or upscale:
        return (Cover(*goal, *keep),)
    width, height = (min(side, max(1, round(wanted * least))) for side, wanted in zip(size, goal, strict=True))
    if (width, height) == size:
        return ()
    left, top = (
        min(max(0, round(point * side - kept / 2)), side - kept)
        for point, side, kept in zip(keep, size, (width, height), strict=True)
    )
    return (Cut(left, top, width, height),)


def _points(images: ImageSet, keep: Anchor) -> list[Point]:
    """The point of each picture that stays in the middle as far as it can, in shares."""
    if keep != "focus":
        return [ANCHORS[keep]] * len(images)
    places = zip(images["focus_x"].to_list(), images["focus_y"].to_list(), strict=True)
    return [CENTRE if x is None or y is None else (min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0)) for x, y in places]


def _after(size: Size, edits: tuple[Edit, ...]) -> Size:
    return edits[-1].size(size) if edits else size


def _wanted(images: ImageSet, to: str, size: Size) -> list[Size | None]:
    if to == "size":
        return [size] * len(images)
    sides = zip(images["bucket_width"].to_list(), images["bucket_height"].to_list(), strict=True)
    return [(width, height) if width and height and min(width, height) > 0 else None for width, height in sides]


NODES = (resize,)
