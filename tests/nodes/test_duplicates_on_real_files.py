"""Finders of duplicates on the hostile folder with ground truth: what each finds, and that no stranger is joined."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from nodegraph import Context, ImageSet, Keep, Pixels, Values
from nodegraph.data.pixels import Unavailable, Unreadable, decode
from nodegraph.data.recipe import Recipe
from nodes.duplicates.crops import by_crops
from nodes.duplicates.hashes import by_hash
from nodes.measures.crops import grey_square, picture_shape, window_hashes
from nodes.measures.hashes import image_hash
from tests.benchmarks.duplicates import Pair, recalls, strangers

MESSY = Path(__file__).parents[2] / ".." / "shared" / "data" / "messy"

pytestmark = pytest.mark.skipif(not MESSY.is_dir(), reason=f"the folder {MESSY} is not there")

CONTEXT = Context("duplicates")

Find = Callable[..., set[Pair]]


@pytest.fixture(scope="module")
def truth() -> dict[str, Any]:
    return json.loads((MESSY / "groundtruth.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def measured(truth: dict[str, Any]) -> tuple[ImageSet, dict[str, Values]]:
    rows: list[dict[str, str]] = []
    values: dict[str, list[Any]] = {"hash": [], "windows": [], "square": [], "shape": []}
    for rid, file in sorted(truth["files"].items()):
        if file["policy"] in ("ignore", "bomb"):
            continue
        try:
            decoded = decode(MESSY / rid, Recipe())
        except (Unreadable, Unavailable):
            continue
        pixels = decoded.pixels(Pixels("L", 256))
        values["hash"].append(image_hash(decoded.picture(Pixels("L", 256)), method="phash"))
        values["windows"].append(window_hashes(pixels))
        values["square"].append(grey_square(pixels))
        values["shape"].append(picture_shape(pixels))
        rows.append({"rid": rid, "cid": file["sha256"], "path": str(MESSY / rid), "recipe": ""})
    return ImageSet(pl.DataFrame(rows)), {name: Values(found) for name, found in values.items()}


@pytest.fixture(scope="module")
def hashed(measured: tuple[ImageSet, dict[str, Values]]) -> Find:
    images, values = measured
    return lambda **params: together(images, by_hash.function(images, context=CONTEXT, hashes=values["hash"], **params))


@pytest.fixture(scope="module")
def cropped(measured: tuple[ImageSet, dict[str, Values]]) -> set[Pair]:
    images, values = measured
    taken = {"hashes": values["windows"], "squares": values["square"], "shapes": values["shape"]}
    return together(images, by_crops.function(images, context=CONTEXT, **taken))


def together(images: ImageSet, verdict: Keep) -> set[Pair]:
    """All pairs in one group."""
    groups = images.with_columns(verdict.columns).table.filter(pl.col("duplicate_group").is_not_null())
    members = groups.group_by("duplicate_group").agg("rid")["rid"].to_list()
    return {frozenset(pair) for rids in members for pair in combinations(rids, 2)}


def missed(truth: dict[str, Any], measured: tuple[ImageSet, Any], found: set[Pair]) -> set[str]:
    """Kinds of copies of which at least one pair was not found."""
    return {kind for kind, (there, seen) in recalls(truth, found, set(measured[0].rids)).items() if seen < there}


def test_every_ordinary_copy_is_found_by_its_hash(truth: dict[str, Any], measured: Any, hashed: Find) -> None:
    assert missed(truth, measured, hashed()) == {"crop_5", "crop_15", "border", "rotate_3deg", "rotate_90"}
    assert missed(truth, measured, hashed(rotations=True)) == {"crop_5", "crop_15", "border", "rotate_3deg"}


def test_crops_borders_and_small_turns_are_found_by_a_close_look(
    truth: dict[str, Any], measured: Any, cropped: set[Pair]
) -> None:
    assert missed(truth, measured, cropped) == {"mirror", "rotate_90"}


@pytest.mark.parametrize(("distance", "rotations"), [(6, False), (6, True), (10, True)])
def test_no_two_different_pictures_have_one_hash(
    truth: dict[str, Any], hashed: Find, distance: int, rotations: bool
) -> None:
    assert strangers(truth, hashed(distance=distance, rotations=rotations)) == []


def test_no_two_different_pictures_are_taken_for_crops(truth: dict[str, Any], cropped: set[Pair]) -> None:
    assert strangers(truth, cropped) == []


def test_no_hard_negative_is_a_duplicate(truth: dict[str, Any], hashed: Find, cropped: set[Pair]) -> None:
    hard = {frozenset((pair["a"], pair["b"])) for pair in truth["hard_negatives"]}
    assert hard & (hashed(distance=10, rotations=True) | cropped) == set()
