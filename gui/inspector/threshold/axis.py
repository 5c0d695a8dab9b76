"""The axis of a histogram: values to places from 0 to 1 and back, by ratio where most values crowd at one end."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

CROWDED = 0.2
"""Where three quarters of the values take up no more than this share of the range, the axis is by ratio unasked."""

FINEST = 1e-9
"""The knee of an axis is at least this share of its range, which keeps its numbers finite."""


@dataclass(frozen=True, slots=True)
class Axis:
    """From `low` to `high`. `knee` 0: even; else values are spread by ratio beyond so much from the crowded end."""

    low: float
    high: float
    knee: float = 0.0
    crowded: Literal["low", "high"] = "low"

    def place(self, value: float) -> float:
        """Where a value is, 0 to 1; values outside stand at the ends."""
        inside = min(max(value, self.low), self.high)
        if not self.knee:
            return (inside - self.low) / (self.high - self.low)
        away = inside - self.low if self.crowded == "low" else self.high - inside
        place = math.log1p(away / self.knee) / math.log1p((self.high - self.low) / self.knee)
        return place if self.crowded == "low" else 1.0 - place

    def value(self, place: float) -> float:
        """The value at a place."""
        return float(self._values(np.array([min(max(place, 0.0), 1.0)]))[0])

    def _values(self, places: NDArray[np.float64]) -> NDArray[np.float64]:
        if not self.knee:
            return self.low + places * (self.high - self.low)
        spread = math.log1p((self.high - self.low) / self.knee)
        if self.crowded == "low":
            return self.low + self.knee * np.expm1(places * spread)
        return self.high - self.knee * np.expm1((1.0 - places) * spread)

    def rounded(self, place: float, pixel: float) -> float:
        """The value at a place with no more digits than a step of `pixel` can tell apart."""
        value = self.value(place)
        step = abs(self.value(min(place + pixel, 1)) - self.value(max(place - pixel, 0))) / 2
        if step <= 0 or not math.isfinite(step):
            return value
        digits = -math.floor(math.log10(step))
        return round(value, digits)

    def edges(self, bins: int) -> NDArray[np.float64]:
        """The values between which bins of equal width are drawn."""
        return self._values(np.linspace(0.0, 1.0, bins + 1))


def axis_of(values: NDArray[np.float64], *, by_ratio: bool | None = None) -> Axis:
    """The axis for sorted values: from the first to the last, never without width.

    By ratio, the median stands in the middle. Without a word on that, it is by ratio where the values crowd.
    """
    finite = values[np.isfinite(values)]
    if not len(finite):
        return Axis(0.0, 1.0)
    low, high = float(finite[0]), float(finite[-1])
    if high <= low:
        around = abs(low) * 0.1 or 1.0
        return Axis(low - around, high + around)
    if not (_is_crowded(finite) if by_ratio is None else by_ratio):
        return Axis(low, high)
    at_low = float(np.median(finite)) - low <= (high - low) / 2
    away = np.sort(finite - low if at_low else high - finite)
    away = away[away > 0]  # many values at the very end say nothing of how the others are spread
    middle, width = float(np.median(away)), high - low
    # half the way on an axis of log(1 + x / knee) is the median where (1 + median / knee)^2 = 1 + width / knee
    knee = middle**2 / (width - 2 * middle) if width > 2.02 * middle else 0.0
    return Axis(low, high, max(knee, width * FINEST) if knee else 0.0, "low" if at_low else "high")


def _is_crowded(finite: NDArray[np.float64]) -> bool:
    low, high, width = float(finite[0]), float(finite[-1]), float(finite[-1] - finite[0])
    first, third = (float(finite[len(finite) * quarter // 4]) for quarter in (1, 3))
    return min(third - low, high - first) < CROWDED * width


def heights(values: NDArray[np.float64], axis: Axis, bins: int) -> NDArray[np.float64]:
    """How many of the sorted values fall into each bin; those at infinity into the first or last."""
    inner = np.searchsorted(values, axis.edges(bins)[1:-1], side="left")
    return np.diff(np.concatenate(([0], inner, [len(values)]))).astype(np.float64)
