"""What a run could not write at its end is told before its first row."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from nodegraph.problems import ProblemError
from nodegraph.run import replay
from nodegraph.run.events import Notice, Summary
from nodegraph.run.options import RunOptions
from nodegraph.run.replay import run_with_receipt
from tests.run.conftest import Bench

ROOT = hasattr(os, "geteuid") and os.geteuid() == 0


def into(bench: Bench, folder: Path) -> ProblemError:
    """What a run that exports to this folder is refused with."""
    with pytest.raises(ProblemError) as failure:
        bench.run(bench.graph(export={"folder": str(folder)}))
    assert bench.events == []
    return failure.value


def test_a_folder_below_a_file_is_told_before_anything_is_done(bench: Bench) -> None:
    picture = bench.draw("one.png", 1)
    (problem,) = into(bench, picture / "set").problems
    assert (problem.code, problem.place) == ("cannot-write", "export.folder")
    assert f"{picture} is a file" in problem.message


def test_a_link_that_leads_nowhere_is_told(bench: Bench) -> None:
    (bench.root / "link").symlink_to(bench.root / "gone")
    (problem,) = into(bench, bench.root / "link").problems
    assert "leads nowhere" in problem.message


@pytest.mark.skipif(ROOT, reason="the administrator may write anywhere")
def test_a_read_only_folder_is_told(bench: Bench) -> None:
    (bench.root / "shut").mkdir(mode=0o500)
    (problem,) = into(bench, bench.root / "shut" / "set").problems
    assert "is read only" in problem.message


def test_what_is_not_written_is_not_looked_at(bench: Bench) -> None:
    picture = bench.draw("one.png", 1)
    graph = bench.graph(export={"folder": str(picture / "set")})
    assert bench.run(graph, write=False).summary.exit == 0
    assert bench.run(graph, targets=("split",)).summary.exit == 0


def test_a_receipt_takes_the_place_of_an_older_one_and_of_nothing_else(bench: Bench) -> None:
    picture = bench.draw("one.png", 1)
    before = picture.read_bytes()
    options = RunOptions(device="cpu", cache=bench.root / "cache")
    with pytest.raises(ProblemError, match="no receipt"):
        run_with_receipt(bench.graph(), bench.registry, options, bench.events.append, path=picture)
    assert (picture.read_bytes(), bench.events) == (before, [])
    path = bench.root / "new" / "receipt.json"
    for _ in range(2):
        run_with_receipt(bench.graph(), bench.registry, options, bench.events.append, path=path)
        assert json.loads(path.read_text("utf-8"))["format"] == "nodegraph-receipt"


def test_a_run_whose_receipt_finds_no_room_ends_with_its_summary(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.draw("one.png", 5)
    (bench.root / "full").write_text("")
    monkeypatch.setattr(replay, "_default_path", lambda *_: bench.root / "full" / "receipt.json")
    options = RunOptions(device="cpu", cache=bench.root / "cache")
    result = run_with_receipt(bench.graph(), bench.registry, options, bench.events.append)
    assert (result.summary.exit, result.summary.receipt) == (0, "")
    *_, notice, summary = bench.events
    assert isinstance(notice, Notice)
    assert "could not be written" in notice.text
    assert isinstance(summary, Summary)
