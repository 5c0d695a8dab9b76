"""The axis of a histogram: values to places from 0 to 1 and back, by ratio where a long tail would hide the rest."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LONG_TAIL = 15
"""A range that is so many times as wide as the middle half of the values is drawn by ratio."""


@dataclass(frozen=True, slots=True)
class Axis:
    """From `low` to `high`. `knee` 0: even; else values are spread by ratio beyond so much above `low`."""

    low: float
    high: float
    knee: float = 0.0

    def place(self, value: float) -> float:
        """Where a value is, 0 to 1; values outside stand at the ends."""
        inside = min(max(value, self.low), self.high) - self.low
        if not self.knee:
            return inside / (self.high - self.low)
        return math.log1p(inside / self.knee) / math.log1p((self.high - self.low) / self.knee)

    def value(self, place: float) -> float:
        """The value at a place."""
        inside = min(max(place, 0.0), 1.0)
        if not self.knee:
            return self.low + inside * (self.high - self.low)
        return self.low + self.knee * math.expm1(inside * math.log1p((self.high - self.low) / self.knee))

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
        places = np.linspace(0.0, 1.0, bins + 1)
        if not self.knee:
            return self.low + places * (self.high - self.low)
        return self.low + self.knee * np.expm1(places * math.log1p((self.high - self.low) / self.knee))


def axis_of(values: NDArray[np.float64]) -> Axis:
    """The axis for sorted values: from the first to the last, never without width."""
    finite = values[np.isfinite(values)]
    if not len(finite):
        return Axis(0.0, 1.0)
    low, high = float(finite[0]), float(finite[-1])
    if high <= low:
        around = abs(low) * 0.1 or 1.0
        return Axis(low - around, high + around)
    middle = float(finite[len(finite) * 3 // 4] - finite[len(finite) // 4])
    long_tail = 0 < middle * LONG_TAIL < high - low
    return Axis(low, high, max(float(finite[len(finite) // 2]) - low, middle) if long_tail else 0.0)


def heights(values: NDArray[np.float64], axis: Axis, bins: int) -> NDArray[np.float64]:
    """How many of the sorted values fall into each bin; those at infinity into the first or last."""
    inner = np.searchsorted(values, axis.edges(bins)[1:-1], side="left")
    return np.diff(np.concatenate(([0], inner, [len(values)]))).astype(np.float64)
