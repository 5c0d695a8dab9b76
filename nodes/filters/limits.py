"""Filters that cut on measured numbers and flags: threshold, resolution, flags."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import polars as pl

from nodegraph import Column, ImageSet, Keep, Main, Problem, Range, filter_
from nodes.reasons import NOT_MEASURED, OnNull, compared_texts, number_text, number_texts, texts, with_nulls

OUTPUTS = ("kept", "dropped", "review")
NullHelp = "What to do with rows that were not measured: send them to review, keep them or drop them."


def _check_threshold(params: Any) -> Sequence[Problem]:
    low, high = params.get("low"), params.get("high")
    if low is None and high is None:
        return (
            Problem(
                "no-limit",
                "No limit is set, so every measured row is kept.",
                "Set the lowest or the highest value to keep.",
                param="low",
                severity="warning",
            ),
        )
    problems: list[Problem] = []
    if low is not None and high is not None and low > high:
        message = f"The lowest value {number_text(low)} is above the highest {number_text(high)}: nothing can be kept."
        problems.append(Problem("limits-crossed", message, "Swap them.", param="low", value=low))
    if params.get("mode") == "percentile":
        problems += [
            Problem(
                "bad-parameter",
                f"A percentile is from 0 to 100, not {number_text(limit)}.",
                "Give a percentile, or set the mode to value.",
                param=name,
                value=limit,
            )
            for name, limit in (("low", low), ("high", high))
            if limit is not None and not 0 <= limit <= 100
        ]
    return tuple(problems)


def _from_min_max(params: dict[str, Any]) -> dict[str, Any]:
    renamed = {"min": "low", "max": "high"}
    return {renamed.get(name, name): value for name, value in params.items()}


@filter_(
    "filter/threshold",
    rev=2,
    outputs=OUTPUTS,
    whole_set=lambda params: params.get("mode") == "percentile",
    check=_check_threshold,
    migrations={1: _from_min_max},
)
def threshold(
    images: ImageSet,
    *,
    column: Annotated[str, Column("number"), Main(), "The number to cut on, given by a scorer upstream."],
    mode: Annotated[
        Literal["value", "percentile"],
        "Whether the limits are values of the column or percentiles of this set (10 is where the lowest tenth ends).",
    ] = "value",
    low: Annotated[float | None, Main(), "The lowest value to keep; empty for no lower limit."] = None,
    high: Annotated[float | None, Main(), "The highest value to keep; empty for no upper limit."] = None,
    on_null: Annotated[OnNull, NullHelp] = "review",
) -> Keep:
    """Keeps the pictures whose score lies between two limits, both allowed.

    With percentiles the limits move with the set: "lowest 10" drops the worst tenth, whatever scale the score is on.
    Percentiles are taken over the measured rows (linear interpolation), so the node then waits for the whole set.
    """
    values = images[column].cast(pl.Float64).fill_nan(None)
    least, most = _limits(values, mode, low, high)
    inside = (values >= least) if least is not None else values.is_not_null()
    inside = inside & (values <= most) if most is not None else inside
    verdict = inside.set(values.is_null(), None)
    mask, review = with_nulls(verdict, on_null)
    below = (values < least).fill_null(value=False) if least is not None else mask & ~mask
    numbers, is_below = values.to_list(), below.to_list()
    sides = [
        (side, bound, number_text(bound), "" if asked is None else number_text(asked))
        for side, bound, asked in (("over", most, high), ("under", least, low))
        if bound is not None
    ]

    def limit(row: int) -> tuple[str, float, str, str]:
        return sides[-1 if is_below[row] else 0]

    def reason(row: int) -> str:
        value = numbers[row]
        if value is None:
            return f"{column} was not measured"
        side, bound, bound_text, asked = limit(row)
        found, held = compared_texts(value, bound, bound_text)
        text = f"{column} {found} is {side} {held}"
        return f"{text} (percentile {asked} of this set)" if mode == "percentile" else text

    return Keep(
        mask,
        rule=_named(values.is_null(), below),
        reason=texts(~mask, reason),
        column=column,
        value=number_texts(values, ~mask),
        limit=texts(~mask & values.is_not_null(), lambda row: limit(row)[2]),
        review=review,
    )


def _limits(values: pl.Series, mode: str, low: float | None, high: float | None) -> tuple[float | None, float | None]:
    if mode == "value":
        return low, high
    return _percentile(values, low), _percentile(values, high)


def _percentile(values: pl.Series, percent: float | None) -> float | None:
    # between an infinite and a finite value lies no number
    finite = values.filter(values.is_finite())
    return None if percent is None else finite.quantile(percent / 100, interpolation="linear")


def _named(unknown: pl.Series, below: pl.Series) -> pl.Series:
    frame = pl.DataFrame({"unknown": unknown, "below": below})
    rule = pl.when("unknown").then(pl.lit(NOT_MEASURED)).when("below").then(pl.lit("below")).otherwise(pl.lit("above"))
    return frame.select(rule.alias("rule"))["rule"]


def _check_resolution(params: Any) -> Sequence[Problem]:
    if any(params.get(name) is not None for name in ("min_side", "max_aspect", "min_megapixels")):
        return ()
    message = "No limit is set, so every measured row is kept."
    return (Problem("no-limit", message, "Set one of the three limits.", param="min_side", severity="warning"),)


@filter_(
    "filter/resolution",
    rev=1,
    title="Resolution & aspect",
    outputs=OUTPUTS,
    needs={"width": "integer", "height": "integer"},
    check=_check_resolution,
)
def resolution(
    images: ImageSet,
    *,
    min_side: Annotated[
        int | None, Range(1, 32768, unit="px"), Main(), "The shorter side must be at least this."
    ] = 512,
    max_aspect: Annotated[
        float | None, Range(1, 100), Main(), "Longer side divided by shorter side must be at most this; 3 is a banner."
    ] = 3.0,
    min_megapixels: Annotated[
        float | None, Range(0, 1000, unit="MP"), "Width times height must be at least this."
    ] = None,
    on_null: Annotated[OnNull, NullHelp] = "review",
) -> Keep:
    """Drops pictures that are too small or too long and thin to train on.

    It looks at the upright size that *Probe* gives. A trainer enlarges small pictures or throws them out, and a very
    long picture loses most of itself when it is cropped to a bucket.
    """
    sizes = images.table.select(
        pl.min_horizontal("width", "height").alias("short"),
        pl.max_horizontal("width", "height").alias("long"),
        (pl.col("width") * pl.col("height") / 1e6).alias("megapixels"),
        (pl.col("width") + pl.col("height")).is_null().alias("unknown"),
    ).with_columns((pl.col("long") / pl.col("short")).alias("aspect"))
    rules = (
        ("small-side", "short", min_side, pl.col("short") < (min_side or 0), "the shorter side {} px is under {}"),
        ("aspect", "aspect", max_aspect, pl.col("aspect") > (max_aspect or 0), "its sides are {} to 1, over {}"),
        ("megapixels", "megapixels", min_megapixels, pl.col("megapixels") < (min_megapixels or 0), "{} MP is under {}"),
    )  # fmt: skip
    active = [rule for rule in rules if rule[2] is not None]
    broken = [sizes.select(test.alias(name))[name].fill_null(value=False).to_list() for name, _, _, test, _ in active]
    unknown = sizes["unknown"].to_list()
    first = [
        None if unknown[row] else next((index for index, flags in enumerate(broken) if flags[row]), -1)
        for row in range(len(images))
    ]
    verdict = pl.Series("mask", [None if index is None else index < 0 for index in first], pl.Boolean)
    mask, review = with_nulls(verdict, on_null)

    def found(row: int) -> float:
        return float(sizes[active[first[row] or 0][1]][row])

    def reason(row: int) -> str:
        index = first[row]
        if index is None:
            return "width and height were not measured"
        limit = float(active[index][2] or 0)
        return active[index][4].format(number_text(found(row), limit), number_text(limit, found(row)))

    judged = ~mask & verdict.is_not_null()
    return Keep(
        mask,
        rule=texts(~mask, lambda row: NOT_MEASURED if first[row] is None else active[first[row] or 0][0]),
        reason=texts(~mask, reason),
        value=texts(judged, lambda row: number_text(found(row))),
        limit=texts(judged, lambda row: number_text(active[first[row] or 0][2] or 0)),
        review=review,
    )


def _check_flag(params: Any) -> Sequence[Problem]:
    if params.get("columns"):
        return ()
    return (
        Problem(
            "no-column",
            "No column is named, so every row is kept.",
            "Name the columns whose marked rows should go, such as is_dark.",
            param="columns",
            severity="warning",
        ),
    )


@filter_("filter/flag", rev=1, title="Drop marked", outputs=OUTPUTS, check=_check_flag)
def flag(
    images: ImageSet,
    *,
    columns: Annotated[list[str], Column("flag"), Main(), "The true-or-false columns; a row that is true in any goes."],
    on_null: Annotated[OnNull, NullHelp] = "review",
) -> Keep:
    """Drops the pictures that are marked in any of the named columns, such as the issues of *Quality issues*."""
    if not columns:
        return Keep(pl.Series("mask", [True] * len(images), pl.Boolean))
    marks = images.table.select(columns)
    # Kleene logic: one mark is enough to drop a row even where another column was not measured
    verdict = marks.select((~pl.any_horizontal(columns)).alias("mask"))["mask"]
    mask, review = with_nulls(verdict, on_null)

    def marked(row: int) -> list[str]:
        return [name for name, value in marks.row(row, named=True).items() if value]

    def reason(row: int) -> str:
        if names := marked(row):
            return f"it is marked {' and '.join(names)}"
        return (
            f"{', '.join(name for name, value in marks.row(row, named=True).items() if value is None)} was not measured"
        )

    return Keep(
        mask,
        rule=texts(~mask, lambda row: "marked" if marked(row) else NOT_MEASURED),
        reason=texts(~mask, reason),
        review=review,
    )


NODES = (threshold, resolution, flag)
