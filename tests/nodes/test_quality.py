"""The quality measure and nodes, held against CleanVision's own numbers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from nodegraph import Pixels, Values
from nodegraph.data.pixels import Decoded
from nodegraph.parameters import with_defaults
from nodes.measures.blur import blur
from nodes.measures.quality import brightness_percentiles, quality
from nodes.quality.issues import issue_scores, issues, odd_size
from tests.nodes.golden.pictures import golden_pictures
from tests.nodes.tables import images

GOLDEN = Path(__file__).parent / "golden"
PHOTOS = Path(__file__).parents[2] / ".." / "shared" / "data" / "photos"
PICTURES = golden_pictures()
NUMBERS: dict[str, dict[str, Any]] = json.loads((GOLDEN / "cleanvision.json").read_text())["numbers"]
THEIR_NAMES = {
    "dark_score": "dark_score",
    "light_score": "light_score",
    "blurry_score": "blurry_score",
    "information_score": "low_information_score",
    "aspect_score": "odd_aspect_ratio_score",
}
MEASURED_EXACTLY = 64
"""Up to this side blur is judged on the very picture that CleanVision makes."""

THEIR_FLAGS = {"is_odd_aspect": "is_odd_aspect_ratio", "is_greyscale": "is_grayscale"}


def facts(picture: Image.Image) -> dict[str, Any]:
    return {"mode": picture.mode, "width": picture.width, "height": picture.height}


def statistics(picture: Image.Image) -> dict[str, float]:
    return quality(picture.convert("RGB"))


def measured(pictures: Sequence[Image.Image]) -> dict[str, Values]:
    """What the node *Quality issues* takes of these pictures, made of them as in a run."""
    shown = [Decoded(picture.convert("RGB")) for picture in pictures]
    return {
        "measured": Values([quality(each.picture(Pixels("RGB", None))) for each in shown]),
        "blur": Values([blur(each.picture(Pixels("L", 256))) for each in shown]),
        "header": Values([facts(picture) for picture in pictures]),
    }


def issue_columns(pictures: dict[str, Image.Image], **given: Any) -> pl.DataFrame:
    found = issues.function(
        images(list(pictures)),
        **measured(list(pictures.values())),
        **with_defaults(issues.parameters, given),
    )
    return pl.DataFrame(found)


def assert_cleanvisions(picture: Image.Image, numbers: dict[str, Any], *, blur: float) -> None:
    """The scores are CleanVision's to the ninth decimal, that of blur within `blur` where the picture is large."""
    scores = issue_scores(**measured([picture]))
    ours = {name: float(found[0]) for name, found in scores.items()}
    theirs = {name: numbers[their] for name, their in THEIR_NAMES.items()}
    if max(picture.size) > MEASURED_EXACTLY:
        assert ours.pop("blurry_score") == pytest.approx(theirs.pop("blurry_score"), abs=blur)
    assert ours == pytest.approx(theirs, abs=1e-9)


@pytest.mark.parametrize("name", PICTURES)
def test_scores_are_cleanvisions(name: str) -> None:
    assert_cleanvisions(PICTURES[name], NUMBERS[name], blur=0.003)


def test_flags_at_the_default_limits_are_cleanvisions() -> None:
    found = issue_columns(PICTURES)
    flags = [name for name in found.columns if name.startswith("is_")]
    ours = dict(zip(PICTURES, found.select(flags).to_dicts(), strict=True))
    theirs = {picture: {flag: NUMBERS[picture][THEIR_FLAGS.get(flag, flag)] for flag in flags} for picture in PICTURES}
    assert ours == theirs


def test_the_golden_pictures_show_each_fault_and_its_absence() -> None:
    found = issue_columns(PICTURES)
    flags = [name for name in found.columns if name.startswith("is_")]
    assert {flag: set(found[flag]) for flag in flags} == {flag: {True, False} for flag in flags}


def test_odd_size_is_cleanvisions() -> None:
    sizes = [picture.size for picture in PICTURES.values()]
    given_set = images(list(PICTURES), width=[width for width, _ in sizes], height=[height for _, height in sizes])
    found = odd_size.function(given_set, spread=3.0)
    assert found["odd_size_score"].to_list() == pytest.approx([NUMBERS[n]["odd_size_score"] for n in PICTURES])
    assert found["is_odd_size"].to_list() == [NUMBERS[name]["is_odd_size"] for name in PICTURES]


def test_a_size_that_was_not_measured_has_no_score_and_changes_no_other() -> None:
    full = odd_size.function(images(3, width=[100, 200, 300], height=[100, 200, 300]), spread=3.0)
    gap = odd_size.function(images(4, width=[100, 200, None, 300], height=[100, 200, 50, 300]), spread=3.0)
    assert gap["odd_size_score"].to_list()[2] is None
    assert gap["is_odd_size"].to_list()[2] is None
    assert gap["odd_size_score"].drop_nulls().to_list() == full["odd_size_score"].to_list()


def test_in_a_set_of_one_size_only_another_size_is_odd() -> None:
    found = odd_size.function(images(6, width=[100] * 5 + [101], height=[100] * 6), spread=3.0)
    assert found["is_odd_size"].to_list() == [False] * 5 + [True]


def test_odd_size_takes_an_empty_set() -> None:
    found = odd_size.function(images(0, width=pl.Series([], dtype=pl.Int64), height=[]), spread=3.0)
    assert found["is_odd_size"].to_list() == []


def test_a_limit_moves_its_own_flag_and_nothing_else() -> None:
    usual, strict = issue_columns(PICTURES), issue_columns(PICTURES, dark=0.8)
    changed = [name for name in usual.columns if not usual[name].equals(strict[name])]
    assert changed == ["is_dark"]


def test_a_large_picture_is_measured_at_half_its_reduced_size() -> None:
    large = PICTURES["scene"].resize((960, 720), Image.Resampling.NEAREST)
    assert statistics(large) == statistics(large.reduce(2))


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_brightness_percentiles_are_numpys(data: st.DataObject) -> None:
    height, width = data.draw(st.integers(1, 12)), data.draw(st.integers(1, 12))
    flat = data.draw(st.lists(st.integers(0, 255), min_size=height * width * 3, max_size=height * width * 3))
    picture = np.array(flat, np.uint8).reshape(height, width, 3)
    brightness = np.sqrt(picture.astype(float) ** 2 @ [0.241, 0.691, 0.068]) / 255
    shown = Image.fromarray(picture)
    assert brightness_percentiles(shown, (5, 99)) == pytest.approx(list(np.percentile(brightness, [5, 99])))


def peer_python() -> str:
    """A Python that has cleanvision: this one, or the one that NODEGRAPH_PEER_PYTHON names."""
    found = os.environ.get("NODEGRAPH_PEER_PYTHON") or (sys.executable if find_spec("cleanvision") else "")
    if not found:
        pytest.skip("cleanvision is not installed here and NODEGRAPH_PEER_PYTHON names no Python that has it")
    return found


def ask_cleanvision(*files: str) -> dict[str, dict[str, Any]]:
    command = [peer_python(), str(GOLDEN / "ask_cleanvision.py"), *files]
    return json.loads(subprocess.run(command, check=True, capture_output=True, timeout=240).stdout)["numbers"]


@pytest.mark.peer
def test_cleanvision_still_gives_the_golden_numbers() -> None:
    answers = ask_cleanvision()
    assert answers.keys() == NUMBERS.keys()
    assert all(answers[name] == pytest.approx(NUMBERS[name], abs=1e-9) for name in NUMBERS)


@pytest.mark.peer
def test_photos_up_to_720_px_score_as_cleanvision_scores_them() -> None:
    if not PHOTOS.is_dir():
        pytest.skip("the photos of ../shared are not here")
    small: dict[Path, Image.Image] = {}
    for path in sorted(PHOTOS.glob("imagenet_sample/*"))[:60]:
        with Image.open(path) as picture:
            if max(picture.size) <= 720 and picture.mode == "RGB":
                small[path] = picture.copy()
    answers = ask_cleanvision(*map(str, small))
    assert len(answers) >= 20
    for path, picture in small.items():
        assert_cleanvisions(picture, answers[path.stem], blur=0.02)
