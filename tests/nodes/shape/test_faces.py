"""Blur faces and focus on faces: from boxes to edits and points, and what is left of a face."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from nodegraph import Context, ImageSet, Values
from nodegraph.data.edits import Blur, Cover, edited, edits_text, parse_edits
from nodegraph.data.recipe import Recipe
from nodes.shape.blur_faces import blur_faces, blur_of
from nodes.shape.focus import focus, middle_of
from tests.data.pictures import noise
from tests.nodes.tables import images

SHARES = st.floats(0, 1)
BOXES = st.lists(st.tuples(SHARES, SHARES, SHARES, SHARES, st.floats(0.5, 1)).map(list), max_size=6)


def blurred(rows: ImageSet, boxes: list[list[list[float]]], **params: Any) -> tuple[dict[str, Any], list[str]]:
    said: list[str] = []
    found = Values([{"boxes": each} for each in boxes])
    result = blur_faces.function(rows, context=Context("node", notice=said.append), found=found, **params)
    return {name: values.to_list() for name, values in result.items()}, said


def test_faces_that_are_sure_enough_are_blurred_behind_the_edits_there_are() -> None:
    rows = images(2).with_columns({"recipe": [str(Recipe(edits=(Cover(640, 640),))), ""]})
    faces = [[0.4, 0.4, 0.2, 0.2, 0.9], [0.0, 0.0, 0.1, 0.1, 0.55]]
    found, said = blurred(rows, [faces, []], confidence=0.6, margin=0.5)
    assert Recipe.parse(found["recipe"][0]).edits == (Cover(640, 640), Blur(((0.3, 0.3, 0.4, 0.4),)))
    assert found["recipe"][1] == ""
    assert found["blurred_faces"] == [1, 0]
    assert said == ["Faces blurred: 1 in 1 of 2 pictures."]


@given(BOXES, st.floats(0, 1))
def test_every_face_lies_under_the_blur_and_the_blur_within_the_picture(
    boxes: list[list[float]], margin: float
) -> None:
    blur = blur_of(boxes, 0.5, margin)
    if blur is None:
        assert not boxes
        return
    assert parse_edits(edits_text([blur])) == (blur,)
    for face, (left, top, width, height) in zip(boxes, blur.boxes, strict=True):
        # to the ten-thousandth that recipes write
        assert left <= face[0] + 2e-4
        assert top <= face[1] + 2e-4
        assert left + width >= min(face[0] + face[2], 1) - 2e-4
        assert top + height >= min(face[1] + face[3], 1) - 2e-4


def test_more_faces_than_a_recipe_can_name_are_hidden_together() -> None:
    boxes = [[0.001 * number, 0.5, 0.01, 0.01, 0.9] for number in range(300)]
    blur = blur_of(boxes, 0.5, 0.0)
    assert blur is not None
    assert len(blur.boxes) == 256
    left, _, width, _ = blur.boxes[-1]
    assert (left, left + width) == pytest.approx((0.255, 0.309), abs=1e-3)


def test_nothing_of_a_face_is_left() -> None:
    face = [0.3, 0.3, 0.3, 0.4, 0.9]
    blur = blur_of([face], 0.5, 0.0)
    assert blur is not None
    inside = np.s_[60:140, 90:180]
    rng = np.random.default_rng(0)
    pixels = np.array(noise(300, 200))
    pixels[inside] = rng.integers(0, 256, (80, 90, 3))
    after = np.asarray(edited(Image.fromarray(pixels), [blur]))
    # of noise that spans all values, averages over 15 x 15 pixels lie close to the middle grey
    assert np.abs(after[inside].astype(int) - 127).max() < 40
    assert pixels[inside].std() > 70


def test_the_focus_is_the_middle_of_the_faces_large_ones_first() -> None:
    large, small = [0.0, 0.0, 0.4, 0.4, 0.9], [0.8, 0.8, 0.2, 0.2, 0.9]
    # areas 0.16 and 0.04 weigh the middles 0.2 and 0.9
    assert middle_of([large, small], 0.8) == pytest.approx((0.34, 0.34))
    assert middle_of([[0, 0, 1, 1, 0.6]], 0.8) is None
    found = focus.function(images(2), found=Values([{"boxes": [large]}, {"boxes": []}]))
    assert {name: values.to_list() for name, values in found.items()} == {
        "focus_x": [0.2, None],
        "focus_y": [0.2, None],
    }
