"""Captions of an export: what becomes of rows that have none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from nodegraph.problems import problem
from nodes.export.items import Item
from nodes.export.names import one_line

EmptyCaption = Literal["skip file", "write class tokens", "problem"]
EmptyText = Literal["skip file", "write empty text", "problem"]


def parted_by_caption(
    items: Sequence[Item], on_empty: str, tokens: str = "", *, has_column: bool
) -> tuple[list[Item], dict[str, str]]:
    """The items to write, each with a caption, and those left out: rid to reason.

    "write empty text" writes all as they are. Else a set without any caption takes the class tokens where there are
    some, as such sets are trained. Raises a problem when there are none, or when `on_empty` says "problem".
    """
    empty = [item for item in items if not one_line(item.caption)]
    if not empty or on_empty == "write empty text":
        return list(items), {}
    if not has_column and not tokens:
        raise problem(
            "no-captions",
            "The set has no column caption, and a picture without words teaches a trainer nothing.",
            "Put a captioner before the export, or fill in the words that stand for a missing caption.",
            param="on_empty_caption",
            value=on_empty,
        )
    if on_empty == "problem":
        raise problem(
            "empty-captions",
            f"{len(empty)} of {len(items)} rows have no caption, {empty[0].rid!r} among them.",
            "Caption them, filter them out, or choose another On empty caption.",
            param="on_empty_caption",
            value=on_empty,
        )
    if on_empty == "write class tokens" or not has_column:
        return [item if one_line(item.caption) else replace(item, caption=tokens) for item in items], {}
    return [item for item in items if one_line(item.caption)], {item.rid: "it has no caption" for item in empty}
