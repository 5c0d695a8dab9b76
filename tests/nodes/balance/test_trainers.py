"""Buckets of the trainers: their lists and their quirks, as the trainers' own code gives them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodes.balance.ai_toolkit import AiToolkit
from nodes.balance.onetrainer import OneTrainer
from nodes.balance.presets import PRESETS, bucketing
from nodes.balance.sd_scripts import SdScripts, make_bucket_resolutions

SIDES = st.integers(1, 12000)


def sizes(text: str) -> set[tuple[int, int]]:
    """The sizes of a text like "640x1536 704x1408" and the same turned."""
    pairs = [tuple(int(side) for side in word.split("x")) for word in text.split()]
    return {(w, h) for w, h in pairs} | {(h, w) for w, h in pairs}


@pytest.mark.parametrize(
    ("side", "least", "most", "step", "count"),
    [
        (512, 256, 1024, 64, 17), (1024, 256, 2048, 64, 41), (1024, 512, 2048, 64, 33), (1024, 640, 1536, 64, 17),
        (1024, 256, 1024, 64, 25), (1024, 256, 2048, 32, 81),
    ],
)  # fmt: skip
def test_sd_scripts_makes_as_many_buckets(side: int, least: int, most: int, step: int, count: int) -> None:
    found = make_bucket_resolutions((side, side), least, most, step)
    assert len(found) == count
    assert list(found) == sorted(found)


def test_sd_scripts_list_for_sdxl() -> None:
    wanted = sizes("640x1536 704x1408 704x1472 768x1280 768x1344 832x1216 896x1152 960x1088 1024x1024")
    assert set(make_bucket_resolutions((1024, 1024), 640, 1536, 64)) == wanted


def test_the_default_largest_side_makes_every_large_bucket_1024_along_one_side() -> None:
    assert all(1024 in bucket for bucket in make_bucket_resolutions((1024, 1024), 256, 1024, 64))


@pytest.mark.parametrize(
    ("size", "bucket"),
    [
        ((1050, 1080), (960, 960)), ((3072, 3000), (960, 960)), ((4000, 3000), (1088, 832)), ((300, 300), (256, 256)),
        ((63, 900), (0, 896)),
    ],
)  # fmt: skip
def test_sd_scripts_without_upscaling_loses_whole_steps(size: tuple[int, int], bucket: tuple[int, int]) -> None:
    assert SdScripts((1024, 1024), 256, 2048, 64, bucket_no_upscale=True).place(*size).bucket == bucket


@pytest.mark.parametrize(
    ("size", "bucket"), [((1050, 1080), (1024, 1024)), ((3072, 3000), (1024, 1024)), ((4000, 3000), (1152, 896))]
)
def test_sd_scripts_with_upscaling_takes_the_nearest_shape(size: tuple[int, int], bucket: tuple[int, int]) -> None:
    assert SdScripts((1024, 1024), 256, 2048).place(*size).bucket == bucket


def test_sd_scripts_scales_to_cover_and_tells_what_is_cut() -> None:
    placed = SdScripts((1024, 1024), 256, 2048).place(4000, 3000)
    # 4000 x 3000 covers 1152 x 896 at 896 / 3000, which makes it 1194.67 wide
    assert placed.scaled == (1195, 896)
    assert placed.crop == pytest.approx(1 - 1152 / 1195)
    assert placed.scale == pytest.approx(1195 / 4000)


def test_a_picture_as_large_as_a_bucket_is_left_as_it_is() -> None:
    placed = SdScripts((1024, 1024), 640, 1536).place(704, 1408)
    assert (placed.bucket, placed.scaled, placed.crop, placed.scale) == ((704, 1408), (704, 1408), 0.0, 1.0)


def test_limits_that_are_no_multiples_are_widened_to_some() -> None:
    assert SdScripts((512, 512), 300, 1000).buckets() == make_bucket_resolutions((512, 512), 256, 1024, 64)


def test_onetrainer_list_for_1024() -> None:
    wanted = sizes("512x2048 576x1792 576x1920 640x1600 704x1472 768x1344 832x1280 896x1152 1024x1024")
    assert set(OneTrainer(1024, 64).buckets()) == wanted


def test_onetrainer_takes_the_nearest_height_by_width() -> None:
    placed = OneTrainer(1024, 64).place(4000, 3000)
    # 0.75 is nearer to 896 / 1152 = 0.778 than to 832 / 1280 = 0.65
    assert (placed.bucket, placed.scaled) == ((1152, 896), (1195, 896))


@pytest.mark.parametrize(
    ("size", "divisibility", "bucket"),
    [
        ((1920, 1080), 16, (1360, 768)), ((1920, 1080), 32, (1344, 768)), ((800, 600), 16, (800, 592)),
        ((800, 600), 32, (800, 608)), ((512, 512), 16, (512, 512)), ((512, 512), 32, (512, 512)),
        ((1024, 1024), 32, (1024, 1024)), ((4096, 4096), 16, (1024, 1024)),
    ],
)  # fmt: skip
def test_ai_toolkit_buckets(size: tuple[int, int], divisibility: int, bucket: tuple[int, int]) -> None:
    assert AiToolkit(1024, divisibility).place(*size).bucket == bucket


@pytest.mark.parametrize("trainer", ["sd-scripts", "onetrainer", "ai-toolkit"])
@pytest.mark.parametrize("model", list(PRESETS))
@given(width=SIDES, height=SIDES, no_upscale=st.booleans())
def test_every_picture_is_placed_and_covers_its_bucket(
    trainer: str, model: str, width: int, height: int, no_upscale: bool
) -> None:
    rule = bucketing(trainer, model, no_upscale=no_upscale)  # type: ignore[arg-type]
    placed = rule.place(width, height)
    if placed.usable:
        assert 0 <= placed.crop < 1
        assert placed.scale > 0
        # an int() in sd-scripts' rounding may leave it short by a pixel
        assert all(scaled >= side - 1 for scaled, side in zip(placed.scaled, placed.bucket, strict=True))
    if isinstance(rule, SdScripts) and not no_upscale:
        assert placed.bucket in rule.buckets()
    if isinstance(rule, SdScripts) and no_upscale:
        assert placed.bucket[0] <= width + 64
        assert placed.bucket[1] <= height + 64
