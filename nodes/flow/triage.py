"""The node that parts a set in three by a score: accepted, rejected, and what a person has to look at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import polars as pl

from nodegraph import Column, ColumnInfo, Context, ImageSet, Keep, Main, Problem, Range, review
from nodes.reasons import NOT_MEASURED, number_text, number_texts, texts

Verdict = Literal["accept", "review", "reject"]
Band = Literal["limits", "queue"]
Best = Literal["high", "low"]

VERDICTS: tuple[Verdict, ...] = ("accept", "review", "reject")


def between(values: Sequence[float | None], accept: float | None, reject: float | None, best: Best) -> list[Verdict]:
    """The verdicts of two limits: at `accept` or better, worse than `reject`, and review for the rest and for None."""
    sign = 1 if best == "high" else -1

    def verdict(value: float | None) -> Verdict:
        if value is None:
            return "review"
        if accept is not None and sign * value >= sign * accept:
            return "accept"
        return "reject" if reject is not None and sign * value < sign * reject else "review"

    return [verdict(value) for value in values]


def nearest_to_cut(
    values: Sequence[float | None], names: Sequence[str], cut: float, size: int, best: Best
) -> list[Verdict]:
    """The verdicts of a queue of `size`: None first, then the values nearest to `cut`, ties by name.

    The others are accepted at the cut or better and else rejected.
    """
    unknown = sum(value is None for value in values)
    apart = sorted((abs(value - cut), names[row], row) for row, value in enumerate(values) if value is not None)
    queue = {row for _, _, row in apart[: max(0, size - unknown)]}
    parted = between(values, cut, cut, best)
    return ["review" if row in queue else verdict for row, verdict in enumerate(parted)]


def _check(params: Any) -> Sequence[Problem]:
    if params.get("band") == "queue":
        return ()
    accept, reject = params.get("accept"), params.get("reject")
    if accept is None and reject is None:
        message = "No limit is set, so every picture waits for a person."
        fix = "Set a limit, or let the band follow from the size of the queue."
        return (Problem("no-limit", message, fix, param="accept", severity="warning"),)
    if accept is None or reject is None:
        return ()
    if (accept < reject) if params.get("best") != "low" else (accept > reject):
        message = f"What is at {number_text(accept)} would be both accepted and rejected (from {number_text(reject)})."
        return (Problem("limits-crossed", message, "Swap the two limits.", param="accept", value=accept),)
    return ()


@review(
    "flow/triage",
    rev=1,
    outputs=("kept", "dropped", "review"),
    gives={
        "triage": ColumnInfo("text", 'What is done with the picture: "accept", "review" or "reject"'),
        "triage_by": ColumnInfo("text", 'Who decided: "score" or "person"'),
    },
    check=_check,
)
def triage(
    images: ImageSet,
    *,
    context: Context,
    column: Annotated[str, Column("number"), Main(), "The number that decides."],
    band: Annotated[
        Band, "Whether you set both limits, or the number of pictures that you are ready to look at."
    ] = "limits",
    accept: Annotated[
        float | None, Main(), "At this or better a picture is accepted; empty: none is without a person."
    ] = None,
    reject: Annotated[
        float | None, Main(), "Worse than this a picture is rejected; empty: none is without a person."
    ] = None,
    queue: Annotated[int, Range(0, 1_000_000), "How many pictures are to be looked at, with a queue."] = 100,
    cut: Annotated[
        float | None, "Where accepted and rejected meet, with a queue; empty: the middle of the set (the median)."
    ] = None,
    best: Annotated[Best, "Whether the highest or the lowest numbers are the best."] = "high",
) -> Keep:
    """Parts pictures in three by a score: the good go on, the bad are dropped, and those in between wait for you.

    Set two limits: at *accept* or better a picture goes on through "kept", worse than *reject* it is dropped, and what
    lies between goes to "review". Or say how many pictures you are ready to look at: then the band is as wide as it
    takes for that many, those nearest to the cut. Pictures without the number always wait for a person, and take places
    in the queue first.

    What a person decides at this node counts, whatever the score: an accepted picture goes on, a rejected one is
    dropped, and copies of the file with it. A decided picture leaves the queue and no other takes its place, so the
    work has an end. `triage` and `triage_by` say what was decided and by whom.
    """
    values = images[column].cast(pl.Float64).fill_nan(None)
    numbers: list[float | None] = values.to_list()
    if band == "limits":
        lines = (accept, reject)
        verdicts = between(numbers, accept, reject, best)
    else:
        middle = values.filter(values.is_finite()).median() if cut is None else cut
        line = float(middle) if isinstance(middle, int | float) else 0.0
        lines = (line, line)
        verdicts = nearest_to_cut(numbers, images.rids, line, queue, best)
    said = context.decided("verdict")
    by_person = [said.get(cid) if said.get(cid) in VERDICTS else None for cid in images.cids]
    final = [own or verdict for own, verdict in zip(by_person, verdicts, strict=True)]
    context.notice(", ".join(f"{final.count(verdict):,} to {verdict}" for verdict in VERDICTS) + ".")
    mask = pl.Series("mask", [verdict == "accept" for verdict in final], pl.Boolean)

    def rule(row: int) -> str:
        if by_person[row]:
            return "person"
        if numbers[row] is None:
            return NOT_MEASURED
        return "undecided" if final[row] == "review" else "rejected"

    def reason(row: int) -> str:
        value = numbers[row]
        if by_person[row]:
            return "a person rejected it" if final[row] == "reject" else "a person wants it looked at again"
        if value is None:
            return f"{column} was not measured, so a person has to look"
        if final[row] == "review":
            return f"{column} {number_text(value)} is {_where(lines, band)}, so a person has to look"
        limit = lines[1] or 0.0
        side = "under" if best == "high" else "over"
        return f"{column} {number_text(value, limit)} is {side} {number_text(limit, value)}"

    return Keep(
        mask,
        rule=texts(~mask, rule),
        reason=texts(~mask, reason),
        column=column,
        value=number_texts(values, ~mask),
        limit=texts(~mask & values.is_not_null(), lambda _row: _limit(lines)),
        review=pl.Series("review", [verdict == "review" for verdict in final], pl.Boolean),
        columns={
            "triage": pl.Series(final, dtype=pl.String),
            "triage_by": pl.Series(["person" if own else "score" for own in by_person], dtype=pl.String),
        },
    )


def _where(lines: tuple[float | None, float | None], band: Band) -> str:
    accept, reject = lines
    if band == "queue":
        return f"near the cut {number_text(accept or 0.0)}"
    if accept is None or reject is None:
        return f"not {'rejected' if accept is None else 'accepted'} by the limit {_limit(lines)}"
    return f"between {number_text(min(accept, reject))} and {number_text(max(accept, reject))}"


def _limit(lines: tuple[float | None, float | None]) -> str:
    set_lines = dict.fromkeys(number_text(line) for line in lines if line is not None)
    return " / ".join(set_lines) or "none"


NODES = (triage,)
