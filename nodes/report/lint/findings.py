"""Findings of the trainer lint: what a trainer would do with a file that its owner may not expect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

Level = Literal["error", "warning", "hint"]
LEVELS: tuple[Level, ...] = ("error", "warning", "hint")
SHOWN = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a trainer would stop at (error), do otherwise than one thinks (warning), or do less well (hint).

    `rule` is its short name, `place` a file, a folder or a key of a configuration; "" stands for the whole set.
    """

    level: Level
    rule: str
    place: str
    message: str
    fix: str = ""


def ordered(findings: Sequence[Finding]) -> list[Finding]:
    """Worst first, then by rule and place; each once."""
    return sorted(set(findings), key=lambda one: (LEVELS.index(one.level), one.rule, one.place, one.message))


def counts(findings: Sequence[Finding]) -> str:
    """How many of each level, for people: "2 errors, 1 hint"."""
    numbers = [(sum(one.level == level for one in findings), level) for level in LEVELS]
    return ", ".join(f"{n} {level}{'s' if n != 1 else ''}" for n, level in numbers if n) or "nothing to say"


def summed_up(findings: Sequence[Finding]) -> list[str]:
    """A line a rule: its level, how often it was broken, where, and what it means."""
    lines: list[str] = []
    for _rule, group in groupby(ordered(findings), key=lambda one: (one.level, one.rule)):
        found = list(group)
        places = [one.place for one in found if one.place]
        more = ", ..." if len(places) > SHOWN else ""
        named = f" ({', '.join(repr(place) for place in places[:SHOWN])}{more})" if places else ""
        times = f" {len(found)} times" if len(found) > 1 else ""
        first = "the first: " if len({one.message for one in found}) > 1 else ""
        lines.append(
            f"{found[0].level}: {found[0].rule}{times}{named}: {first}{found[0].message} {found[0].fix}".strip()
        )
    return lines
