"""Hash duplicates on the hostile folder with ground truth: what is found, and that no stranger is."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from nodegraph import ImageSet, Pixels, Values
from nodegraph.data.pixels import Unavailable, Unreadable, decode
from nodegraph.data.recipe import Recipe
from nodes.duplicates import by_hash
from nodes.measures.hashes import image_hash

MESSY = Path(__file__).parents[2] / ".." / "shared" / "data" / "messy"

pytestmark = pytest.mark.skipif(not MESSY.is_dir(), reason=f"the folder {MESSY} is not there")

CROPPED_OR_TURNED = {"crop_5", "crop_15", "border", "rotate_3deg", "rotate_90"}
"""What a hash of the whole picture misses at the default distance."""


@pytest.fixture(scope="module")
def truth() -> dict[str, Any]:
    return json.loads((MESSY / "groundtruth.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def measured(truth: dict[str, Any]) -> tuple[ImageSet, Values]:
    rows, values = [], []
    for rid, file in sorted(truth["files"].items()):
        if file["policy"] in ("ignore", "bomb"):
            continue
        try:
            pixels = decode(MESSY / rid, Recipe()).pixels(Pixels("L", 256))
        except (Unreadable, Unavailable):
            continue
        values.append(image_hash(pixels, method="phash"))
        rows.append({"rid": rid, "cid": file["sha256"], "path": str(MESSY / rid), "recipe": ""})
    return ImageSet(pl.DataFrame(rows)), Values(values)


def groups_found(images: ImageSet, hashes: Values, **params: Any) -> dict[str, str]:
    keep = by_hash.function(images, hashes=hashes, **params)
    names = keep.columns["duplicate_group"].to_list()
    return {rid: name for rid, name in zip(images.rids, names, strict=True) if name is not None}


def recall(truth: dict[str, Any], group_of: dict[str, str], rids: set[str]) -> dict[str, float]:
    found: dict[str, list[bool]] = defaultdict(list)
    for pair in truth["pairs"]:
        if pair["a"] in rids and pair["b"] in rids:
            same = group_of.get(pair["a"], "a") == group_of.get(pair["b"], "b")
            found[pair["kind"]].append(same)
    return {kind: float(np.mean(flags)) for kind, flags in found.items()}


def strangers(truth: dict[str, Any], group_of: dict[str, str]) -> list[tuple[str, str]]:
    """Pairs in one group whose files come of different photos, by the evaluation rule of the ground truth."""
    listed = {frozenset((pair["a"], pair["b"])) for pair in truth["pairs"]}
    together = [set(group) for group in truth["groups"]]
    members: dict[str, list[str]] = defaultdict(list)
    for rid, name in group_of.items():
        members[name].append(rid)
    wrong = []
    for rids in members.values():
        for index, a in enumerate(rids):
            for b in rids[index + 1 :]:
                origins = [truth["files"][rid].get("source_photo", rid) for rid in (a, b)]
                known = frozenset((a, b)) in listed or any(a in group and b in group for group in together)
                if not known and origins[0] != origins[1]:
                    wrong.append((a, b))
    return wrong


def test_every_ordinary_copy_is_found_at_the_default_settings(
    truth: dict[str, Any], measured: tuple[ImageSet, Values]
) -> None:
    images, hashes = measured
    by_kind = recall(truth, groups_found(images, hashes), set(images.rids))
    missed = {kind: share for kind, share in by_kind.items() if kind not in CROPPED_OR_TURNED and share < 0.99}
    assert missed == {}


def test_turned_copies_are_found_when_rotations_are_asked_for(
    truth: dict[str, Any], measured: tuple[ImageSet, Values]
) -> None:
    images, hashes = measured
    assert recall(truth, groups_found(images, hashes, rotations=True), set(images.rids))["rotate_90"] == 1.0
    assert recall(truth, groups_found(images, hashes), set(images.rids))["rotate_90"] == 0.0


@pytest.mark.parametrize(("distance", "rotations"), [(6, False), (6, True), (10, True)])
def test_no_two_different_pictures_are_taken_for_one(
    truth: dict[str, Any], measured: tuple[ImageSet, Values], distance: int, rotations: bool
) -> None:
    images, hashes = measured
    assert strangers(truth, groups_found(images, hashes, distance=distance, rotations=rotations)) == []


def test_no_hard_negative_is_a_duplicate(truth: dict[str, Any], measured: tuple[ImageSet, Values]) -> None:
    group_of = groups_found(*measured, distance=10, rotations=True)
    wrong = [p for p in truth["hard_negatives"] if group_of.get(p["a"], "a") == group_of.get(p["b"], "b")]
    assert wrong == []
