"""The node that draws a sample of what was kept and what was dropped, and tells how often that was wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

import polars as pl

from nodegraph import ColumnInfo, Context, ImageSet, Left, Main, Range, Rows, review, score
from nodes.flow.pairing import paired
from nodes.statistics import wilson

WRONG: Mapping[str, str] = {"kept": "reject", "dropped": "accept"}
"""The verdict that says a decision was wrong, for each side."""

RIGHT: Mapping[str, str] = {"kept": "accept", "dropped": "reject"}

GIVES = {
    "audit_side": ColumnInfo("text", 'What was decided on the picture: "kept" or "dropped"'),
    "audit_error": ColumnInfo("flag", "Whether a person says that was wrong; empty until somebody has looked"),
    "audit_rate": score("Share of this side's pictures looked at that were decided wrongly", best="low", unit="0-1"),
    "audit_low": score("Lower end of the 95% interval of that share", best="low", unit="0-1"),
    "audit_high": score("Upper end of the 95% interval of that share", best="low", unit="0-1"),
}
DECIMALS = 4


@dataclass(frozen=True, slots=True)
class Side:
    """One side of the audit: rows that can be drawn, the flags of those drawn, and what people said of them."""

    name: str
    size: int
    drawn: list[bool]
    errors: list[bool | None]

    @property
    def judged(self) -> int:
        """How many of the drawn pictures somebody has looked at."""
        return sum(error is not None for error in self.errors)

    @property
    def wrong(self) -> int:
        """How many of those were decided wrongly."""
        return sum(error is True for error in self.errors)

    @property
    def rate(self) -> tuple[float | None, float | None, float | None]:
        """Share decided wrongly and Wilson's 95% interval of it; None as long as nobody has looked."""
        if not self.judged:
            return None, None, None
        low, high = wilson(self.wrong, self.judged)
        return round(self.wrong / self.judged, DECIMALS), round(low, DECIMALS), round(high, DECIMALS)

    @property
    def line(self) -> str:
        """What the audit says of this side, for people."""
        rate, low, high = self.rate
        waiting = len(self.errors) - self.judged
        if rate is None or low is None or high is None:
            return f"{self.name}: none of {len(self.errors):,} drawn from {self.size:,} was looked at yet"
        line = (
            f"{self.name}: {self.wrong:,} of {self.judged:,} decided wrongly, {rate:.1%} "
            f"(95% interval {low:.1%} to {high:.1%} of {self.size:,})"
        )
        return f"{line}, {waiting:,} not looked at yet" if waiting else line


@review("flow/audit", rev=1, title="Audit sample", outputs=("sample",), gives=GIVES, joins=True)
def audit(
    kept: ImageSet,
    dropped: ImageSet,
    *,
    context: Context,
    count: Annotated[int, Range(1, 1_000_000), Main(), "How many pictures to draw from each side."] = 50,
    seed: Annotated[int, Range(0, 2**32 - 1), "Another seed draws other pictures; the same always the same."] = 0,
) -> Rows:
    """Draws some kept and some dropped pictures for you to look at, and tells how often the decision was wrong.

    Wire the two outputs of a filter here and give each drawn picture a verdict: accept what belongs in the set, reject
    what does not. A kept picture that you reject was kept wrongly, a dropped one that you accept was dropped wrongly.
    The log and the columns tell the share of wrong decisions on each side with its 95% interval (Wilson): with 50
    looked at and none wrong, up to 7.1% may still be wrong. "Review" is no verdict and counts for nothing.

    Copies of a file are drawn once. A dropped copy of a kept picture is not drawn: its file is in the set.
    Which pictures are drawn hangs on their content and the seeds alone, so when the filter is moved most verdicts still
    count. The sample is for looking at: it is the dropped ones too, so do not export it.
    """
    pairs = paired(kept, dropped, "file")
    said = context.decided("verdict")
    sides = (
        _side("kept", pairs.ids_of_first, [True] * len(kept), count, seed, said, context),
        _side("dropped", pairs.ids_of_second, [twin is None for twin in pairs.back], count, seed, said, context),
    )
    context.notice("; ".join(side.line for side in sides) + ".")
    tables = [
        _marked(table.filter(pl.Series(side.drawn, dtype=pl.Boolean)), side)
        for table, side in zip((pairs.first, pairs.second), sides, strict=True)
    ]
    left = [
        Left(rid, cid, "not-drawn", f"not among the {len(sides[0].errors)} drawn of {sides[0].size} kept")
        for (rid, cid), drawn in zip(pairs.ids_of_first, sides[0].drawn, strict=True)
        if not drawn
    ]
    return Rows({"sample": pl.concat(tables)}, left)


def _side(
    name: str,
    ids: Sequence[tuple[str, str]],
    eligible: Sequence[bool],
    count: int,
    seed: int,
    said: Mapping[str, str],
    context: Context,
) -> Side:
    row_of: dict[str, int] = {}
    for row in sorted(range(len(ids)), key=lambda row: ids[row]):
        if eligible[row]:
            row_of.setdefault(ids[row][1], row)
    lots = sorted((float(context.random(seed, cid).random()), cid) for cid in row_of)
    chosen = {row_of[cid] for _, cid in lots[:count]}
    verdicts = [said.get(ids[row][1]) for row in sorted(chosen)]
    errors = [True if verdict == WRONG[name] else False if verdict == RIGHT[name] else None for verdict in verdicts]
    return Side(name, len(row_of), [row in chosen for row in range(len(ids))], errors)


def _marked(table: pl.DataFrame, side: Side) -> pl.DataFrame:
    rate, low, high = side.rate
    return table.with_columns(
        pl.lit(side.name, dtype=pl.String).alias("audit_side"),
        pl.Series("audit_error", side.errors, dtype=pl.Boolean),
        pl.lit(rate, dtype=pl.Float64).alias("audit_rate"),
        pl.lit(low, dtype=pl.Float64).alias("audit_low"),
        pl.lit(high, dtype=pl.Float64).alias("audit_high"),
    )


NODES = (audit,)
