"""Ranks within a set: what share of the measured rows a value is above."""

from __future__ import annotations

import polars as pl


def percentiles(values: pl.Series) -> pl.Series:
    """Percentile ranks above 0 and below 100, the highest value the highest; null where there is none.

    The mid-rank (rank - 1/2) / n of n measured values, equal ones sharing their mean rank: a lone value is at 50, and
    exactly a tenth of many different values lie under 10.
    """
    measured = values.cast(pl.Float64).fill_nan(None)
    count = measured.len() - measured.null_count()
    return (measured.rank("average") - 0.5) * (100 / max(count, 1))
