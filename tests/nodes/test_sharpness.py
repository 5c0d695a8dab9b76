"""The sharpness measure and node, and the probe node."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFilter
from scipy import ndimage

from nodegraph import Values
from nodes.measures.sharpness import sharpness as sharpness_measure
from nodes.quality.sharpness import sharpness
from tests.nodes.golden.pictures import golden_pictures
from tests.nodes.tables import images


def test_a_blurred_picture_is_less_sharp() -> None:
    grey = golden_pictures()["scene"].convert("L")
    values = [sharpness_measure(np.asarray(grey.filter(ImageFilter.GaussianBlur(radius)))) for radius in (0, 1, 2, 4)]
    assert values == sorted(values, reverse=True)
    assert values[0] > 20 * values[-1]


def test_an_enlarged_picture_is_less_sharp() -> None:
    grey = golden_pictures()["scene"].convert("L")
    enlarged = grey.resize((grey.width * 4, grey.height * 4), Image.Resampling.BICUBIC)
    assert sharpness_measure(np.asarray(enlarged)) < sharpness_measure(np.asarray(grey)) / 4


def test_a_flat_picture_has_no_sharpness() -> None:
    assert sharpness_measure(np.full((20, 30), 77, np.uint8)) == 0.0


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_sharpness_is_the_variance_of_the_mirrored_laplacian(data: st.DataObject) -> None:
    height, width = data.draw(st.integers(2, 10)), data.draw(st.integers(2, 10))
    levels = data.draw(st.lists(st.integers(0, 255), min_size=height * width, max_size=height * width))
    picture = np.array(levels, np.uint8).reshape(height, width)
    laplacian = ndimage.laplace(picture.astype(np.float64), mode="mirror")
    assert sharpness_measure(picture) == pytest.approx(laplacian.var())


def test_a_picture_of_one_line_has_a_sharpness() -> None:
    assert sharpness_measure(np.array([[0, 255, 0]], np.uint8)) > 0


def test_the_node_gives_the_measure_as_its_column() -> None:
    assert sharpness.function(images(2), measured=Values([3.5, 0.0]))["sharpness"].to_list() == [3.5, 0.0]
