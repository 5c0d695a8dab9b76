"""A scene: what a drawn picture shows, as frozen attributes, and how one is drawn at random from a seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from assets.training.vocabulary import ATTRIBUTES, values

TWO_OBJECTS_SHARE = 0.15
"""The share of random scenes that show a second, different object of another colour."""


@dataclass(frozen=True)
class Companion:
    """The second object of a scene."""

    noun: str
    colour: str


@dataclass(frozen=True)
class Scene:
    """Everything a picture shows. The same scene at the same size is always the same pixels."""

    kind: str
    background: str
    light: str
    finish: str
    count: str
    colour: str
    noun: str
    seed: int
    companion: Companion | None = None
    upright: bool = False
    """Whether things stand almost straight, as in a picture someone took care over."""

    def __post_init__(self) -> None:
        for attribute, allowed in ATTRIBUTES.items():
            value = getattr(self, attribute)
            if value not in allowed:
                raise ValueError(f"{attribute} must be one of {', '.join(allowed)}, not {value!r}")


def random_scene(seed: int, *, two_objects_share: float = TWO_OBJECTS_SHARE) -> Scene:
    """The scene of a seed: every attribute drawn evenly and on its own, so that none predicts another."""
    rng = np.random.default_rng([seed, 11])
    drawn: dict[str, Any] = {attribute: str(rng.choice(values(attribute))) for attribute in ATTRIBUTES}
    companion = None
    if rng.random() < two_objects_share:
        nouns = [noun for noun in values("noun") if noun != drawn["noun"]]
        colours = [colour for colour in values("colour") if colour != drawn["colour"]]
        companion = Companion(str(rng.choice(nouns)), str(rng.choice(colours)))
        drawn |= {"count": "one", "finish": "matte"}
    return Scene(**drawn, seed=seed, companion=companion)


def random_scenes(seed: int, number: int, *, two_objects_share: float = TWO_OBJECTS_SHARE) -> Iterator[Scene]:
    """`number` scenes; different first seeds give different pictures as long as they lie a million apart."""
    for offset in range(number):
        yield random_scene(seed * 1_000_000 + offset, two_objects_share=two_objects_share)
