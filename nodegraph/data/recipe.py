"""The recipe: how a file is decoded when not by default, as a value and as the text that rows carry."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from urllib.parse import parse_qsl, urlencode

from nodegraph.data.edits import MOST_EDITS, RESAMPLING, Edit, edits_text, parse_edits

COLOUR = re.compile(r"#[0-9a-f]{6}")


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a file is decoded, and what is done to its picture then.

    `alpha_colour`      "#rrggbb", the colour that transparent parts are laid on.
    `accept_truncated`  whether a file that is cut short or damaged is decoded as far as it goes, and flagged.
    `max_megapixels`    the largest picture that is decoded, in millions of stored pixels.
    `exif`              whether the picture is turned as its EXIF says; TIFF and HEIF are upright in any case.
    `icc`               whether its colour profile is followed.
    `edits`             what is done to the upright sRGB picture, in this order; at most 16.

    `str(recipe)` is "" by default, else the settings that differ, such as "accept_truncated=1&max_megapixels=50" or
    "exif=0&edits=cover_832_1216_0.5_0.5~mirror".
    """

    alpha_colour: str = "#ffffff"
    accept_truncated: bool = False
    max_megapixels: int = 200
    exif: bool = True
    icc: bool = True
    edits: tuple[Edit, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "alpha_colour", self.alpha_colour.lower())
        if not COLOUR.fullmatch(self.alpha_colour):
            raise ValueError(f"alpha_colour must look like #rrggbb, not {self.alpha_colour!r}")
        if self.max_megapixels < 1:
            raise ValueError(f"max_megapixels must be at least 1, not {self.max_megapixels}")
        if len(self.edits) > MOST_EDITS:
            raise ValueError(f"a recipe has at most {MOST_EDITS} edits, not {len(self.edits)}")

    @classmethod
    def parse(cls, text: str) -> Recipe:
        """The recipe that `str` wrote. Raises ValueError for any other text."""
        try:
            given = dict(parse_qsl(text, strict_parsing=True)) if text else {}
            recipe = cls(
                alpha_colour=given.get("alpha_colour", cls.default("alpha_colour")),
                accept_truncated=given.get("accept_truncated", "0") == "1",
                max_megapixels=int(given.get("max_megapixels", cls.default("max_megapixels"))),
                exif=given.get("exif", "1") == "1",
                icc=given.get("icc", "1") == "1",
                edits=parse_edits(given.get("edits", "")),
            )
        except ValueError as error:
            raise ValueError(f"not a recipe: {text!r}: {error}") from error
        if str(recipe) != text:
            raise ValueError(f"not a recipe: {text!r}")
        return recipe

    @classmethod
    def default(cls, name: str) -> str:
        """The default of a setting, as text."""
        return next(str(field.default) for field in fields(cls) if field.name == name)

    @property
    def colour(self) -> tuple[int, int, int]:
        """`alpha_colour` as red, green and blue from 0 to 255."""
        red, green, blue = bytes.fromhex(self.alpha_colour[1:])
        return red, green, blue

    @property
    def max_pixels(self) -> int:
        """`max_megapixels` in pixels."""
        return self.max_megapixels * 1_000_000

    @property
    def resamples(self) -> bool:
        """Whether an edit changes the picture's size, so that it must be done before the picture is made smaller."""
        return any(isinstance(edit, RESAMPLING) for edit in self.edits)

    def then(self, *edits: Edit) -> Recipe:
        """The same recipe with more edits after its own. Raises ValueError where they become too many."""
        return replace(self, edits=(*self.edits, *edits))

    def __str__(self) -> str:
        changed = {field.name: getattr(self, field.name) for field in fields(self)}
        changed = {name: value for name, value in changed.items() if str(value) != self.default(name)}
        if self.edits:
            changed["edits"] = edits_text(self.edits)
        return urlencode({name: int(value) if isinstance(value, bool) else value for name, value in changed.items()})
