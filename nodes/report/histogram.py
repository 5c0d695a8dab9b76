"""Histograms of a score: the values that were kept, and those that fell to a limit on it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BINS = 28
TAIL = 0.01
"""The share of the values at an end that may be gathered in the last bin, so that outliers do not flatten the rest."""
LONG_TAIL = 8
"""Positive values whose largest is more than this many medians are drawn on a logarithmic axis."""


@dataclass(frozen=True, slots=True)
class Bin:
    """Counts of one bin; `start` and `end` are positions from 0 to 1 along the axis."""

    start: float
    end: float
    kept: int
    dropped: int


@dataclass(frozen=True, slots=True)
class Histogram:
    """A histogram ready to be drawn. `limits` are positions from 0 to 1 and the limits there as text."""

    column: str
    bins: Sequence[Bin]
    low: str
    high: str
    limits: Sequence[tuple[float, str]]
    kept: int
    dropped: int
    missing: int
    median: str
    logarithmic: bool

    @property
    def tallest(self) -> int:
        """The largest count of a bin, at least 1."""
        return max([entry.kept + entry.dropped for entry in self.bins] + [1])


def histogram(
    column: str,
    kept: Sequence[float | None],
    dropped: Sequence[float] = (),
    limits: Sequence[float] = (),
    *,
    whole: bool = False,
) -> Histogram | None:
    """The histogram of the kept and dropped values, or None when there is none. None and NaN count as missing.

    `whole` says that values are whole numbers, which get a bin each where they are few.
    """
    values = np.array([value for value in kept if value is not None and math.isfinite(value)], np.float64)
    lost = np.array([value for value in dropped if math.isfinite(value)], np.float64)
    both = np.concatenate([values, lost])
    if not both.size:
        return None
    reach = float(both.max() - both.min()) or abs(float(both.max())) or 1.0
    # a limit far from every value is none on this axis: "the best 40" is held against a rank, not against a score
    near = {limit for limit in limits if both.min() - reach <= limit <= both.max() + reach}
    shown = sorted(near)[:4]
    low, high, count = _span(both, shown, whole)
    logarithmic = count == BINS and low > 0 and high > LONG_TAIL * float(np.median(both))
    edges = np.geomspace(low, high, count + 1) if logarithmic else np.linspace(low, high, count + 1)
    edges[0], edges[-1] = low, high
    spread = math.log(high) - math.log(low) if logarithmic else high - low
    counts = [np.histogram(np.clip(part, low, high), edges)[0] for part in (values, lost)]
    bins = [Bin(i / count, (i + 1) / count, int(counts[0][i]), int(counts[1][i])) for i in range(count)]
    return Histogram(
        column=column,
        bins=bins,
        low=("≤ " if both.min() < low else "") + number(low + 0.5 if whole and count < BINS else low),
        high=("≥ " if both.max() > high else "") + number(high - 0.5 if whole and count < BINS else high),
        limits=[
            ((math.log(limit) - math.log(low) if logarithmic else limit - low) / spread, number(limit))
            for limit in shown
        ],
        logarithmic=logarithmic,
        kept=int(values.size),
        dropped=int(lost.size),
        missing=len(kept) - int(values.size),
        median=number(float(np.median(values))) if values.size else "",
    )


def _span(values: NDArray[np.float64], limits: Sequence[float], whole: bool) -> tuple[float, float, int]:
    ends = (float(values.min()), float(values.max()))
    if whole and ends[1] - ends[0] < BINS - 1:
        ends = (min([ends[0], *limits]), max([ends[1], *limits]))
        if ends[1] - ends[0] < BINS - 1:
            return math.floor(ends[0]) - 0.5, math.ceil(ends[1]) + 0.5, math.ceil(ends[1]) - math.floor(ends[0]) + 1
    inner = np.quantile(values, [TAIL, 1 - TAIL])
    # cut a tail off only where it is long: round ends read better than "≤ 0.0132"
    reach = 2 * (inner[1] - inner[0])
    low = float(inner[0]) if inner[0] - ends[0] > reach else ends[0]
    high = float(inner[1]) if ends[1] - inner[1] > reach else ends[1]
    low, high = min([low, *limits]), max([high, *limits])
    if high - low <= abs(high) * 1e-9:
        half = abs(low) * 0.05 or 0.5
        low, high = low - half, high + half
    return low, high, BINS


def number(value: float) -> str:
    """A number as people read it: three digits that matter, thousands apart, no trailing noughts."""
    if value == 0:
        return "0"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    if abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.3g}" if abs(value) >= 1e-4 else f"{value:.1e}"
