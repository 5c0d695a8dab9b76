"""The middle of a picture at its full size, for measures of what is lost when a picture is made smaller."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from nodegraph import Detail, Pixels
from nodegraph.data.pixels import Unreadable
from nodegraph.run.images import OpenImage


def checkers(width: int, height: int) -> Image.Image:
    """Black and white by turns, pixel by pixel, and grey when made smaller; its first column is red."""
    array = np.zeros((height, width, 3), np.uint8)
    array[(np.indices((height, width)).sum(axis=0) % 2) == 1] = 255
    array[:, 0] = (255, 0, 0)
    return Image.fromarray(array)


def opened(picture: Image.Image, path: Path, **how: object) -> OpenImage:
    picture.save(path, **how)
    return OpenImage(str(path), "", lambda _decoded: None)


@pytest.mark.parametrize("size", [(3000, 1600), (1000, 900)])
def test_a_large_pictures_middle_has_its_own_pixels(size: tuple[int, int], tmp_path: Path) -> None:
    picture = checkers(*size)
    found = opened(picture, tmp_path / "a.png").input_for(Detail("L", 64))
    left, top = ((side - 64) // 16 * 8 for side in size)  # a multiple of 8, so that blocks of a JPEG stay whole
    assert np.array_equal(found, np.asarray(picture.convert("L"))[top : top + 64, left : left + 64])
    assert set(np.unique(found)) == {0, 255}


def test_a_small_picture_comes_whole(tmp_path: Path) -> None:
    picture = checkers(40, 30)
    found = opened(picture, tmp_path / "a.png").input_for(Detail("RGB", 64))
    assert np.array_equal(found, np.asarray(picture))


def test_it_is_upright_read_only_and_decoded_once(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # stored on its side: its first column is its top row
    image = opened(checkers(30, 20), tmp_path / "a.png", exif=exif)
    found = image.input_for(Detail("RGB", 64))
    assert isinstance(found, np.ndarray)
    assert found.shape == (30, 20, 3)
    assert (found[0] == (255, 0, 0)).all()
    assert not found.flags.writeable
    (tmp_path / "a.png").unlink()
    assert image.input_for(Detail("RGB", 64)) is found


def test_a_broken_file_has_no_detail(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    image = OpenImage(str(tmp_path / "a.png"), "", lambda _decoded: None)
    with pytest.raises(Unreadable):
        image.input_for(Detail())
    with pytest.raises(Unreadable):
        image.input_for(Pixels())
