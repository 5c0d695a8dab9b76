"""Strata: wanted shares of the values of a column, how often to show each, and how many of each to keep. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping

EQUAL = "equal"
SLACK = 0.01
"""Shares this much worse than the best that can be had are taken where they need fewer repeats."""


def parse_targets(text: str) -> dict[str, float] | None:
    """The weights of "a=2, b=1" (or a line each, for names with commas); None for "equal" or nothing.

    Raises ValueError, with a sentence, for anything else.
    """
    if text.strip().lower() in ("", EQUAL):
        return None
    parts = text.splitlines() if "\n" in text else text.split(",")
    targets: dict[str, float] = {}
    for part in filter(None, map(str.strip, parts)):
        name, equals, number = part.rpartition("=")
        name = name.strip()
        try:
            weight = float(number)
        except ValueError:
            weight = math.nan
        if not equals or not name or not math.isfinite(weight) or weight <= 0:
            raise ValueError(f"{part!r} is not a value and a weight above 0, like cat=2")
        if name in targets:
            raise ValueError(f"{name!r} is there twice")
        targets[name] = weight
    return targets


def label(value: object) -> str:
    """The value of a column as it is written in targets."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def weights(counts: Mapping[str, int], targets: Mapping[str, float] | None) -> dict[str, float]:
    """The weight of each stratum that there is and that is asked for, in order of the names."""
    if targets is None:
        return dict.fromkeys(sorted(counts), 1.0)
    return {name: targets[name] for name in sorted(counts) if name in targets}


def repeats_for(counts: Mapping[str, int], wanted: Mapping[str, float], most: int) -> dict[str, int]:
    """How often to show the pictures of each stratum, 1 to `most`, so that the shares come near to the weights."""
    if not wanted:
        return {}
    need = {name: weight / counts[name] for name, weight in wanted.items()}
    least = min(need.values())
    ways = [
        {name: min(most, max(1, math.floor(times * each / least + 0.5))) for name, each in need.items()}
        for times in range(1, most + 1)
    ]
    errors = [_error(shares(counts, way), wanted) for way in ways]
    return next(way for way, error in zip(ways, errors, strict=True) if error <= min(errors) + SLACK)


def shares(counts: Mapping[str, int], repeats: Mapping[str, int]) -> dict[str, float]:
    """The share of each stratum when its pictures are shown so often; they add up to 1."""
    shown = {name: counts[name] * times for name, times in repeats.items()}
    total = sum(shown.values())
    return {name: one / total for name, one in shown.items()}


def _error(found: Mapping[str, float], wanted: Mapping[str, float]) -> float:
    total = sum(wanted.values())
    return max(abs(share - wanted[name] / total) for name, share in found.items())


def kept_for(counts: Mapping[str, int], wanted: Mapping[str, float]) -> dict[str, int]:
    """How many pictures of each stratum to keep for these weights: as many as can be, at least 1 of each."""
    if not wanted:
        return {}
    scale = min(counts[name] / weight for name, weight in wanted.items())
    return {name: max(1, min(counts[name], round(scale * weight))) for name, weight in wanted.items()}
