"""Recipes as values and as text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph.data.recipe import Recipe

RECIPES = st.builds(
    Recipe,
    alpha_colour=st.from_regex(r"#[0-9a-fA-F]{6}", fullmatch=True),
    accept_truncated=st.booleans(),
    max_megapixels=st.integers(1, 5000),
)


def test_the_default_recipe_is_an_empty_text() -> None:
    assert str(Recipe()) == ""
    assert Recipe.parse("") == Recipe()


@given(RECIPES)
def test_a_recipe_comes_back_from_its_text(recipe: Recipe) -> None:
    assert Recipe.parse(str(recipe)) == recipe


@pytest.mark.parametrize("text", ["nonsense", "max_megapixels=0", "max_megapixels=200", "alpha_colour=red", "x=1"])
def test_a_text_that_no_recipe_wrote_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a recipe"):
        Recipe.parse(text)
