"""Receipts and their replay."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from nodegraph.problems import ProblemError
from nodegraph.registry import Registry
from nodegraph.run.events import Summary
from nodegraph.run.options import RunOptions
from nodegraph.run.receipt import default_name, differences, forget_old_receipts, read_receipt
from nodegraph.run.replay import replay, run_with_receipt
from tests.run import pack
from tests.run.conftest import Bench


def receipt_of(bench: Bench) -> dict:
    options = RunOptions(device="cpu", cache=bench.root / "cache")
    path = bench.root / "receipt.json"
    run_with_receipt(bench.graph(), bench.registry, options, bench.events.append, path=path)
    return read_receipt(path)


def replayed(bench: Bench, receipt: dict) -> dict:
    return replay(receipt, bench.registry, RunOptions(device="cpu", cache=bench.root / "cache"), bench.events.append)


def test_a_run_ends_with_the_summary_that_names_its_receipt(bench: Bench) -> None:
    receipt_of(bench)
    assert isinstance(bench.events[-1], Summary)
    assert Path(bench.events[-1].receipt).is_file()


def test_a_receipt_says_what_was_run_on_what_with_which_result(bench: Bench) -> None:
    receipt = receipt_of(bench)
    assert receipt["nodes"]["above"] == {"type": "test/above", "rev": 1, "params": {"low": 100}}
    assert receipt["inputs"]["folder"]["rows"] == 12
    assert receipt["packages"]["nodegraph"]
    assert receipt["models"]["fake"]["revision"]
    assert len(receipt["rows"]["export"]) == receipt["summary"]["nodes"]["export"]["out"]


def test_a_replay_of_the_same_gives_the_same_and_writes_no_export(bench: Bench) -> None:
    receipt = receipt_of(bench)
    (bench.root / "out" / "names.txt").unlink()
    now = replayed(bench, receipt)
    assert differences(receipt, now) == []
    assert now["summary"]["digest"] == receipt["summary"]["digest"]
    assert not (bench.root / "out" / "names.txt").exists()


def test_a_replay_names_the_rows_that_differ(bench: Bench) -> None:
    receipt = receipt_of(bench)
    kept = [row[0] for row in receipt["rows"]["export"]]
    bench.draw(kept[0], 5)
    (bench.pictures / kept[1]).unlink()
    bench.draw("zz.png", 4)
    now = replayed(bench, receipt)
    told = "\n".join(differences(receipt, now))
    assert now["summary"]["digest"] != receipt["summary"]["digest"]
    assert f"export: {kept[0]}: content was" in told
    assert f"export: {kept[1]} was kept and is not any more" in told
    assert "export: zz.png is kept and was not" in told


@pytest.mark.parametrize("text", ["", "no json", "[]", "{}", json.dumps({"format": "other"})])
def test_what_is_no_receipt_is_a_problem(tmp_path: Path, text: str) -> None:
    path = tmp_path / "receipt.json"
    path.write_text(text)
    with pytest.raises(ProblemError, match="receipt"):
        read_receipt(path)


def test_the_oldest_receipts_make_room_and_nothing_else_does(tmp_path: Path) -> None:
    started = datetime(2026, 1, 1, tzinfo=UTC)
    names = [default_name("A graph!", started + timedelta(seconds=number)) for number in range(5)]
    for name in (*names, "notes.json", "20260101.json"):
        (tmp_path / name).write_text("x" * 100)

    def left() -> list[str]:
        return sorted(path.name for path in tmp_path.iterdir() if path.name in names)

    forget_old_receipts(tmp_path, kept=4)
    assert left() == names[1:]
    forget_old_receipts(tmp_path, kept=10, most_bytes=250)
    assert left() == names[3:]
    forget_old_receipts(tmp_path, kept=10, most_bytes=1)
    assert left() == names[4:], "the newest stays, however large"
    assert {"notes.json", "20260101.json"} < {path.name for path in tmp_path.iterdir()}
    forget_old_receipts(tmp_path / "nowhere")


def test_a_receipt_that_cannot_be_deleted_keeps_no_older_one(tmp_path: Path) -> None:
    started = datetime(2026, 1, 1, tzinfo=UTC)
    oldest, stuck, newest = [default_name("a", started + timedelta(seconds=number)) for number in range(3)]
    for name in (oldest, newest):
        (tmp_path / name).write_text("{}")
    (tmp_path / stuck).mkdir()
    forget_old_receipts(tmp_path, kept=1)
    assert {path.name for path in tmp_path.iterdir()} == {stuck, newest}


def test_a_model_whose_details_are_not_as_json_has_them_is_the_same_again(bench: Bench) -> None:
    model = replace(pack.FAKE_MODEL, details={"labels": ("a", "b"), "since": date(2026, 1, 1)})
    bench.registry = Registry(bench.registry.nodes, {"fake": model})
    receipt = receipt_of(bench)
    assert differences(receipt, replayed(bench, receipt)) == []


def test_a_file_larger_than_any_receipt_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.json"
    with path.open("wb") as file:
        file.truncate(2**31)
    with pytest.raises(ProblemError, match="larger than any"):
        read_receipt(path)
