"""Augment: more rows of the training pictures, each a little different."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import numpy as np
import polars as pl

from nodegraph import Context, ImageSet, Main, Problem, Range, Rows, arrange
from nodegraph.data.edits import Edit, Jitter, Mirror, Rotate
from nodes.shape.recipes import with_edits
from nodes.training_columns import TRAIN, usual_split


def _check(params: Mapping[str, Any]) -> Sequence[Problem]:
    if params.get("flip", True) or params.get("rotate", 0) or params.get("colour", 0):
        return ()
    message = "Nothing is switched on by which a copy would differ, so no picture is added."
    return (Problem("no-change", message, "Switch the flip on, or allow some rotation.", severity="warning"),)


@arrange("shape/augment", rev=1, outputs=("images",), needs={"split": "text"}, check=_check)
def augment(
    images: ImageSet,
    *,
    context: Context,
    copies: Annotated[int, Range(1, 10), Main(), "How many copies of each training picture are added."] = 1,
    flip: Annotated[bool, Main(), "Mirror every second copy, beginning with the first."] = True,
    rotate: Annotated[float, Range(0, 3, 0.5, "°"), "Turn copies by up to this much to either side."] = 0.0,
    colour: Annotated[float, Range(0, 0.1, 0.01), "Change brightness, contrast and saturation by up to this."] = 0.0,
    seed: Annotated[int, Range(0, 2**32 - 1), "Another seed gives other copies; the same seed the same ones."] = 0,
) -> Rows:
    """Adds copies of the training pictures that are mirrored, turned or coloured a little differently.

    It helps small sets, of 20 pictures or so, against learning them by heart. Do not mirror what has a side: writing,
    logos, faces of one person with a parting, cars with a steering wheel in view. Rotation enlarges a picture just so
    much that no corner is empty.

    Put it after *Split*: pictures for validation are never copied. Copies have the caption and all columns of their
    picture, and names like "cat.jpg#flip1"; exports write them as files of their own. What comes out depends on the
    pictures' content and the seeds alone. A copy that would be equal to its picture or to another copy is left out.
    """
    taken = set(images.rids)
    rows: list[dict[str, Any]] = []
    trained = pl.Series([bool(split) and usual_split(split) == TRAIN for split in images["split"]], dtype=pl.Boolean)
    for row in images.table.filter(trained).sort("rid").iter_rows(named=True):
        seen: set[str] = {row["recipe"]}
        for number in range(1, copies + 1):
            random = context.random(seed, f"{row['cid']}#{number}")
            edits = _edits(random, mirrored=flip and number % 2 == 1, rotate=rotate, colour=colour)
            recipe = with_edits(row["recipe"], edits)
            if recipe in seen:
                continue
            seen.add(recipe)
            rows.append({**row, "rid": _name(row["rid"], edits, number, taken), "recipe": recipe})
    context.notice(f"Pictures added: {len(rows)}.")
    added = pl.DataFrame(rows, schema=images.table.schema)
    return Rows({"images": pl.concat([images.table, added])})


def _edits(random: np.random.Generator, *, mirrored: bool, rotate: float, colour: float) -> list[Edit]:
    degrees, *factors = random.uniform(-1, 1, 4).tolist()
    edits: list[Edit] = [Mirror()] if mirrored else []
    if rotate:
        edits.append(Rotate(degrees * rotate))
    if colour:
        edits.append(Jitter(*(1 + factor * colour for factor in factors)))
    return edits


_SAID = {"mirror": "flip", "rotate": "turn", "jitter": "colour"}


def _name(rid: str, edits: Sequence[Edit], number: int, taken: set[str]) -> str:
    """A name of its own, "cat.jpg#flip+turn2", even where the source has one like it."""
    name = f"{rid}#{'+'.join(_SAID[edit.name] for edit in edits)}{number}"
    while name in taken:
        name += "_"
    taken.add(name)
    return name


NODES = (augment,)
