"""Augment: copies of training pictures alone, with names of their own, the same each time."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nodegraph import Context, ImageSet
from nodegraph.data.edits import Jitter, Mirror, Rotate
from nodegraph.data.recipe import Recipe
from nodes.shape.augment import augment
from tests.nodes.tables import images, shuffled


def augmented(rows: ImageSet, **params: Any) -> dict[str, dict[str, Any]]:
    result = augment.function(rows, context=Context("node", seed=1), **params)
    assert result.tables["images"]["rid"].is_unique().all()
    return {row["rid"]: row for row in result.tables["images"].iter_rows(named=True)}


def test_pictures_for_validation_are_never_copied() -> None:
    rows = images(["a.jpg", "b.jpg", "c.jpg"], split=["train", "validation", None], caption=["one", "two", None])
    found = augmented(rows)
    assert set(found) == {"a.jpg", "b.jpg", "c.jpg", "a.jpg#flip1"}
    assert found["a.jpg#flip1"] == {**found["a.jpg"], "rid": "a.jpg#flip1", "recipe": "edits=mirror"}


def test_copies_that_would_be_equal_are_left_out() -> None:
    assert len(augmented(images(1, split=["train"]), copies=5)) == 2
    assert len(augmented(images(1, split=["train"]), copies=5, rotate=2.0)) == 6
    assert len(augmented(images(1, split=["train"]), copies=5, flip=False)) == 1


@pytest.mark.parametrize("name", ["a.jpg#flip1", "a.jpg#flip1_"])
def test_a_picture_that_has_the_name_already_keeps_it(name: str) -> None:
    found = augmented(images(["a.jpg", name], split=["train", "validation"]))
    assert found[name]["recipe"] == ""
    assert len(found) == 3


@settings(max_examples=40)
@given(st.integers(1, 10), st.floats(0, 3), st.floats(0, 0.1), st.integers(0, 3), st.randoms(use_true_random=False))
def test_copies_stay_within_the_limits_and_are_the_same_in_any_order(
    copies: int, rotate: float, colour: float, seed: int, random: Any
) -> None:
    rows = images(4, split=["train"] * 4)
    params = {"copies": copies, "rotate": rotate, "colour": colour, "seed": seed}
    found = augmented(rows, **params)
    order = list(range(4))
    random.shuffle(order)
    assert augmented(shuffled(rows, order), **params) == found
    for edit in (edit for row in found.values() for edit in Recipe.parse(row["recipe"]).edits):
        assert isinstance(edit, Mirror | Rotate | Jitter)
        if isinstance(edit, Rotate):
            assert abs(edit.degrees) <= rotate + 1e-4
        if isinstance(edit, Jitter):
            assert max(abs(factor - 1) for factor in (edit.brightness, edit.contrast, edit.saturation)) <= colour + 1e-4


def test_wiring_says_that_nothing_is_switched_on() -> None:
    assert [found.code for found in augment.check({"flip": False})] == ["no-change"]
    assert augment.check({}) == ()
    assert augment.needs({}) == {"split": "text"}


def test_no_pictures_have_no_copies() -> None:
    assert augmented(images(0, split=[])) == {}
