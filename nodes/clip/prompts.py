"""Prompts as they are written, one a line: "a cat", "a cat:1.5" with a weight, "-a dog" for what is unwanted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nodegraph import Problem

MOST_WEIGHT = 10.0

WEIGHTED = re.compile(r"(?P<text>.*[^\s\d]\s*|.*\S\s+):\s*(?P<weight>\d{1,9}(?:\.\d{0,9})?|\.\d{1,9})", re.DOTALL)
"""A colon right after a digit belongs to the text: "a clock at 10:30", "a 16:9 frame"."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """One line: its text, how much it counts, and whether it says what pictures should not show."""

    text: str
    weight: float = 1.0
    negative: bool = False

    @property
    def signed(self) -> float:
        """The weight, with a minus for what should not be there."""
        return -self.weight if self.negative else self.weight


def prompt_of(line: str) -> Prompt | None:
    """The prompt on a line, or None where nothing is written. A leading "+" only ends the search for a sign."""
    line = line.strip()
    negative = line.startswith("-")
    if line.startswith(("-", "+")):
        line = line[1:].strip()
    if not line:
        return None
    weighted = WEIGHTED.fullmatch(line)
    if weighted is None:
        return Prompt(line, negative=negative)
    return Prompt(weighted["text"].strip(), float(weighted["weight"]), negative)


def prompts_of(lines: Iterable[str]) -> list[Prompt]:
    """The prompts on these lines, in order."""
    return [prompt for line in lines if (prompt := prompt_of(line)) is not None]


def plain_line(text: str, *, negative: bool = False) -> str:
    """The line that reads as exactly this text with the weight 1, whatever signs and colons the text holds."""
    text = text.strip()
    sign = "-" if negative else "+" if text.startswith(("-", "+")) else ""
    weight = " :1" if WEIGHTED.fullmatch(text) else ""
    return f"{sign}{text}{weight}" if text else ""


def weight_problems(lines: Sequence[str], param: str) -> list[Problem]:
    """What is wrong with the weights: each is above 0 and at most 10."""
    return [
        Problem(
            "bad-weight",
            f"The weight of {prompt.text!r} is {prompt.weight:g}, but a weight is above 0 and at most {MOST_WEIGHT:g}.",
            f'Write another weight after the colon, or " :1" behind a text that ends so: {plain_line(line)!r}.',
            param=param,
            value=line,
        )
        for line in lines
        if (prompt := prompt_of(line)) is not None and not 0 < prompt.weight <= MOST_WEIGHT
    ]


def signed_prompts(params: dict[str, Any]) -> dict[str, Any]:
    """Parameters of `clip/score` rev 1 as those of rev 2: `negative_prompts` become lines of `prompts` with a minus.

    What is no list of texts is left as it is, for the check of parameters to tell of.
    """
    wanted, unwanted = params.get("prompts", []), params.get("negative_prompts", [])
    if not (_texts(wanted) and _texts(unwanted)):
        return params
    lines = [*map(plain_line, wanted), *(plain_line(text, negative=True) for text in unwanted if text.strip())]
    kept: Mapping[str, Any] = {name: value for name, value in params.items() if name != "negative_prompts"}
    return {**kept, "prompts": lines} if lines or "prompts" in params else dict(kept)


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)
