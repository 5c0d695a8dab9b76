"""The words for a scene: one canonical sentence and tag list, and the many other ways to say all or part of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from assets.training.scenes import Companion, Scene
from assets.training.vocabulary import (
    BACKGROUND_TAGS,
    BACKGROUNDS,
    COLOURS,
    COUNTS,
    FINISHES,
    KIND_TAGS,
    KINDS,
    LIGHT_TAGS,
    LIGHTS,
    NOUNS,
)


def with_article(words: str) -> str:
    """The words with the indefinite article that fits their first letter."""
    return f"an {words}" if words[0] in "aeiou" else f"a {words}"


def sentence(scene: Scene) -> str:
    """The canonical sentence, which names every attribute in its first word."""
    things = _things(
        COUNTS[scene.count][0], FINISHES[scene.finish][0], COLOURS[scene.colour][0], *_noun_forms(scene.noun, 0)
    )
    if scene.companion is not None:
        things = f"{with_article(f'{scene.colour} {scene.noun}')} and {_companion(scene.companion)}"
    place, light = BACKGROUNDS[scene.background][0], LIGHTS[scene.light][0]
    return f"{with_article(KINDS[scene.kind][0])} of {things} {place} {light}"


def swapped_sentence(scene: Scene) -> str:
    """The canonical sentence of a two-object scene with the two colours exchanged: wrong in nothing else."""
    if scene.companion is None:
        raise ValueError("only a scene with two objects has colours to exchange")
    exchanged = Companion(scene.companion.noun, scene.colour)
    return sentence(replace(scene, colour=scene.companion.colour, companion=exchanged))


def tags(scene: Scene) -> str:
    """The canonical tags, most telling first."""
    things = [scene.noun, scene.colour]
    if scene.companion is not None:
        things += [scene.companion.noun, scene.companion.colour]
    else:
        things += [scene.count, scene.finish]
    ends = [BACKGROUND_TAGS[scene.background][0], LIGHT_TAGS[scene.light][0], KIND_TAGS[scene.kind][0]]
    return ", ".join([*things, *ends])


def varied_caption(scene: Scene, rng: np.random.Generator) -> str:
    """One of the many ways to say what a scene shows: in other words, in part, in another order, or as tags."""
    style = rng.random()
    if style < 0.15:
        return sentence(scene)
    if style < 0.35:
        return _varied_tags(scene, rng)
    return _varied_sentence(scene, rng)


def _pick(words: tuple[str, ...], rng: np.random.Generator) -> str:
    """The first word half of the time, any of them otherwise."""
    return words[0] if rng.random() < 0.5 else words[int(rng.integers(len(words)))]


def _noun_forms(noun: str, synonym: int) -> tuple[str, str]:
    words = NOUNS[noun]
    return words[2 * synonym], words[2 * synonym + 1]


def _any_noun_forms(noun: str, rng: np.random.Generator) -> tuple[str, str]:
    return _noun_forms(noun, 0 if rng.random() < 0.7 else int(rng.integers(len(NOUNS[noun]) // 2)))


def _things(count: str, finish: str, colour: str, singular: str, plural: str) -> str:
    """E.g. `two glossy red cups`; an empty word is left out."""
    described = [word for word in (finish, colour) if word]
    if count in ("one", ""):
        return with_article(" ".join([*described, singular]))
    if count == "a single":
        return " ".join([count, *described, singular])
    return " ".join([count, *described, plural])


def _companion(companion: Companion) -> str:
    return with_article(f"{companion.colour} {companion.noun}")


def _varied_sentence(scene: Scene, rng: np.random.Generator) -> str:
    keep = rng.random(5) < rng.choice([0.35, 0.75, 1.0])
    kind, place, light, finish, colour = (
        _pick(words, rng) if kept else ""
        for kept, words in zip(
            keep,
            (
                KINDS[scene.kind],
                BACKGROUNDS[scene.background],
                LIGHTS[scene.light],
                FINISHES[scene.finish],
                COLOURS[scene.colour],
            ),
            strict=True,
        )
    )
    if scene.companion is not None:
        first = with_article(f"{colour} {scene.noun}".strip())
        things = [first, _companion(scene.companion)]
        things = f"{things[0]} and {things[1]}" if rng.random() < 0.5 else f"{things[1]} and {things[0]}"
    elif rng.random() < 0.12:
        described = [word for word in (finish, colour) if word]
        things = " ".join(["something", *described[: int(rng.integers(1, 3))]])
    else:
        # An unsaid number of several things would be false with `a`, so the number is always said.
        things = _things(_pick(COUNTS[scene.count], rng), finish, colour, *_any_noun_forms(scene.noun, rng))
    start = f"{with_article(kind)} of {things}" if kind else things
    ends = [end for end in (place, light) if end]
    if len(ends) == 2 and rng.random() < 0.3:
        ends.reverse()
    if ends and rng.random() < 0.15:
        return f"{ends[-1]}, {' '.join([start, *ends[:-1]])}"
    return " ".join([start, *ends])


def _varied_tags(scene: Scene, rng: np.random.Generator) -> str:
    found = [
        f"{scene.colour} {scene.noun}" if rng.random() < 0.4 else f"{scene.noun}, {scene.colour}",
        _pick(BACKGROUND_TAGS[scene.background], rng),
        _pick(LIGHT_TAGS[scene.light], rng),
        _pick(KIND_TAGS[scene.kind], rng),
    ]
    if scene.companion is not None:
        found.append(f"{scene.companion.colour} {scene.companion.noun}")
    else:
        found += [COUNTS[scene.count][0], _pick(FINISHES[scene.finish], rng)]
    number = int(rng.integers(2, len(found) + 1))
    order = rng.permutation(len(found))[:number]
    return ", ".join(found[i] for i in order)
