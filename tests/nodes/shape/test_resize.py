"""Resize / crop and orientation & colour: what they write into recipes, and what comes out of a decode."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph import Context, ImageSet, ProblemError, Values
from nodegraph.data.edits import Cover, Cut, Mirror, size_after
from nodegraph.data.recipe import Recipe
from nodes.shape.colour import colour
from nodes.shape.resize import edits_for, resize
from tests.nodes.tables import images

SIDES = st.integers(1, 6000)


def resized(rows: ImageSet, sizes: list[tuple[int, int]], **params: Any) -> tuple[dict[str, Any], list[str]]:
    said: list[str] = []
    header = Values([{"width": width, "height": height} for width, height in sizes])
    found = resize.function(rows, context=Context("node", notice=said.append), header=header, **params)
    return {name: values.to_list() for name, values in found.items()}, said


def edits_of(text: str) -> tuple[Any, ...]:
    return Recipe.parse(text).edits


def test_each_picture_covers_its_own_bucket() -> None:
    rows = images(3, bucket_width=[832, 1024, None], bucket_height=[1216, 1024, None])
    found, said = resized(rows, [(2000, 3000), (1024, 1024), (63, 900)])
    assert [edits_of(text) for text in found["recipe"]] == [(Cover(832, 1216),), (), ()]
    assert (found["width"], found["height"]) == ([832, 1024, 63], [1216, 1024, 900])
    assert said == []


def test_a_picture_too_small_is_cut_to_shape_and_keeps_its_pixels() -> None:
    rows = images(1, bucket_width=[1024], bucket_height=[1024])
    found, said = resized(rows, [(600, 400)], keep="right")
    assert edits_of(found["recipe"][0]) == (Cut(200, 0, 400, 400),)
    assert (found["width"], found["height"]) == ([400], [400])
    assert said == ["Pictures smaller than wanted, which were only cut to shape: 1 of 1."]


def test_a_picture_too_small_is_enlarged_where_that_is_allowed() -> None:
    found, _ = resized(images(1), [(600, 400)], to="size", width=1024, height=1024, upscale=True)
    assert edits_of(found["recipe"][0]) == (Cover(1024, 1024),)


def test_edits_are_added_behind_those_a_row_has() -> None:
    rows = images(1).with_columns({"recipe": [str(Recipe(icc=False, edits=(Mirror(),)))]})
    found, _ = resized(rows, [(4000, 3000)], to="size", width=640, height=640, keep="top")
    assert found["recipe"] == ["icc=0&edits=mirror~cover_640_640_0.5_0"]


def test_too_many_edits_are_a_problem() -> None:
    rows = images(1).with_columns({"recipe": [str(Recipe(edits=(Mirror(),) * 16))]})
    with pytest.raises(ProblemError, match="more than 16"):
        resized(rows, [(4000, 3000)], to="size")


@given(st.tuples(SIDES, SIDES), st.tuples(st.integers(16, 2048), st.integers(16, 2048)), st.booleans())
def test_the_size_is_the_wanted_one_or_its_shape_and_never_larger_than_the_picture(
    size: tuple[int, int], goal: tuple[int, int], upscale: bool
) -> None:
    after = size_after(edits_for(size, goal, (0.5, 0.5), upscale=upscale), size)
    if upscale or (size[0] >= goal[0] and size[1] >= goal[1]):
        assert after == goal
    else:
        assert after[0] <= size[0]
        assert after[1] <= size[1]
        # of the goal's shape but for the rounding of a side to whole pixels
        assert abs(after[0] * goal[1] - after[1] * goal[0]) <= max(goal)


def test_a_bucket_is_needed_only_where_it_is_used() -> None:
    assert set(resize.needs({"to": "bucket"})) == {"bucket_width", "bucket_height"}
    assert resize.needs({"to": "size"}) == {}


def test_colour_changes_how_files_are_decoded_and_leaves_the_rest_of_a_recipe() -> None:
    rows = images(2).with_columns({"recipe": ["", "max_megapixels=50&edits=mirror"]})
    found = colour.function(rows, alpha_colour="#808080", exif=False, icc=True)
    assert found["recipe"].to_list() == [
        "alpha_colour=%23808080&exif=0",
        "alpha_colour=%23808080&max_megapixels=50&exif=0&edits=mirror",
    ]
    assert colour.function(images(1))["recipe"].to_list() == [""]


def test_the_focus_stays_where_something_is_cut_off_and_the_middle_where_there_is_none() -> None:
    rows = images(3, focus_x=[0.9, None, 0.3], focus_y=[0.5, None, 0.5])
    found, _ = resized(rows, [(2000, 1000), (2000, 1000), (200, 100)], to="size", keep="focus", width=400, height=400)
    edits = [edits_of(text) for text in found["recipe"]]
    # of 200 x 100 the square around 0.3 * 200 = 60 begins at 10
    assert edits == [(Cover(400, 400, 0.9, 0.5),), (Cover(400, 400),), (Cut(10, 0, 100, 100),)]
    assert set(resize.needs({"to": "size", "keep": "focus"})) == {"focus_x", "focus_y"}
