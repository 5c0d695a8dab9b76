"""Hashes: the bits that imagehash gives, those of mirrored and turned pictures, and pictures with nothing to see."""

from __future__ import annotations

from typing import Any

import imagehash
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from nodes.measures.hashes import ORIENTATIONS, detail, frequencies, image_hash, unsigned

LIBRARY = {"phash": imagehash.phash, "dhash": imagehash.dhash, "whash": imagehash.whash}
TURNS: dict[str, Any] = {
    "mirror": Image.Transpose.FLIP_LEFT_RIGHT,
    "flip": Image.Transpose.FLIP_TOP_BOTTOM,
    "turn_180": Image.Transpose.ROTATE_180,
    "turn_90": Image.Transpose.ROTATE_90,
    "turn_270": Image.Transpose.ROTATE_270,
    "transpose": Image.Transpose.TRANSPOSE,
    "transverse": Image.Transpose.TRANSVERSE,
}


def scene(seed: int, size: tuple[int, int] = (256, 190)) -> Image.Image:
    random = np.random.default_rng(seed)
    picture = Image.new("L", size, int(random.integers(60, 200)))
    draw = ImageDraw.Draw(picture)
    for _ in range(25):
        x, y = (int(random.integers(-40, side)) for side in size)
        width, height = (int(value) for value in random.integers(10, 120, 2))
        shape = draw.ellipse if random.random() < 0.5 else draw.rectangle
        shape((x, y, x + width, y + height), fill=int(random.integers(0, 256)))
    return picture


def words(picture: Image.Image, method: str) -> dict[str, str]:
    return dict(zip(ORIENTATIONS, image_hash(picture, method=method)["hashes"].split(), strict=True))


def distance(one: str, other: str) -> int:
    a, b = unsigned([one, other])
    return int(np.bitwise_count(a ^ b))


@pytest.mark.parametrize("method", LIBRARY)
@pytest.mark.parametrize("size", [(256, 190), (190, 256), (256, 3), (1, 1), (40, 40)])
def test_the_upright_hash_is_that_of_imagehash(method: str, size: tuple[int, int]) -> None:
    for seed in range(5):
        picture = scene(seed, size)
        assert words(picture, method)["upright"] == str(LIBRARY[method](picture))


@pytest.mark.parametrize("method", LIBRARY)
@pytest.mark.parametrize("turn", ["mirror", "flip", "turn_180"])
def test_the_hash_of_the_mirrored_picture_is_known_bit_for_bit(method: str, turn: str) -> None:
    for seed in range(10):
        picture = scene(seed)
        assert words(picture, method)[turn] == str(LIBRARY[method](picture.transpose(TURNS[turn])))


@pytest.mark.parametrize("turn", ["turn_90", "turn_270", "transpose", "transverse"])
def test_the_hash_of_the_turned_picture_is_known_within_two_bits(turn: str) -> None:
    for seed in range(10):
        picture = scene(seed)
        real = str(imagehash.phash(picture.transpose(TURNS[turn])))
        assert distance(words(picture, "phash")[turn], real) <= 2


@pytest.mark.parametrize(
    "flat",
    [
        np.full((100, 100), 0, np.uint8),
        np.full((100, 100), 255, np.uint8),
        np.full((1, 1), 90, np.uint8),
        np.tile(np.arange(256, dtype=np.uint8), (200, 1)),
    ],
    ids=["black", "white", "one pixel", "gradient"],
)
def test_a_picture_with_nothing_to_see_has_no_detail(flat: NDArray[np.uint8]) -> None:
    assert detail(frequencies(Image.fromarray(flat))) < 0.5


def test_a_scene_has_detail_even_when_it_is_dark_and_flat() -> None:
    faint = scene(1).point([level // 8 for level in range(256)])
    assert detail(frequencies(faint)) > 1.5


def test_noise_of_one_grey_level_has_the_detail_the_documentation_says() -> None:
    noise = np.random.default_rng(0).normal(128, 12, (32, 32)).round().astype(np.uint8)
    assert detail(frequencies(Image.fromarray(noise))) / 12 == pytest.approx(0.67, abs=0.15)
