"""JPEG's traces in pixels are held against the quality that a picture was really saved with."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from PIL.Image import Resampling, Transpose

from nodegraph import Detail, Values
from nodegraph.data.jpeg import quality as quality_of
from nodegraph.data.pixels import middle
from nodes.measures.jpeg import block_grid, block_waves, jpeg_traces
from nodes.quality.compression import jpeg_quality
from tests.nodes.natural import PHOTOS, as_jpeg, luma, photos, scene
from tests.nodes.tables import images


@pytest.mark.parametrize("quality", [5, 20, 40, 60, 80, 90, 95])
def test_the_quality_that_a_picture_was_saved_with_is_read_from_its_pixels(quality: int) -> None:
    assert jpeg_traces(luma(as_jpeg(scene(320, 240), quality)))["quality"] == quality


def test_a_picture_that_was_never_compressed_shows_no_trace() -> None:
    found = jpeg_traces(luma(scene(320, 240)))
    assert found["quality"] == 0
    assert found["blockiness"] < 0.5


def test_a_bad_jpeg_that_was_saved_again_as_a_good_one_is_still_seen() -> None:
    assert jpeg_traces(luma(as_jpeg(as_jpeg(scene(320, 240), 30), 95)))["quality"] == 30


def test_a_picture_cut_out_of_a_jpeg_or_turned_on_its_side_keeps_its_trace() -> None:
    picture = as_jpeg(scene(320, 240), 40)
    assert jpeg_traces(luma(picture)[3:, 5:])["quality"] == 40
    for way in (Transpose.ROTATE_90, Transpose.TRANSPOSE, Transpose.FLIP_LEFT_RIGHT):
        assert jpeg_traces(luma(picture.transpose(way)))["quality"] == 40


def test_making_it_smaller_takes_the_trace_away() -> None:
    smaller = as_jpeg(scene(640, 480), 40).resize((320, 240), Resampling.LANCZOS)
    assert jpeg_traces(luma(smaller))["quality"] == 0


def test_blocks_are_found_where_they_begin_and_stand_out_more_at_lower_quality() -> None:
    rough, fine = (luma(as_jpeg(scene(320, 240), quality)) for quality in (10, 60))
    assert block_grid(rough)[0] == 0
    assert block_grid(rough[:, 3:])[0] == 5
    assert jpeg_traces(rough)["blockiness"] > jpeg_traces(fine)["blockiness"] > 0.2


def test_the_waves_are_those_of_jpeg() -> None:
    flat = block_waves(np.full((16, 16), 200, np.uint8), 0, 0)
    assert flat[:, 0] == pytest.approx(8 * (200 - 128))  # the mean of a block weighs eightfold (T.81, A.3.3)
    assert np.abs(flat[:, 1:]).max() < 1e-3


@pytest.mark.parametrize("size", [(1, 1), (15, 400), (16, 16), (400, 20)])
def test_small_and_empty_pictures_show_no_trace(size: tuple[int, int]) -> None:
    assert jpeg_traces(np.full(size, 90, np.uint8)) == {"quality": 0, "blockiness": 0.0}


def test_photographs_show_the_quality_that_their_files_tell() -> None:
    if not PHOTOS.is_dir():
        pytest.skip("the photos of ../shared are not here")
    right = total = 0
    for path in sorted(PHOTOS.glob("imagenet_sample/**/*.jpg"))[::12]:
        picture = Image.open(path)
        told = quality_of(getattr(picture, "quantization", None))
        seen = jpeg_traces(middle(picture.convert("RGB"), Detail()))["quality"]
        total += 1
        right += told is not None and abs(told - seen) <= 1
    assert total >= 20
    assert right / total >= 0.85


def test_photographs_made_smaller_show_none_and_saved_as_png_from_a_jpeg_they_do() -> None:
    for photo in photos(8, 480):
        small = photo.resize((photo.width // 2, photo.height // 2), Resampling.LANCZOS)
        assert jpeg_traces(luma(small))["quality"] == 0
        assert jpeg_traces(luma(as_jpeg(small, 50)))["quality"] in (0, 49, 50, 51)


def test_the_score_is_the_lower_of_what_file_and_pixels_tell() -> None:
    traces = [{"quality": seen, "blockiness": 0.12345} for seen in (30, 0, 0, 95)]
    told = [{"jpeg_quality": value} for value in (None, 80, None, 92)]
    found = jpeg_quality.function(images(4), traces=Values(traces), header=Values(told))
    assert found["jpeg_score"].to_list() == [0.3, 0.8, 1.0, 0.92]
    assert found["jpeg_seen"].to_list() == [30, None, None, 95]
    assert found["blockiness"].to_list() == [0.123] * 4
