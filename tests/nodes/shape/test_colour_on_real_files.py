"""Orientation and profiles on real files, against means and sizes that were worked out without this program."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nodegraph.data.pixels import decode_full
from nodegraph.data.recipe import Recipe

MESSY = Path(__file__).parents[3] / ".." / "shared" / "data" / "messy"


def truth() -> dict[str, Any]:
    if not (MESSY / "groundtruth.json").is_file():
        pytest.skip("the messy folder of ../shared is not here")
    return json.loads((MESSY / "groundtruth.json").read_text("utf-8"))["files"]


def mean_of(name: str, recipe: Recipe) -> list[float]:
    return np.asarray(decode_full(MESSY / name, recipe), float).mean(axis=(0, 1)).tolist()


def test_a_profile_is_followed_or_left_alone_as_the_recipe_says() -> None:
    known = {name: file for name, file in truth().items() if "mean_if_profile_ignored" in file}
    assert known
    for name, file in known.items():
        assert mean_of(name, Recipe()) == pytest.approx(file["expected_srgb_mean"], abs=1.5), name
        assert mean_of(name, Recipe(icc=False)) == pytest.approx(file["mean_if_profile_ignored"], abs=1.5), name


def test_a_picture_is_turned_or_left_as_stored_as_the_recipe_says() -> None:
    known = {
        name: file
        for name, file in truth().items()
        if file.get("exif_orientation") in range(2, 9) and file.get("format") in ("JPEG", "PNG", "WEBP")
    }
    assert known
    for name, file in known.items():
        assert list(decode_full(MESSY / name, Recipe()).size) == file["upright_size"], name
        assert list(decode_full(MESSY / name, Recipe(exif=False)).size) == file["stored_size"], name
