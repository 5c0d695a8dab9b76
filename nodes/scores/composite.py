"""The node that makes one score of several."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import polars as pl

from nodegraph import Columns, ColumnTerms, ImageSet, Main, NewColumn, Problem, Text, score, scorer
from nodes.clip.ranking import percentiles

DECIMALS = 6
MOST_WEIGHT = 1000.0

Scale = Literal["percentile", "minmax", "z"]
Missing = Literal["none", "rest"]

TERM = re.compile(
    r"(?P<sign>[-+]?)\s*(?P<column>[^\s:+-][^:]*?)\s*(?::\s*(?P<weight>[-+]?(?:\d{1,9}(?:\.\d{0,9})?|\.\d{1,9}))\s*)?"
)


@dataclass(frozen=True, slots=True)
class Term:
    """A column and how much it counts; with a weight under 0 its low values are the good ones."""

    column: str
    weight: float


def term_of(line: str) -> Term | None:
    """The term on a line such as "aesthetic", "aesthetic:2", "-nsfw:0.5" or "nsfw:-0.5"; None where it reads unlike."""
    found = TERM.fullmatch(line.strip())
    if found is None:
        return None
    weight = float(found["weight"] or 1)
    return Term(found["column"], -weight if found["sign"] == "-" else weight)


def _terms(lines: Sequence[str]) -> list[Term]:
    return [term for line in lines if (term := term_of(line)) is not None and term.weight]


def normalised(values: pl.Series, scale: Scale) -> pl.Series:
    """Numbers of one column made comparable with those of others; null where there is none (or an infinite one).

    "percentile": from 0 to 1, the share of the set below. "minmax": 0 is the lowest of the set, 1 the highest. "z":
    how many standard deviations (of the population) above the mean. Where all are equal: 0.5, 0.5 and 0.
    """
    given = values.cast(pl.Float64)
    numbers = given.set(~given.is_finite().fill_null(value=False), None)
    if scale == "percentile":
        return percentiles(numbers) / 100
    measured = numbers.drop_nulls().to_list()
    if not measured:
        return numbers
    low, high = min(measured), max(measured)
    if scale == "minmax":
        # halves first: the span of the largest numbers is none
        span = high / 2 - low / 2
        return (numbers / 2 - low / 2) / span if span else numbers * 0 + 0.5
    largest = max(abs(low), abs(high)) or 1.0
    scaled = [number / largest for number in measured]
    middle = math.fsum(scaled) / len(scaled)
    deviation = math.sqrt(math.fsum((number - middle) ** 2 for number in scaled) / len(scaled))
    return (numbers / largest - middle) / deviation if high > low and deviation else numbers * 0


def _check(params: Any) -> Sequence[Problem]:
    problems: list[Problem] = []
    lines = [line for line in params["terms"] if line.strip()]
    for line in lines:
        term = term_of(line)
        if term is None or not 0 < abs(term.weight) <= MOST_WEIGHT:
            problems.append(
                Problem(
                    "bad-term",
                    f"{line!r} is no term: a term is a column and a weight that is not 0 and at most {MOST_WEIGHT:g}.",
                    'Write it like "aesthetic:2"; a minus in front ("-nsfw") says that lower is better.',
                    param="terms",
                    value=line,
                )
            )
    columns = [term.column for term in _terms(lines)]
    if double := next((column for column in columns if columns.count(column) > 1), None):
        message = f"The column {double!r} is there twice."
        problems.append(Problem("term-twice", message, "Remove one.", param="terms", value=double))
    if not lines:
        message = "There is no term, so there is nothing to make a score of."
        problems.append(Problem("no-term", message, "Name a column, one a line.", param="terms"))
    return problems


def _needs(params: Any) -> Mapping[str, str]:
    return {term.column: "number" for term in _terms(params["terms"])}


@scorer(
    "score/composite",
    rev=1,
    title="Composite score",
    whole_set=True,
    needs=_needs,
    gives=lambda params: {
        params["column"]: score(
            "Weighted average of other scores", unit={"percentile": "0-1", "minmax": "0-1", "z": "z"}[params["scale"]]
        )
    },
    check=_check,
)
def composite(
    images: ImageSet,
    *,
    terms: Annotated[
        list[str],
        ColumnTerms("number"),
        Text(lines=4),
        Main(),
        "One a line: a column, and a weight after a colon (aesthetic:2). A minus in front: lower is better (-nsfw).",
    ] = [],  # noqa: B006
    scale: Annotated[
        Scale, Main(), "How columns are made comparable: by rank, from lowest to highest, or in standard deviations."
    ] = "percentile",
    missing: Annotated[
        Missing, "Where one of the columns has no value: no score, or that of the rest of the columns."
    ] = "none",
    column: Annotated[str, NewColumn(), "Name of the new column."] = "score",
) -> Columns:
    """Makes one score of several: the weighted average of columns, each made comparable with the others first.

    With "percentile" each column counts by the rank of a picture in this set, whatever its unit: an outlier cannot rule
    the score. "minmax" puts the lowest at 0 and the highest at 1, so distances count and so do outliers. Both give 0 to
    1, and 1 is best in every column. "z" counts standard deviations from the mean; 0 is an average picture.

    The score compares pictures of this set only: with other pictures in the set it is another number, so keep the
    best by it (*Top-k*, a percentile) rather than cut at a value. A picture that has none of the columns has no score.
    """
    chosen = _terms(terms)
    totals, weights, measured = [0.0] * len(images), [0.0] * len(images), [0] * len(images)
    for term in chosen:
        for row, value in enumerate(normalised(images[term.column], scale).to_list()):
            if value is not None:
                better = value if term.weight > 0 else -value if scale == "z" else 1 - value
                totals[row] += abs(term.weight) * better
                weights[row] += abs(term.weight)
                measured[row] += 1
    least = len(chosen) if missing == "none" else 1
    found = [
        total / weight if count and count >= least else None
        for total, weight, count in zip(totals, weights, measured, strict=True)
    ]
    return {column: pl.Series(found, dtype=pl.Float64).round(DECIMALS)}


NODES = (composite,)
