"""Orientation and colour: how files become pictures, where the source's way is not the one that is wanted."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from nodegraph import Colour, Columns, ImageSet, Main, scorer
from nodegraph.data.recipe import Recipe
from nodes.shape.recipes import recipes


@scorer("inspect/colour", rev=1, title="Orientation & colour", whole_set=True)
def colour(
    images: ImageSet,
    *,
    alpha_colour: Annotated[str, Colour(), Main(), "Transparent parts are laid on this colour."] = "#ffffff",
    exif: Annotated[bool, Main(), "Turn pictures upright as their camera noted it."] = True,
    icc: Annotated[bool, Main(), "Follow colour profiles, so that colours are those that were meant."] = True,
) -> Columns:
    """Sets how files become pictures: rotation, colour profile, and what is behind transparent parts.

    The usual way, which this node starts with, is right for nearly every set: pictures are turned as the camera noted
    it, colours are converted to sRGB by their profile, transparency becomes white. Choose a grey or a colour of your
    subject's surroundings where white would be learnt; switch rotation or profiles off for files whose notes are
    wrong. TIFF and HEIF pictures are always upright.

    It holds for everything below this node, exports included; nodes above have seen the picture as it was.
    """
    ways = {
        text: str(replace(Recipe.parse(text), alpha_colour=alpha_colour, exif=exif, icc=icc))
        for text in images["recipe"].unique().to_list()
    }
    return {"recipe": recipes([ways[text] for text in images["recipe"].to_list()])}


NODES = (colour,)
