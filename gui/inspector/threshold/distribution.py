"""The distribution of a column: its sorted values and their rows, from which counts and neighbours are looked up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from gui.inspector.threshold.cut import FILTER, Parts
from nodegraph.cache.keys import content_key


@dataclass(frozen=True)
class Distribution:
    """Values that were measured, sorted, and for each the row of `table` it is from."""

    values: NDArray[np.float64]
    rows: NDArray[np.intp]
    table: pl.DataFrame
    unmeasured: int

    def __len__(self) -> int:
        return len(self.values)

    def span(self, low: float | None, high: float | None, parts: Parts = FILTER) -> tuple[int, int]:
        """The positions that lie between two limits: from the first up to, not with, the second.

        A number at a limit is not dropped, and where the limit is that of what is kept, it is kept.
        """
        at_low, at_high = "right" if parts[0] == "kept" else "left", "left" if parts[2] == "kept" else "right"
        first = 0 if low is None else int(np.searchsorted(self.values, low, side=at_low))
        last = len(self.values) if high is None else int(np.searchsorted(self.values, high, side=at_high))
        return first, max(first, last)

    def percentile(self, percent: float) -> float:
        """The value at a percentile, between two values by their distance."""
        place = min(max(percent, 0.0), 100.0) / 100 * (len(self.values) - 1)
        below = int(place)
        above = min(below + 1, len(self.values) - 1)
        return float(self.values[below] + (self.values[above] - self.values[below]) * (place - below))

    def percent_of(self, value: float) -> float:
        """The percentile that a value stands at."""
        if len(self.values) < 2 or value <= self.values[0]:
            return 0.0
        if value >= self.values[-1]:
            return 100.0
        above = int(np.searchsorted(self.values, value, side="right"))
        under, over = self.values[above - 1], self.values[above]
        return float((above - 1 + (value - under) / (over - under)) / (len(self.values) - 1) * 100)

    def content(self, position: int) -> str:
        """The content key of the picture at a position."""
        row = int(self.rows[position])
        return content_key(str(self.table["cid"][row]), str(self.table["recipe"][row] or ""))

    def name(self, position: int) -> str:
        """The path inside its source of the picture at a position."""
        return str(self.table["rid"][int(self.rows[position])])


def distribution_of(table: pl.DataFrame, column: str) -> Distribution | None:
    """The distribution of a column of numbers; None where the table has none of this name."""
    if column not in table.columns or not table.schema[column].is_numeric():
        return None
    numbers: NDArray[Any] = table[column].cast(pl.Float64).to_numpy()
    rows = np.flatnonzero(~np.isnan(numbers))
    rows = rows[np.argsort(numbers[rows], kind="stable")]
    return Distribution(numbers[rows], rows, table, len(numbers) - len(rows))
