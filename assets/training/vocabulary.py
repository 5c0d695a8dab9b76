"""What a scene can show, and the words for it: each attribute value with its first (canonical) word and other words."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

Words = Mapping[str, tuple[str, ...]]


def _frozen(words: dict[str, tuple[str, ...]]) -> Words:
    return MappingProxyType(words)


KINDS: Words = _frozen(
    {
        "photo": ("photo", "photograph", "studio photo", "picture"),
        "flat": ("flat illustration", "vector illustration", "flat graphic", "cartoon"),
        "line": ("line drawing", "ink drawing", "pen sketch", "outline drawing"),
        "watercolour": ("watercolour painting", "watercolor painting", "watercolour", "soft painting"),
        "pixel": ("pixel art picture", "pixel art image", "retro game sprite"),
    }
)

KIND_TAGS: Words = _frozen(
    {
        "photo": ("photo", "photograph"),
        "flat": ("flat illustration", "illustration"),
        "line": ("line drawing", "drawing"),
        "watercolour": ("watercolour", "watercolor"),
        "pixel": ("pixel art", "pixels"),
    }
)

BACKGROUNDS: Words = _frozen(
    {
        "plain": ("on a plain background", "on an empty background", "isolated on white"),
        "meadow": ("in a meadow", "on the grass", "in a grassy field"),
        "beach": ("on a beach", "on a sandy beach", "on the sand by the sea"),
        "snow": ("in the snow", "in a snowy landscape", "on snowy mountains"),
        "night": ("under a night sky", "at night under the stars", "in the dark of the night"),
        "bricks": ("in front of a brick wall", "against a brick wall", "by a wall of bricks"),
        "wood": ("on a wooden table", "on wooden planks", "on a wooden floor"),
        "water": ("on the water", "in the water", "among the waves"),
    }
)

BACKGROUND_TAGS: Words = _frozen(
    {
        "plain": ("plain background", "simple background"),
        "meadow": ("meadow", "grass"),
        "beach": ("beach", "sand"),
        "snow": ("snow", "winter"),
        "night": ("night sky", "night"),
        "bricks": ("brick wall", "bricks"),
        "wood": ("wooden table", "wood"),
        "water": ("water", "waves"),
    }
)

LIGHTS: Words = _frozen(
    {
        "bright": ("in bright light", "in daylight", "brightly lit"),
        "golden": ("in golden light", "at golden hour", "in warm evening light"),
        "dim": ("in dim light", "in low light", "dimly lit"),
        "cool": ("in cool light", "in cold light", "in blueish light"),
    }
)

LIGHT_TAGS: Words = _frozen(
    {
        "bright": ("bright light", "daylight"),
        "golden": ("golden light", "warm light"),
        "dim": ("dim light", "low light"),
        "cool": ("cool light", "cold light"),
    }
)

FINISHES: Words = _frozen(
    {
        "matte": ("matte", "plain", "smooth"),
        "glossy": ("glossy", "shiny", "polished"),
        "striped": ("striped", "stripy", "banded"),
        "dotted": ("dotted", "polka dot", "spotted"),
    }
)

COUNTS: Words = _frozen(
    {
        "one": ("one", "a single"),
        "two": ("two", "a pair of"),
        "three": ("three", "a trio of"),
    }
)

COLOURS: Words = _frozen(
    {
        "red": ("red", "crimson", "scarlet"),
        "orange": ("orange", "tangerine"),
        "yellow": ("yellow", "lemon"),
        "green": ("green", "emerald"),
        "blue": ("blue", "azure", "cobalt"),
        "purple": ("purple", "violet"),
        "pink": ("pink", "rose"),
        "brown": ("brown", "chestnut"),
        "white": ("white", "ivory"),
        "black": ("black", "jet"),
    }
)

NOUNS: Words = _frozen(
    {
        "ball": ("ball", "balls", "sphere", "spheres", "circle", "circles"),
        "star": ("star", "stars"),
        "heart": ("heart", "hearts"),
        "house": ("house", "houses", "cottage", "cottages", "building", "buildings"),
        "tree": ("tree", "trees", "pine", "pines"),
        "flower": ("flower", "flowers", "blossom", "blossoms"),
        "leaf": ("leaf", "leaves"),
        "mushroom": ("mushroom", "mushrooms", "toadstool", "toadstools"),
        "apple": ("apple", "apples", "fruit", "fruits"),
        "car": ("car", "cars", "vehicle", "vehicles", "automobile", "automobiles"),
        "boat": ("boat", "boats", "sailboat", "sailboats", "ship", "ships"),
        "rocket": ("rocket", "rockets", "spaceship", "spaceships"),
        "balloon": ("balloon", "balloons"),
        "cup": ("cup", "cups", "mug", "mugs"),
        "bottle": ("bottle", "bottles", "flask", "flasks"),
        "lamp": ("lamp", "lamps", "light", "lights"),
        "umbrella": ("umbrella", "umbrellas", "parasol", "parasols"),
        "hat": ("hat", "hats", "top hat", "top hats"),
        "key": ("key", "keys"),
        "fish": ("fish", "fish", "goldfish", "goldfish"),
        "cat": ("cat", "cats", "kitten", "kittens"),
        "bird": ("bird", "birds", "songbird", "songbirds"),
        "butterfly": ("butterfly", "butterflies", "moth", "moths"),
        "chair": ("chair", "chairs", "seat", "seats"),
    }
)
"""Noun words come in pairs: singular, plural."""

ATTRIBUTES: Mapping[str, Words] = MappingProxyType(
    {
        "kind": KINDS,
        "background": BACKGROUNDS,
        "light": LIGHTS,
        "finish": FINISHES,
        "count": COUNTS,
        "colour": COLOURS,
        "noun": NOUNS,
    }
)
"""Every attribute of a scene with its possible values, in the order in which heads and reports name them."""


def values(attribute: str) -> tuple[str, ...]:
    """The values an attribute can take, in a fixed order."""
    return tuple(ATTRIBUTES[attribute])
