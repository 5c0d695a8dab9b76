"""The scale of a slider: the number at each of its positions, evenly spaced or by ratio where the range is wide."""

from __future__ import annotations

import math
from dataclasses import dataclass

from nodegraph.parameters import Range

WIDE = 500
"""From this ratio of the range's ends on, a slider moves by ratio: 1 to 10,000,000 would else be all small numbers."""

WIDEST = 1e8
"""A wider range (seeds) gets no slider."""

POSITIONS = 400


@dataclass(frozen=True, slots=True)
class Scale:
    """Positions 0 to `count` of a slider over numbers from `low` to `high`."""

    low: float
    high: float
    step: float
    whole: bool
    by_ratio: bool = False

    @property
    def count(self) -> int:
        """The last position."""
        return POSITIONS if self.by_ratio else max(1, round((self.high - self.low) / self.step))

    def value(self, position: int) -> float:
        """The number at a position."""
        if not self.by_ratio:
            return self.tidy(min(self.low + position * self.step, self.high))
        exact = self.low + math.expm1(position / self.count * math.log1p(self.high - self.low))
        digits = 2 - math.ceil(math.log10(exact)) if exact > 0 else 0
        return self.tidy(min(max(round(exact, digits), self.low), self.high))

    def position(self, value: float) -> int:
        """The position nearest to a number, which may lie outside."""
        inside = min(max(value, self.low), self.high)
        if not self.by_ratio:
            return round((inside - self.low) / self.step)
        return round(math.log1p(inside - self.low) / math.log1p(self.high - self.low) * self.count)

    def tidy(self, value: float) -> float:
        """The number without the noise of floating point."""
        return round(value) if self.whole else round(value, 10)


def scale_of(span: Range | None, *, whole: bool) -> Scale | None:
    """The scale of a range, or None where a slider would be no help."""
    if span is None or span.low is None or span.high is None or not 0 < span.high - span.low <= WIDEST:
        return None
    size = span.high - span.low
    if span.step is None and span.low >= 0 and span.high / max(span.low, 1) >= WIDE:
        return Scale(span.low, span.high, step_of(span, whole=whole), whole, by_ratio=True)
    return Scale(span.low, span.high, step_of(span, whole=whole) if whole or span.step else size / 200, whole)


def step_of(span: Range | None, *, whole: bool) -> float:
    """What an arrow key moves a number by."""
    if span is not None and span.step:
        return span.step
    if whole or span is None or span.low is None or span.high is None:
        return 1 if whole else 0.1
    return 10 ** math.floor(math.log10(max(span.high - span.low, 1e-9) / 100))
