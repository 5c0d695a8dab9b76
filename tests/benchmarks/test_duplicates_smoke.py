"""The benchmark of duplicate finders still runs and counts: on three drawn pictures with ground truth of their own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.benchmarks import duplicates
from tests.nodes.test_duplicates_crops import drawn


def test_what_is_found_and_what_is_wrong_is_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    messy = tmp_path / "messy"
    messy.mkdir()
    picture = drawn(1)
    picture.save(messy / "a.png")
    picture.resize((180, 135)).save(messy / "b.png")
    drawn(2).save(messy / "c.png")
    pairs = [{"a": "a.png", "b": "b.png", "kind": "resize"}, {"a": "a.png", "b": "c.png", "kind": "impossible"}]
    files = {name: {"issues": []} for name in ("a.png", "b.png", "c.png")}
    truth = {"files": files, "pairs": pairs, "groups": [], "hard_negatives": []}
    (messy / "groundtruth.json").write_text(json.dumps(truth), "utf-8")
    given = ["--messy", str(messy), "--photos", str(tmp_path / "none"), "--targets"]
    assert duplicates.main(given) == 1
    said = capsys.readouterr().out
    assert "targets missed: impossible: 0 of 1" in said
    assert "hash           1 pairs, precision 1.000, wrong 0" in said


def test_without_pictures_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert duplicates.main(["--messy", str(tmp_path / "none")]) == 2
    assert "nothing measured" in capsys.readouterr().err


def test_pairs_of_different_photos_are_wrong_unless_the_truth_lists_them() -> None:
    files = {"a": {"source_photo": "1"}, "b": {"source_photo": "1"}, "c": {"source_photo": "2"}, "d": {}}
    truth = {"files": files, "pairs": [{"a": "a", "b": "c", "kind": "copy"}], "groups": [["c", "d"]]}
    found = [frozenset(pair) for pair in ("ab", "ac", "bc", "cd", "ad")]
    assert duplicates.strangers(truth, found) == [frozenset("ad"), frozenset("bc")]
