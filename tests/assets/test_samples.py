"""The sample pictures are what their truth says, and the script that made them makes them again."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, UnidentifiedImageError

from assets import asset
from assets.training.make_kohya_set import PICTURES, WORDS
from assets.training.make_samples import encoded, good_picture, planned_names, truth
from assets.training.painting import paint_cutout
from assets.training.sample_plan import CUTOUTS, SAMPLES

SAMPLES_FOLDER = asset("samples")
TRUTH: dict[str, dict[str, Any]] = json.loads(asset("samples.json").read_text(encoding="utf-8"))


def pixels(content: bytes) -> np.ndarray:
    return np.asarray(Image.open(BytesIO(content)).convert("RGBA"), np.int16)


def shipped(file: str) -> bytes:
    return (SAMPLES_FOLDER / file).read_bytes()


def planted(flaw: str) -> list[str]:
    found = [file for file, facts in TRUTH.items() if facts["planted"] == flaw]
    assert found, f"no file is planted as {flaw}"
    return found


def test_an_asset_outside_the_room_is_refused() -> None:
    with pytest.raises(FileNotFoundError):
        asset("../pyproject.toml")
    with pytest.raises(FileNotFoundError):
        asset("no such file")


@pytest.mark.parametrize("sample", SAMPLES[::9], ids=lambda sample: sample.file)
def test_a_sample_is_painted_again_the_same(sample: Any) -> None:
    """Another Pillow may pack the bytes differently, so the pixels are compared."""
    difference = np.abs(pixels(good_picture(sample)) - pixels(shipped(sample.file)))
    assert difference.mean() < 1.0


def test_a_cutout_is_painted_again_the_same_and_is_transparent() -> None:
    for sample in CUTOUTS:
        again = pixels(encoded(paint_cutout(sample.scene, sample.size), sample.file))
        assert np.array_equal(again, pixels(shipped(sample.file)))
        assert again[0, 0, 3] == 0


def test_the_folder_holds_exactly_the_planned_files() -> None:
    there = {path.relative_to(SAMPLES_FOLDER).as_posix() for path in SAMPLES_FOLDER.rglob("*") if path.is_file()}
    assert there == planned_names()


def test_the_truth_is_the_plan_and_names_every_picture() -> None:
    assert truth() == TRUTH
    captions = {Path(file).with_suffix(".txt").as_posix() for file in TRUTH}
    for path in SAMPLES_FOLDER.rglob("*"):
        file = path.relative_to(SAMPLES_FOLDER).as_posix()
        if path.is_file():
            assert file in TRUTH or file in captions


@pytest.mark.parametrize("file", TRUTH)
def test_a_file_opens_when_the_truth_says_so(file: str) -> None:
    if TRUTH[file]["opens"]:
        with Image.open(SAMPLES_FOLDER / file) as picture:
            picture.load()
    else:
        with pytest.raises((UnidentifiedImageError, OSError)), Image.open(SAMPLES_FOLDER / file) as picture:
            picture.load()


def test_a_sidecar_holds_what_the_truth_says() -> None:
    for file, facts in TRUTH.items():
        path = (SAMPLES_FOLDER / file).with_suffix(".txt")
        if (text := facts.get("sidecar")) is not None:
            assert path.read_text(encoding="utf-8") == text


def test_exact_copies_have_the_same_bytes_and_near_ones_do_not() -> None:
    copies = planted("exact_copy")
    for file, facts in TRUTH.items():
        if (original := facts["duplicate_of"]) is not None:
            assert (shipped(file) == shipped(original)) == (file in copies)


def test_the_flaws_are_in_the_pixels() -> None:
    for file in planted("dark"):
        assert pixels(shipped(file))[..., :3].mean() < 30
    for file in planted("overexposed"):
        assert pixels(shipped(file))[..., :3].mean() > 215
    for file in planted("tiny"):
        assert max(picture(file).size) <= 40
    for file in planted("greyscale"):
        assert picture(file).mode == "L"
    for file in planted("odd_aspect"):
        width, height = picture(file).size
        assert max(width / height, height / width) > 3
    for file in planted("blurred"):
        assert detail(file) < 0.2 * detail(TRUTH[file]["made_from"])
    for file in planted("exif_rotated"):
        assert picture(file).getexif()[0x0112] == 6


def picture(file: str) -> Image.Image:
    return Image.open(BytesIO(shipped(file)))


def detail(file: str) -> float:
    """The energy of the second differences, which blur takes away first."""
    grey = np.asarray(picture(file).convert("L"), np.float32)
    return float(sum((np.diff(grey, 2, axis=axis) ** 2).mean() for axis in (0, 1)))


def test_the_folder_stays_small() -> None:
    assert sum(path.stat().st_size for path in SAMPLES_FOLDER.rglob("*") if path.is_file()) < 3_000_000


def test_the_kohya_set_is_what_its_script_makes() -> None:
    home = asset("kohya-set")
    there = {path.relative_to(home).as_posix(): path.read_bytes() for path in home.rglob("*") if path.is_file()}
    planned = {name: shipped(sample) for name, sample in PICTURES.items()}
    assert there == planned | {name: text.encode() for name, text in WORDS.items()}
