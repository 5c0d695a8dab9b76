"""Items: what an export knows of each row of the image set."""

from __future__ import annotations

import math
from dataclasses import dataclass

from nodegraph.data.imageset import ImageSet
from nodes.training_columns import TRAIN, usual_split


@dataclass(frozen=True, slots=True)
class Item:
    """One picture to write: where it is, what it is called there, and what is said about it. "" stands for unknown."""

    rid: str
    cid: str
    path: str
    recipe: str = ""
    caption: str = ""
    split: str = TRAIN
    license: str = ""
    author: str = ""
    source: str = ""


def items_of(images: ImageSet) -> list[Item]:
    """The rows as items, sorted by rid.

    Columns used where there are any: caption, split (under its usual name), license or licence, author, source.
    """
    columns = set(images.columns)

    def text(row: dict[str, object], *names: str) -> str:
        return next((str(row[name]) for name in names if name in columns and _is_said(row[name])), "")

    items = [
        Item(
            rid=text(row, "rid"),
            cid=text(row, "cid"),
            path=text(row, "path"),
            recipe=text(row, "recipe"),
            caption=text(row, "caption"),
            split=usual_split(text(row, "split")),
            license=text(row, "license", "licence"),
            author=text(row, "author"),
            source=text(row, "source"),
        )
        for row in images.rows()
    ]
    return sorted(items, key=lambda item: item.rid)


def _is_said(value: object) -> bool:
    return value is not None and not (isinstance(value, float) and math.isnan(value))
