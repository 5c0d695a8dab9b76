"""Enlarged pictures are found and their scale is told, on pictures of noise and on photographs enlarged here."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PIL.Image import Resampling

from nodegraph import Values
from nodes.measures.resolution import effective_scale, repeated_pixels
from nodes.quality.resolution import effective_resolution
from tests.nodes.natural import as_jpeg, luma, photos, scene
from tests.nodes.tables import images

WAYS = [Resampling.BICUBIC, Resampling.LANCZOS, Resampling.NEAREST]


def enlarged(picture: Any, scale: float, way: Resampling) -> Any:
    return picture.resize((round(picture.width * scale), round(picture.height * scale)), way)


@pytest.mark.parametrize("seed", range(4))
def test_a_picture_with_detail_down_to_its_pixels_was_not_enlarged(seed: int) -> None:
    assert effective_scale(luma(scene(500, 400, seed))) < 1.25


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
@pytest.mark.parametrize("scale", [2, 4])
def test_an_enlarged_pictures_scale_is_told_to_a_fifth(scale: int, way: Resampling) -> None:
    found = effective_scale(luma(enlarged(scene(240, 200), scale, way)))
    assert found == pytest.approx(scale, rel=0.2 if way is not Resampling.BICUBIC else 0.3)


@pytest.mark.parametrize("scale", [1.5, 2, 2.5, 3, 4, 5])
def test_repeated_pixels_are_counted_exactly(scale: float) -> None:
    assert repeated_pixels(luma(enlarged(scene(240, 200), scale, Resampling.NEAREST))) == pytest.approx(scale)


def test_pixels_repeated_along_one_side_alone_are_no_enlargement() -> None:
    assert repeated_pixels(np.repeat(luma(scene(200, 200)), 2, axis=1)) == 1


def test_enlargement_is_still_seen_in_a_jpeg() -> None:
    picture = as_jpeg(enlarged(scene(300, 240), 2, Resampling.LANCZOS), 85)
    assert effective_scale(luma(picture)) == pytest.approx(2, rel=0.2)


@pytest.mark.parametrize("quality", [10, 30, 60])
def test_blocks_of_a_jpeg_are_not_taken_for_enlargement(quality: int) -> None:
    assert effective_scale(luma(as_jpeg(scene(500, 400), quality))) < 1.25


def test_a_picture_of_one_colour_was_not_enlarged() -> None:
    assert effective_scale(np.full((300, 300), 77, np.uint8)) == 1


@pytest.mark.parametrize("size", [(1, 1), (127, 4000), (4000, 127)])
def test_a_picture_too_small_to_tell_is_not_judged(size: tuple[int, int]) -> None:
    assert effective_scale(np.zeros(size, np.uint8)) == 0


def test_of_photographs_enlarged_here_most_are_found_and_of_the_others_few() -> None:
    found: dict[object, list[float]] = {}
    for photo in photos(24, 360):
        half = photo.resize((photo.width // 2, photo.height // 2), Resampling.LANCZOS)
        half.thumbnail((400, 400), Resampling.LANCZOS)
        for scale, ways in ((1, WAYS[:1]), (2, WAYS), (4, WAYS[:2])):
            for way in ways:
                found.setdefault((scale, way.name), []).append(
                    effective_scale(luma(enlarged(half, scale, way) if scale > 1 else half))
                )
    judged = {key: np.array([value for value in values if value]) for key, values in found.items()}
    assert {key: values.size >= 20 for key, values in judged.items()} == dict.fromkeys(judged, True)
    shares = {key: float((values >= 1.25).mean()) for key, values in judged.items()}
    assert shares.pop((1, "BICUBIC")) <= 0.1
    assert min(shares.values()) >= 0.85
    assert float(np.median(judged[2, "LANCZOS"])) == pytest.approx(2, rel=0.2)
    assert float(np.median(judged[4, "LANCZOS"])) == pytest.approx(4, rel=0.2)


def test_the_node_gives_the_longer_side_that_the_detail_would_fill() -> None:
    sizes = [{"width": 1000, "height": 2048}, {"width": 640, "height": 480}, {"width": 90, "height": 60}]
    found = effective_resolution.function(images(3), scale=Values([2.0, 1.0, 0.0]), header=Values(sizes))
    assert {name: values.to_list() for name, values in found.items()} == {
        "effective_scale": [2.0, 1.0, None],
        "effective_side": [1024, 640, None],
    }


def test_an_empty_set_has_empty_columns() -> None:
    found = effective_resolution.function(images(0), scale=Values([]), header=Values([]))
    assert {name: values.to_list() for name, values in found.items()} == {"effective_scale": [], "effective_side": []}
