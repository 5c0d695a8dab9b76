"""What the finders of duplicates share: contents in order of preference, and the verdict on the groups they found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import polars as pl

from nodegraph import ColumnInfo, Context, ImageSet, Keep
from nodes.duplicates.grouping import Apart, Group
from nodes.reasons import number_text, number_texts, texts

KeepRule = Literal["best", "first", "all"]

KeepHelp = (
    "Which one of a group stays: the best by the list below, the first by name, or all (then they are only marked)."
)
PreferHelp = (
    "Columns by which one is better, the most important first; the higher wins, with a minus in front the lower."
)
GroupHelp = "The column for the name of the group; give each finder its own to join them later with Keep best."

PREFER = ["megapixels", "bytes"]
"""What is better where nothing else is said: the larger picture, then the larger file. A form's default, never
changed."""


def gives(params: Any) -> Mapping[str, ColumnInfo]:
    """The columns of a finder."""
    group = params.get("group", "duplicate_group")
    return {
        group: ColumnInfo("text", "Name of the picture that this one's group of duplicates keeps; empty if alone"),
        distance_column(group): ColumnInfo("number", "How far it is from the kept one of its group", best="low"),
    }


def distance_column(group: str) -> str:
    """The column of distances that goes with a column of groups: "duplicate_distance" with "duplicate_group"."""
    return f"{group.removesuffix('_group')}_distance"


@dataclass(frozen=True, slots=True)
class Content:
    """The rows of one file's content, decoded and edited alike, the best first."""

    cid: str
    rows: tuple[int, ...]


def contents_of(images: ImageSet, keep: KeepRule, prefer: Sequence[str]) -> list[Content]:
    """The contents of a set, the best first. Ties go by name, so the order of the rows plays no part."""
    rows_of: dict[tuple[str, str | None], list[int]] = {}
    cids, recipes = images.cids, images["recipe"].to_list()
    for row in best_first(images, prefer if keep != "first" else ()):
        rows_of.setdefault((cids[row], recipes[row]), []).append(row)
    return [Content(cid, tuple(rows)) for (cid, _), rows in rows_of.items()]


def best_first(images: ImageSet, prefer: Sequence[str]) -> list[int]:
    """The rows, the best by these columns first; columns that are not there are passed over, ties go by name."""
    by: list[str] = []
    descending: list[bool] = []
    for wish in prefer:
        name = wish.removeprefix("-")
        if name in images.columns and name not in ("rid", *by):
            by.append(name)
            descending.append(not wish.startswith("-"))
    table = images.table.select(*by, "rid").with_row_index("__row")
    floats = [name for name in by if table[name].dtype.is_float()]
    table = table.with_columns(pl.col(name).fill_nan(None) for name in floats)  # else "not a number" would be the best
    return table.sort([*by, "rid"], descending=[*descending, False], nulls_last=True)["__row"].to_list()


def apart_among(contents: Sequence[Content], context: Context) -> Apart:
    """The pairs of contents that a person took apart, by their numbers."""
    return strangers_among([content.cid for content in contents], context.apart())


def strangers_among(cids: Sequence[str], apart: frozenset[frozenset[str]]) -> Apart:
    """The pairs of items that a person took apart, by the numbers of their `cids`."""
    numbers: dict[str, list[int]] = {}
    for number, cid in enumerate(cids if apart else ()):
        numbers.setdefault(cid, []).append(number)
    found: dict[int, set[int]] = {}
    for one, other in (tuple(pair) for pair in apart if len(pair) == 2):
        for number in numbers.get(one, ()):
            found.setdefault(number, set()).update(numbers.get(other, ()))
        for number in numbers.get(other, ()):
            found.setdefault(number, set()).update(numbers.get(one, ()))
    return found


def verdict(
    images: ImageSet,
    contents: Sequence[Content],
    groups: Sequence[Group],
    keep: KeepRule,
    *,
    column: str,
    limit: str,
    same: str = "same picture as",
) -> Keep:
    """The verdict on groups of `contents`: copies of one file belong together without further ado."""
    rids = images.rids
    names: list[str | None] = [None] * len(images)
    distances: list[float | None] = [None] * len(images)
    copies = [False] * len(images)
    lone = set(range(len(contents))) - {index for group in groups for index in group.members}
    for group in [*groups, *(Group(index, ()) for index in lone if len(contents[index].rows) > 1)]:
        best = contents[group.leader].rows[0]
        for index, distance in ((group.leader, 0.0), *group.others):
            for row in contents[index].rows:
                names[row], distances[row] = rids[best], distance
                copies[row] = index == group.leader and row != best
    stays = [keep == "all" or name is None or name == rid for name, rid in zip(names, rids, strict=True)]
    mask = pl.Series("mask", stays, pl.Boolean)

    def reason(row: int) -> str:
        if copies[row]:
            return f"the same file as {names[row]}"
        return f"{same} {names[row]}, distance {number_text(distances[row] or 0.0)}"

    found = pl.Series(distance_column(column), distances, pl.Float64)
    return Keep(
        mask,
        rule="duplicate",
        reason=texts(~mask, reason),
        column=found.name,
        value=number_texts(found, ~mask),
        limit=limit,
        columns={column: pl.Series(column, names, pl.String), found.name: found},
    )
