"""The quickstart on real folders: nothing crashes, no source is touched, each hostile file ends as its policy says."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from nodegraph.data.imageset import ImageSet
from nodegraph.graph.model import End
from nodegraph.registry import installed_registry
from nodegraph.run.executor import run
from nodegraph.run.options import RunOptions
from nodegraph.run.prepare import prepare
from tests.acceptance.conftest import QUICKSTART, ROOT, Done, everything_in, nodegraph

DATA = ROOT / ".." / "shared" / "data"

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"the test pictures are not at {DATA}")


@dataclass(frozen=True)
class Messy:
    """A run of the quickstart, hidden files included, on a copy of the hostile folder with its special files."""

    truth: dict[str, Any]
    folder: Path
    done: Done
    found: ImageSet
    kept: ImageSet
    before: dict[str, tuple[object, ...]]

    @property
    def drops(self) -> dict[str, dict[str, Any]]:
        """The ledger's rows of source and readable, by rid."""
        return {row["rid"]: row for row in self.kept.ledger.iter_rows(named=True)}

    def files(self, policy: str) -> list[str]:
        """The files that the ground truth gives this policy."""
        return [rid for rid, file in self.truth["files"].items() if file["policy"] == policy]


@pytest.fixture(scope="module")
def messy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Messy]:
    root = tmp_path_factory.mktemp("messy")
    folder, cache = root / "messy", root / "cache"
    shutil.copytree(DATA / "messy", folder, copy_function=shutil.copy2)
    folder.chmod(0o755)
    subprocess.run(
        [sys.executable, DATA / "make_messy.py", "specials", "--out", folder], check=True, capture_output=True
    )
    before = everything_in(folder)
    try:
        done = nodegraph(
            "run", QUICKSTART, "--json", "--out", root, "--receipt", root / "receipt.json",
            "--set", f"folder={folder}", "--set", "folder.include_hidden=true",
            more={"NODEGRAPH_CACHE": str(cache)},
        )  # fmt: skip
        knobs = {"folder": str(folder), "folder.include_hidden": "true"}
        prepared = prepare(QUICKSTART, installed_registry(), knobs=knobs, out=root)
        options = RunOptions(device="cpu", targets=("readable",), cache=cache)
        result = run(prepared.graph, installed_registry(), options, lambda _event: None)
        truth = json.loads((folder / "groundtruth.json").read_text("utf-8"))
        sets = result.sets
        yield Messy(truth, folder, done, sets[End("folder", "images")], sets[End("readable", "kept")], before)
    finally:
        (folder / "specials" / "no_permission_dir").chmod(0o755)
        (folder / "specials" / "no_permission.jpg").chmod(0o644)


def test_the_run_ends_well_and_no_row_has_an_error(messy: Messy) -> None:
    assert messy.done.code in (0, 3)
    assert messy.done.summary["exit"] == messy.done.code
    assert {node: count["errors"] for node, count in messy.done.summary["nodes"].items() if count["errors"]} == {}


def test_no_source_file_is_changed_special_ones_included(messy: Messy) -> None:
    assert everything_in(messy.folder) == messy.before


def test_every_file_with_a_policy_is_a_row_and_no_other_file_is(messy: Messy) -> None:
    expected = {rid for rid, file in messy.truth["files"].items() if file["policy"] != "ignore"}
    assert {rid for rid in messy.found.rids if not rid.startswith("specials/")} == expected
    assert set(messy.files("ignore")).isdisjoint(messy.drops)


def test_good_files_are_kept(messy: Messy) -> None:
    assert set(messy.files("ok")) - set(messy.kept.rids) == set()


@pytest.mark.parametrize("policy", ["must_fail", "unsupported", "partial_ok", "bomb"])
def test_bad_files_are_dropped_by_readable_with_rule_and_reason(messy: Messy, policy: str) -> None:
    files = messy.files(policy)
    assert files
    for rid in files:
        drop = messy.drops[rid]
        assert (drop["node"], drop["rule"] != "error", bool(drop["reason"])) == ("readable", True, True), rid


def test_the_rule_of_a_drop_is_what_is_wrong_with_the_file(messy: Messy) -> None:
    rules = {
        "truncated": "truncated", "empty": "empty", "not_an_image": "not-an-image", "corrupt": "corrupt",
        "decompression_bomb": "too-large", "unsupported_format": "unsupported",
    }  # fmt: skip
    wrong = {
        rid: drop["rule"]
        for rid, drop in messy.drops.items()
        if rid in messy.truth["files"]
        and drop["rule"] not in {rules.get(issue) for issue in messy.truth["files"][rid]["issues"]}
    }
    assert wrong == {}


def test_files_that_may_be_refused_are_kept_or_dropped_for_a_reason(messy: Messy) -> None:
    for rid in messy.files("ok_if_allowed"):
        assert rid in messy.kept.rids or messy.drops[rid]["reason"], rid


def test_special_files_are_rows_or_skipped_with_a_rule(messy: Messy) -> None:
    rows = {rid.removeprefix("specials/") for rid in messy.kept.rids if rid.startswith("specials/")}
    skipped = {rid.removeprefix("specials/"): drop for rid, drop in messy.drops.items() if rid.startswith("specials/")}
    closed = {"no_permission.jpg", "no_permission_dir/x.jpg"}
    root = os.geteuid() == 0  # root reads what its mode forbids
    assert rows == {"target.jpg", "hard_link.jpg", "new\nline.jpg", r"bad_utf8_\xff\xfe.jpg"} | (
        closed if root else set()
    )
    assert {rid: drop["rule"] for rid, drop in skipped.items()} == {
        "link_to_target.jpg": "link", "dangling.jpg": "dangling-link", "self_loop.jpg": "link-loop",
        "loop_to_parent": "link",
        "link_outside": "link-outside", "pipe.jpg": "not-a-file",
    } | ({} if root else {"no_permission.jpg": "no-permission", "no_permission_dir/": "no-permission"})  # fmt: skip
    assert all(drop["node"] == "folder" and drop["reason"] for drop in skipped.values())


def test_captions_beside_the_pictures_are_what_the_ground_truth_says(messy: Messy) -> None:
    captions = dict(zip(messy.found.rids, messy.found["caption"].to_list(), strict=True))
    assert len(messy.truth["sidecars"]) > 10
    for sidecar in messy.truth["sidecars"]:
        if sidecar["image"] and not sidecar["sidecar"].endswith(".caption"):  # .txt goes before .caption
            assert captions[sidecar["image"]] == ((sidecar["expected"] or "").strip() or None), sidecar["sidecar"]


def test_rows_are_never_lost(messy: Messy) -> None:
    assert sorted([*messy.kept.rids, *messy.drops]) == sorted({*messy.found.rids, *messy.drops})
    for node, count in messy.done.summary["nodes"].items():
        assert count["in"] == count["out"] + count["dropped"], node


def test_what_is_exported_are_pictures_that_open(messy: Messy) -> None:
    from PIL import Image

    folder = messy.folder.parent / "out" / "imagefolder"
    pictures = [path for path in folder.rglob("*") if path.suffix in (".jpg", ".png", ".webp")]
    assert len(pictures) == messy.done.summary["nodes"]["imagefolder"]["out"] > 0
    for path in pictures:
        with Image.open(path) as image:
            image.load()


def test_hidden_files_are_passed_over_unless_they_are_asked_for(messy: Messy, tmp_path: Path) -> None:
    done = nodegraph(
        "run", QUICKSTART, "--json", "--to", "folder", "--set", f"folder={DATA / 'messy'}",
        more={"NODEGRAPH_CACHE": str(tmp_path)},
    )  # fmt: skip
    hidden = [
        rid
        for rid, file in messy.truth["files"].items()
        if file["policy"] != "ignore" and any(part.startswith(".") for part in Path(rid).parts)
    ]
    expected = sum(file["policy"] != "ignore" for file in messy.truth["files"].values()) - len(hidden)
    assert hidden
    assert done.summary["nodes"]["folder"]["out"] == expected


@pytest.mark.parametrize("name", ["formats", "graphics", "photos"])
def test_the_quickstart_runs_on_a_real_folder_and_changes_nothing_in_it(name: str, tmp_path: Path) -> None:
    if not (DATA / name).is_dir():
        pytest.skip(f"the test pictures are not at {DATA / name}")
    before = everything_in(DATA / name)
    done = nodegraph(
        "run", QUICKSTART, "--json", "--out", tmp_path, "--set", f"folder=../shared/data/{name}",
        more={"NODEGRAPH_CACHE": str(tmp_path / "cache")},
    )  # fmt: skip
    assert done.code in (0, 3)
    assert done.summary["nodes"]["readable"]["out"] > 200
    assert done.summary["nodes"]["imagefolder"]["out"] > 0
    for node, count in done.summary["nodes"].items():
        assert count["in"] == count["out"] + count["dropped"], node
    assert everything_in(DATA / name) == before
