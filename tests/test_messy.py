"""Hostile files, each handled as the ground truth that comes with them says. Nothing may crash, hang or be changed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nodegraph import Found
from nodegraph.data.content import content_ids
from nodegraph.data.pixels import Decoded, Unavailable, Unreadable, decode, extension_matches, read_header
from nodegraph.data.recipe import Recipe
from nodegraph.measures import Pixels
from nodes.sources import folder

DATA = Path(__file__).parents[1] / ".." / "shared" / "data"
MESSY, FORMATS = DATA / "messy", DATA / "formats"
PLAIN = Recipe()

pytestmark = pytest.mark.skipif(not MESSY.is_dir(), reason=f"the test pictures are not at {DATA}")


def outcome(path: str | Path, recipe: Recipe = PLAIN) -> Decoded | Unreadable | Unavailable:
    try:
        return decode(path, recipe)
    except (Unreadable, Unavailable) as error:
        return error


def digests(root: Path) -> dict[str, str]:
    return {str(path): sha256(path.read_bytes()).hexdigest() for path in root.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def truth() -> dict[str, Any]:
    return json.loads((MESSY / "groundtruth.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def before() -> dict[str, str]:
    return digests(MESSY)


@pytest.fixture(scope="module")
def source(before: dict[str, str]) -> Found:
    return folder.function(folder=str(MESSY.resolve()), include_hidden=True)


@pytest.fixture(scope="module")
def outcomes(source: Found) -> dict[str, Decoded | Unreadable | Unavailable]:
    return {row["rid"]: outcome(row["path"]) for row in source.table.iter_rows(named=True)}


def test_every_file_is_a_row_but_for_system_files(truth: dict[str, Any], source: Found) -> None:
    expected = {rid for rid, file in truth["files"].items() if file["policy"] != "ignore"}
    assert set(source.table["rid"]) == expected
    assert source.skipped == []


def test_every_file_is_decoded_or_refused_as_its_policy_says(truth: dict[str, Any], outcomes: dict[str, Any]) -> None:
    # "partial_ok": decoded and flagged, or refused; by default it is refused.
    good = {"ok": {True}, "ok_if_allowed": {True, False}, "unsupported": {False}}
    wrong = {
        rid: str(result)
        for rid, result in outcomes.items()
        if isinstance(result, Decoded) not in good.get(truth["files"][rid]["policy"], {False})
    }
    assert wrong == {}


def test_the_rule_of_a_refusal_is_the_issue_of_the_file(truth: dict[str, Any], outcomes: dict[str, Any]) -> None:
    rule_of = {
        "truncated": "truncated", "empty": "empty", "not_an_image": "not-an-image", "corrupt": "corrupt",
        "decompression_bomb": "too-large", "unsupported_format": "unsupported",
    }  # fmt: skip
    for rid, result in outcomes.items():
        if isinstance(result, Unreadable):
            assert result.rule in {rule_of.get(issue) for issue in truth["files"][rid]["issues"]}, rid
            assert result.reason


def test_damaged_files_are_flagged_where_they_are_accepted(truth: dict[str, Any]) -> None:
    partial = [rid for rid, file in truth["files"].items() if file["policy"] == "partial_ok"]
    flagged = {rid: outcome(MESSY / rid, Recipe(accept_truncated=True)) for rid in partial}
    assert {rid for rid, result in flagged.items() if not (isinstance(result, Decoded) and result.truncated)} == set()


def test_headers_say_what_the_files_are(truth: dict[str, Any], outcomes: dict[str, Any]) -> None:
    for rid, result in outcomes.items():
        file = truth["files"][rid]
        if not isinstance(result, Decoded):
            continue
        header = read_header(MESSY / rid, PLAIN)
        orientation = file.get("exif_orientation") or 1
        assert [header.width, header.height] == file["upright_size"], rid
        assert [header.stored_width, header.stored_height] == file["stored_size"], rid
        assert (header.mode, header.frames, header.has_alpha) == (file["mode"], file["frames"], file["has_alpha"]), rid
        assert header.orientation == (orientation if orientation <= 8 else 1), rid
        assert (header.icc is not None) == file["icc"], rid
        assert (extension_matches(rid, header.format)) == file["extension_matches"], rid
        assert max(result.image.size) == max(header.width, header.height) or max(result.image.size) >= 720, rid


def test_colours_are_what_the_profiles_mean(truth: dict[str, Any], outcomes: dict[str, Any]) -> None:
    checked = 0
    for rid, file in truth["files"].items():
        if "expected_srgb_mean" in file:
            mean = outcomes[rid].pixels(Pixels()).reshape(-1, 3).mean(axis=0)
            assert np.abs(mean - file["expected_srgb_mean"]).max() < 0.6, rid
            checked += 1
        if "expected_mean_luma" in file:
            assert abs(outcomes[rid].pixels(Pixels("L")).mean() - file["expected_mean_luma"]) < 0.6, rid
            checked += 1
    assert checked == 4


def test_captions_are_those_of_the_sidecars(truth: dict[str, Any], source: Found) -> None:
    captions = dict(zip(source.table["rid"], source.table["caption"], strict=True))
    for sidecar in truth["sidecars"]:
        if sidecar["image"] and not sidecar["sidecar"].endswith(".caption"):  # .txt goes before .caption
            assert captions[sidecar["image"]] == ((sidecar["expected"] or "").strip() or None), sidecar["sidecar"]
    assert any("captions/binary.txt" in notice for notice in source.notices)


def test_copies_have_one_content_id_and_no_two_others_have(truth: dict[str, Any], source: Found) -> None:
    cids = dict(zip(source.table["rid"], content_ids(source.table["path"].to_list()), strict=True))
    by_digest = {rid: truth["files"][rid]["sha256"] for rid in cids}
    assert len(set(cids.values())) == len(set(by_digest.values()))
    assert len(set(zip(cids.values(), by_digest.values(), strict=True))) == len(set(cids.values()))


def test_no_source_file_is_changed(before: dict[str, str], outcomes: dict[str, Any]) -> None:
    assert digests(MESSY) == before


def test_special_files_are_skipped_or_read_as_the_ground_truth_says(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, DATA / "make_messy.py", "specials", "--out", tmp_path], check=True, capture_output=True
    )
    specials = tmp_path / "specials"
    try:
        found = folder.function(folder=str(specials))
        rows = {row["rid"]: outcome(row["path"]) for row in found.table.iter_rows(named=True)}
        skipped = {skip.rid: skip.rule for skip in found.skipped}
    finally:
        (specials / "no_permission_dir").chmod(0o700)
    plain = {"target.jpg", "new\nline.jpg", r"bad_utf8_\xff\xfe.jpg", "hard_link.jpg"}
    root = os.geteuid() == 0  # root reads what its mode forbids
    assert {rid for rid, result in rows.items() if isinstance(result, Decoded)} == plain | (
        {"no_permission.jpg", "no_permission_dir/x.jpg"} if root else set()
    )
    assert skipped == {
        "link_to_target.jpg": "link", "dangling.jpg": "dangling-link", "self_loop.jpg": "link-loop",
        "loop_to_parent": "link-outside", "link_outside": "link-outside", "pipe.jpg": "not-a-file",
    } | ({} if root else {"no_permission.jpg": "no-permission", "no_permission_dir/": "no-permission"})  # fmt: skip
    assert set(rows) | set(skipped) >= set(json.loads((tmp_path / "specials.json").read_text())) - {
        "bad_utf8_\\xff\\xfe.jpg", "no_permission_dir",
    }  # fmt: skip


def test_a_folder_loop_inside_the_folder_ends(tmp_path: Path) -> None:
    shutil.copy(MESSY / "formats" / "reference.jpg", tmp_path / "a.jpg")
    (tmp_path / "loop").symlink_to(".")
    assert folder.function(folder=str(tmp_path)).table["rid"].to_list() == ["a.jpg"]


@pytest.mark.skipif(not FORMATS.is_dir(), reason=f"the format suites are not at {FORMATS}")
def test_every_file_of_the_format_suites_ends_as_expected() -> None:
    wrong: dict[str, str] = {}
    for file in json.loads((FORMATS / "manifest.json").read_text("utf-8"))["files"]:
        result, expect = outcome(FORMATS / file["file"]), file["expect"]
        decoded = isinstance(result, Decoded)
        assert isinstance(result, Decoded | Unreadable), file["file"]
        if (expect.startswith("must decode") and not decoded) or (
            expect.startswith(("must be refused", "refuse or flag")) and decoded
        ):
            wrong[file["file"]] = str(result)
        if "upright 600x450" in expect:
            header = read_header(FORMATS / file["file"], PLAIN)
            assert (header.width, header.height) == (600, 450)
    assert wrong == {}
