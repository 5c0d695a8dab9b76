"""Re-weight: how often each picture is shown in training, so that what is rare is not drowned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

import polars as pl

from nodegraph import Column, ColumnInfo, Context, ImageSet, Keep, Main, Problem, Range, Text, arrange
from nodes.balance.strata import kept_for, label, parse_targets, repeats_for, shares, weights
from nodes.reasons import texts
from nodes.training_columns import TRAIN, usual_split

COLUMNS = {"repeats": ColumnInfo("integer", "How often an epoch shows the picture")}
SHOWN = 12


def _check(params: Mapping[str, Any]) -> Sequence[Problem]:
    text = params.get("targets", "")
    try:
        parse_targets(text)
    except ValueError as error:
        fix = 'Write "equal", or values with weights, such as: cat=2, dog=1.'
        return (
            Problem("bad-targets", f"The target shares cannot be read: {error}.", fix, param="targets", value=text),
        )
    return ()


@arrange("balance/repeats", rev=1, title="Re-weight / repeats", gives=COLUMNS, check=_check)
def repeats(
    images: ImageSet,
    *,
    context: Context,
    column: Annotated[str, Column("any"), Main(), "Pictures with the same value here are balanced as one."],
    targets: Annotated[
        str, Text(lines=3), Main(), 'Shares to reach: "equal", or weights such as "cat=2, dog=1"; or a line each.'
    ] = "equal",
    by: Annotated[
        Literal["repeating", "sampling"], Main(), "Show rare pictures more often, or drop some of the frequent ones."
    ] = "repeating",
    most: Annotated[int, Range(1, 20), "The most times that a picture is repeated."] = 10,
    seed: Annotated[int, Range(0, 2**32 - 1), "Another seed samples other pictures; the same one always the same."] = 0,
) -> Keep:
    """Balances the set over the values of a column: styles, subjects, sources, clusters.

    *Repeating* gives the column `repeats`, 1 to 20, which the exports for trainers write down: no picture is lost, but
    one that is shown 20 times is learnt by heart, so 3 to 5 is a good *most* for small sets. *Sampling* drops pictures
    of the frequent values by lot until the shares are right.

    Pictures without a value, or with one that the targets do not name, are shown once and all kept. Where the set is
    split already, only pictures for training are balanced. The log tells the shares that came out: whole repeats
    cannot reach every share.
    """
    wanted = parse_targets(targets)
    labels = _labels(images, column)
    counts = Counter(name for name in labels if name is not None)
    chosen = weights(counts, wanted)
    for name in sorted(set(wanted or ()) - set(counts)):
        context.notice(f"No picture has {column} '{name}'.")
    if by == "sampling":
        return _sampled(images, column, labels, counts, kept_for(counts, chosen), context, seed)
    times = repeats_for(counts, chosen, most)
    if times:
        context.notice(_told(counts, times))
    given = [times.get(name, 1) if name is not None else 1 for name in labels]
    return Keep(pl.repeat(True, len(images), dtype=pl.Boolean, eager=True), columns=_column(given))


def _labels(images: ImageSet, column: str) -> list[str | None]:
    """The stratum of each row, None for those that are not balanced."""
    height = len(images)
    splits = images["split"].to_list() if "split" in images.columns else [None] * height
    return [
        None if value is None or value == "" or usual_split(split) != TRAIN else label(value)
        for value, split in zip(images[column].to_list(), splits, strict=True)
    ]


def _sampled(
    images: ImageSet,
    column: str,
    labels: Sequence[str | None],
    counts: Mapping[str, int],
    kept: Mapping[str, int],
    context: Context,
    seed: int,
) -> Keep:
    cids, rids = images.cids, images.rids
    mask = [True] * len(images)
    rows_of: dict[str | None, list[int]] = {}
    for row, name in enumerate(labels):
        rows_of.setdefault(name, []).append(row)
    for name, count in kept.items():
        rows = rows_of[name]
        rows.sort(key=lambda row: (float(context.random(seed, cids[row]).random()), rids[row]))
        for row in rows[count:]:
            mask[row] = False
    verdict = pl.Series("mask", mask, pl.Boolean)

    def reason(row: int) -> str:
        name = labels[row] or ""
        return f"{column} '{name}' has {counts[name]} pictures and only {kept[name]} are kept, drawn by lot"

    return Keep(verdict, "too-frequent", texts(~verdict, reason), column=column, columns=_column([1] * len(images)))


def _column(values: Sequence[int]) -> dict[str, pl.Series]:
    return {"repeats": pl.Series("repeats", values, pl.Int64)}


def _told(counts: Mapping[str, int], times: Mapping[str, int]) -> str:
    found = shares(counts, times)
    told = [f"{name}: {counts[name]} x {times[name]} ({found[name]:.0%})" for name in sorted(times)]
    more = f" and {len(told) - SHOWN} more" if len(told) > SHOWN else ""
    return f"Pictures x repeats: {', '.join(told[:SHOWN])}{more}."


NODES = (repeats,)
