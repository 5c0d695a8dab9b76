"""Recipes as values and as text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph.data.edits import Cover
from nodegraph.data.recipe import Recipe
from tests.data.edits import EDITS

RECIPES = st.builds(
    Recipe,
    alpha_colour=st.from_regex(r"#[0-9a-fA-F]{6}", fullmatch=True),
    accept_truncated=st.booleans(),
    max_megapixels=st.integers(1, 5000),
    exif=st.booleans(),
    icc=st.booleans(),
    edits=EDITS,
)


def test_the_default_recipe_is_an_empty_text() -> None:
    assert str(Recipe()) == ""
    assert Recipe.parse("") == Recipe()


@given(RECIPES)
def test_a_recipe_comes_back_from_its_text(recipe: Recipe) -> None:
    assert Recipe.parse(str(recipe)) == recipe


@pytest.mark.parametrize(
    "text",
    [
        "nonsense", "max_megapixels=0", "max_megapixels=200", "alpha_colour=red", "x=1", "exif=1", "icc=2",
        "edits=", "edits=fly", "edits=crop_1", "edits=crop_0_0_1_1.0", "edits=rotate_-0", "edits=rotate_46",
        "edits=cut_-1_0_5_5", "edits=resize_0_5", "edits=resize_99999_5", "edits=resize_1.5_2", "edits=blur",
        "edits=blur_0_0_1", "edits=mirror_1", "edits=jitter_1_1_9", "edits=rotate_nan", "edits=~mirror",
        "edits=" + "~".join(["mirror"] * 17), "edits=cover_16000_16000_0.5_0.5",
    ],
)  # fmt: skip
def test_a_text_that_no_recipe_wrote_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a recipe"):
        Recipe.parse(text)


def test_edits_are_added_behind_those_that_are_there() -> None:
    recipe = Recipe.parse("exif=0&edits=mirror").then(Cover(832, 1216))
    assert str(recipe) == "exif=0&edits=mirror~cover_832_1216_0.5_0.5"
