"""Recipes of rows: more edits behind those that a row has."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from nodegraph import problem
from nodegraph.data.edits import MOST_EDITS, Edit
from nodegraph.data.recipe import Recipe


def with_edits(recipe: str, edits: Sequence[Edit]) -> str:
    """The text of a row's recipe with more edits. Raises ProblemError where they become too many."""
    if not edits:
        return recipe
    before = Recipe.parse(recipe)
    if len(before.edits) + len(edits) > MOST_EDITS:
        message = f"A picture would be edited more than {MOST_EDITS} times."
        raise problem("too-many-edits", message, "Take out some of the nodes above that edit pictures.")
    return str(before.then(*edits))


def recipes(texts: Sequence[str]) -> pl.Series:
    """The column of these recipes."""
    return pl.Series("recipe", texts, pl.String)
