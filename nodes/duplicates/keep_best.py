"""Keep best: one picture of each group that finders of duplicates marked, with the captions of the others if wanted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

import networkx as nx
import polars as pl

from nodegraph import Column, ColumnInfo, Columns, ColumnTerms, Context, ImageSet, Keep, Main, Problem, dedup
from nodes.captions.authorship import BY_PERSON, IN_USE, captions_of
from nodes.duplicates.grouping import Group
from nodes.duplicates.verdict import PREFER, PreferHelp, best_first, strangers_among
from nodes.reasons import texts, value_text

Merge = Literal["own", "longest", "tags"]


def _gives(params: Any) -> Mapping[str, ColumnInfo]:
    return {} if params.get("captions", "own") == "own" else IN_USE


def _check(params: Any) -> Sequence[Problem]:
    if params.get("groups"):
        return ()
    message, fix = "No column of groups is named, so every picture is kept.", "Tick duplicate_group or another column."
    return (Problem("no-groups", message, fix, param="groups", severity="warning"),)


@dedup("duplicates/keep_best", rev=1, title="Keep best", gives=_gives, check=_check)
def keep_best(
    images: ImageSet,
    *,
    context: Context,
    groups: Annotated[
        list[str], Column("text"), Main(), "Columns with the names of groups, as finders that keep all give them."
    ] = ["duplicate_group"],  # noqa: B006  (a form's default, never changed)
    prefer: Annotated[list[str], ColumnTerms(), Main(), PreferHelp] = PREFER,
    captions: Annotated[
        Merge, Main(), "The best one's own caption, the longest of the group, or the tags of all of them."
    ] = "own",
) -> Keep:
    """Keeps the best picture of each group of duplicates and drops the others.

    Let one or more finders mark duplicates (*keep: all*, each with a group column of its own), look at the groups, then
    wire this node behind them. A picture that is in groups of several columns joins them to one. The best is decided by
    the first column of the list in which two differ; a value that was not measured loses, and where all are equal the
    first by name is kept. Pictures without a group are kept. Pictures that a person took apart in the viewer ("Not a
    duplicate") are never one group. With *tags*, captions are taken as tags between commas: the best one's come first,
    then those of the others that it lacks. A caption that a person wrote goes before all others and is never changed.
    """
    missing = [name for name in prefer if name.removeprefix("-") not in images.columns]
    if missing:
        context.notice(f"{', '.join(missing)} is not measured, so it plays no part in what is best.")
    order = best_first(images, prefer)
    found = _groups(images, order, groups, context.apart())
    best_of: dict[int, int] = {order[item]: order[group.leader] for group in found for item in group.members[1:]}
    mask = pl.Series("mask", [row not in best_of for row in range(len(images))], pl.Boolean)
    rids = images.rids
    names = [name.removeprefix("-") for name in prefer if name not in missing]

    def reason(row: int) -> str:
        best = best_of[row]
        for name in names:
            mine, other = images[name][row], images[name][best]
            if mine != other:
                return f"{rids[best]} is the better copy: {name} {value_text(other)} instead of {value_text(mine)}"
        return f"{rids[best]} is an equal copy and the first by name"

    columns: Columns = {}
    if captions != "own":
        columns = _merged(images, [[order[item] for item in group.members] for group in found], captions)
    return Keep(mask, rule="not-best", reason=texts(~mask, reason), columns=columns)


def _groups(
    images: ImageSet, order: Sequence[int], columns: Sequence[str], apart: frozenset[frozenset[str]]
) -> list[Group]:
    """Groups of places in `order`, the best first in each."""
    pairs: list[tuple[int, int]] = []
    for column in columns:
        names = images[column].to_list()
        first: dict[str, int] = {}
        for place, row in enumerate(order):
            if names[row] and first.setdefault(names[row], place) != place:
                pairs.append((first[names[row]], place))
    # every two of a group are joined through its best, so that taking some apart leaves the others together
    joined: nx.Graph[int] = nx.Graph(pairs)
    stars = [(best, place) for best, *others in map(sorted, nx.connected_components(joined)) for place in others]
    cids = images.cids
    strangers = strangers_among([cids[row] for row in order], apart)
    return _parted(stars, strangers)


def _parted(stars: Sequence[tuple[int, int]], strangers: Mapping[int, Any]) -> list[Group]:
    """The groups without those that were taken apart from a better one; of these, the ones left over group anew."""
    members: dict[int, list[int]] = {}
    for best, place in stars:
        members.setdefault(best, [best]).append(place)
    found: list[Group] = []
    pending = list(members.values())
    while pending:
        leader, *rest = pending.pop()
        taken, left = {leader}, list[int]()
        for place in rest:
            if taken.isdisjoint(strangers.get(place, ())):
                taken.add(place)
            else:
                left.append(place)
        if len(taken) > 1:
            found.append(Group(leader, tuple((place, 0.0) for place in sorted(taken - {leader}))))
        if left:
            pending.append(left)
    return sorted(found, key=lambda group: group.leader)


def _merged(images: ImageSet, groups: Sequence[Sequence[int]], merge: Merge) -> Columns:
    """The captions with those of each group merged into its best row, the first."""
    captions, authors = (column.to_list() for column in captions_of(images))
    for best, *others in groups:
        if authors[best] == BY_PERSON:
            continue
        told = [row for row in (best, *others) if captions[row] is not None]
        by_people = [row for row in told if authors[row] == BY_PERSON]
        if not told:
            continue
        if merge == "longest" or by_people:
            chosen = max(by_people or told, key=lambda row: len(captions[row] or ""))
            captions[best], authors[best] = captions[chosen], authors[chosen]
        else:
            tags = [tag for row in told for tag in (piece.strip() for piece in (captions[row] or "").split(",")) if tag]
            unlike = {tag.casefold(): tag for tag in reversed(tags)}
            captions[best] = ", ".join(dict.fromkeys(unlike[tag.casefold()] for tag in tags))
            authors[best] = authors[told[0]]
    return {"caption": pl.Series(captions, dtype=pl.String), "caption_by": pl.Series(authors, dtype=pl.String)}
