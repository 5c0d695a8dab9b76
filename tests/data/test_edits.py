"""Edits of recipes: exact sizes, the right pixels, and a reduced decode that looks like the whole one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from nodegraph.data.edits import Blur, Cover, Crop, Cut, Edit, Jitter, Mirror, Resize, Rotate, edited, size_after
from nodegraph.data.pixels import decode, decode_full, read_header
from nodegraph.data.recipe import Recipe
from nodegraph.measures import Pixels
from tests.data.edits import EDITS, SHARES
from tests.data.pictures import encoded, noise


def values(image: Image.Image) -> np.ndarray:
    return np.asarray(image.convert("RGB"), int)


@settings(max_examples=150)
@given(EDITS, st.integers(1, 60), st.integers(1, 60))
def test_the_size_after_edits_is_known_before(edits: tuple[Edit, ...], width: int, height: int) -> None:
    assert edited(noise(width, height), edits).size == size_after(edits, (width, height))


@settings(max_examples=25)
@given(EDITS)
def test_decode_full_and_the_header_tell_the_same_size(
    tmp_path_factory: pytest.TempPathFactory, edits: tuple[Edit, ...]
) -> None:
    path = tmp_path_factory.getbasetemp() / "edited"
    path.write_bytes(encoded(noise(120, 80), "PNG"))
    recipe = Recipe(edits=edits)
    header = read_header(path, recipe)
    assert decode_full(path, recipe).size == (header.width, header.height)


def file_of(folder: Path, image: Image.Image, format: str = "PNG", **options: object) -> Path:
    path = folder / "picture"
    path.write_bytes(encoded(image, format, **options))
    return path


@pytest.mark.parametrize(
    "edits",
    [
        (Mirror(),),
        (Rotate(2.5),),
        (Jitter(1.1, 0.9, 1.1),),
        (Blur(((0.1, 0.2, 0.3, 0.4),)),),
        (Crop(0.25, 0.1, 0.5, 0.7), Mirror()),
        (Cover(1800, 1800), Jitter(0.95, 1.0, 1.0)),
        (Blur(((0.4, 0.4, 0.2, 0.2),)), Resize(1600, 900)),
    ],
    ids=lambda edits: "+".join(edit.name for edit in edits),
)
@pytest.mark.parametrize("format", ["PNG", "JPEG"])
def test_the_reduced_decode_looks_like_the_whole_one_made_smaller(
    tmp_path: Path, edits: tuple[Edit, ...], format: str
) -> None:
    path = file_of(tmp_path, noise(2200, 1500), format)
    recipe = Recipe(edits=edits)
    whole, reduced = decode_full(path, recipe), decode(path, recipe).image
    assert 720 <= max(reduced.size) < 1440
    assert np.abs(values(whole.resize(reduced.size, Image.Resampling.BOX)) - values(reduced)).mean() < 2.0


def test_a_small_crop_of_a_large_picture_keeps_its_pixels(tmp_path: Path) -> None:
    path = file_of(tmp_path, noise(3000, 2000))
    found = decode(path, Recipe(edits=(Cut(100, 50, 640, 480),)))
    assert found.image.size == (640, 480)
    assert (values(found.image) == values(decode_full(path, Recipe()).crop((100, 50, 740, 530)))).all()
    assert found.pixels(Pixels("L", 64)).shape == (48, 64)


@given(SHARES, SHARES)
def test_a_cover_at_its_own_scale_only_cuts(x: float, y: float) -> None:
    image = noise(61, 40)
    cut = edited(image, (Cover(30, 40, x, y),))
    found = values(cut)
    assert any((found == values(image)[:, left : left + 30]).all() for left in range(32))


@pytest.mark.parametrize(("size", "wanted"), [((400, 100), (100, 50)), ((90, 150), (120, 120)), ((77, 50), (32, 48))])
def test_a_cover_is_a_scaled_picture_cut_the_same_from_both_sides(
    size: tuple[int, int], wanted: tuple[int, int]
) -> None:
    image = noise(*size)
    scale = max(wanted[0] / size[0], wanted[1] / size[1])
    whole = image.resize((round(size[0] * scale), round(size[1] * scale)), Image.Resampling.LANCZOS)
    left, top = (whole.width - wanted[0]) // 2, (whole.height - wanted[1]) // 2
    middle = whole.crop((left, top, left + wanted[0], top + wanted[1]))
    assert np.abs(values(edited(image, (Cover(*wanted),))) - values(middle)).mean() < 0.6


@pytest.mark.parametrize("degrees", [-30.0, -3.0, 3.0, 30.0])
def test_a_rotation_turns_like_pillow_and_leaves_no_empty_corner(degrees: float) -> None:
    white = edited(Image.new("RGB", (90, 60), "white"), (Rotate(degrees),))
    assert values(white).min() == 255
    marked = Image.new("RGB", (200, 200))
    marked.paste("white", (140, 95, 150, 105))  # right of the middle, by 45
    spot = np.argwhere(values(edited(marked, (Rotate(degrees),)))[..., 0] > 128).mean(axis=0) - 99.5
    turned = np.argwhere(values(marked.rotate(degrees, Image.Resampling.BICUBIC))[..., 0] > 128).mean(axis=0) - 99.5
    assert np.degrees(np.arctan2(*spot)) == pytest.approx(np.degrees(np.arctan2(*turned)), abs=1)


def test_a_blurred_box_holds_nothing_of_what_was_there_and_the_rest_is_untouched() -> None:
    image = noise(200, 100)
    checks = np.indices((50, 100)).sum(axis=0) % 2 * 255
    image.paste(Image.fromarray(checks.astype(np.uint8)).convert("RGB"), (50, 25))
    found = values(edited(image, (Blur(((0.25, 0.25, 0.5, 0.5),)),)))
    inside = found[25:75, 50:150]
    assert np.abs(inside - 127.5).max() <= 8  # black and white checks average to grey
    found[25:75, 50:150] = values(image)[25:75, 50:150]
    assert (found == values(image)).all()


def test_edits_are_done_on_the_upright_picture_unless_exif_is_off(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    path = file_of(tmp_path, noise(90, 60), "JPEG", exif=exif)
    half = (Crop(0, 0, 1, 0.5),)
    assert decode_full(path, Recipe(edits=half)).size == (60, 45)
    assert decode_full(path, Recipe(exif=False, edits=half)).size == (90, 30)
    header = read_header(path, Recipe(exif=False))
    assert (header.width, header.height, header.orientation) == (90, 60, 6)


def test_a_colour_profile_is_followed_unless_it_is_off(tmp_path: Path) -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    # an sRGB profile whose red and blue primaries are swapped gives other colours when it is followed
    swapped = lab.replace(b"rXYZ", b"tXYZ").replace(b"bXYZ", b"rXYZ").replace(b"tXYZ", b"bXYZ")
    path = file_of(tmp_path, Image.new("RGB", (8, 8), (200, 30, 60)), icc_profile=swapped)
    assert (values(decode_full(path, Recipe(icc=False))) == [200, 30, 60]).all()
    assert np.abs(values(decode_full(path, Recipe())) - [60, 30, 200]).max() <= 3
