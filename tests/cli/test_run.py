"""`nodegraph run`: what it does, prints and leaves with."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import NODES, Desk

SUMMARY_KEYS = {
    "event", "exit", "decodes", "model_calls", "cache_hits", "cache_misses", "nodes", "digest", "out", "receipt",
}  # fmt: skip


def test_a_run_writes_the_set_and_shows_the_funnel(desk: Desk) -> None:
    done = desk.call("run", "graph.json")
    assert done.code == 0
    assert len(list((desk.root / "set").rglob("*.png"))) == 6
    assert [line.split()[0] for line in done.out.splitlines()[1:3]] == ["Folder", "Readable"]
    assert f"wrote {desk.root / 'set'}" in done.out


def test_json_lines_end_with_the_summary_and_nothing_else_is_on_stdout(desk: Desk) -> None:
    done = desk.call("run", "graph.json", "--json")
    events = done.events
    assert all("event" in event for event in events)
    assert [event["event"] for event in events].count("summary") == 1
    summary = events[-1]
    assert summary["event"] == "summary"
    assert set(summary) - {"measures", "seconds"} == SUMMARY_KEYS
    assert summary["exit"] == 0
    assert all(set(counts) == {"in", "out", "dropped", "errors"} for counts in summary["nodes"].values())
    assert summary["out"] == [str(desk.root / "set")]
    assert Path(summary["receipt"]).is_file()
    assert len(summary["digest"]) == 32


def test_every_final_count_of_a_node_is_told_in_the_summary_too(desk: Desk) -> None:
    done = desk.call("run", "graph.json", "--json")
    told = {
        event["node"]: {name: event[name] for name in ("in", "out", "dropped", "errors")}
        for event in done.events
        if event["event"] == "node" and event["done"]
    }
    assert told == done.summary["nodes"]


def test_a_second_run_measures_nothing(desk: Desk) -> None:
    first = desk.call("run", "graph.json", "--json").summary
    second = desk.call("run", "graph.json", "--json").summary
    assert first["decodes"] == 6
    assert (second["decodes"], second["cache_misses"], second["model_calls"]) == (0, 0, 0)
    assert second["digest"] == first["digest"]


def test_fresh_measures_again_what_is_remembered(desk: Desk) -> None:
    desk.call("run", "graph.json")
    assert desk.call("run", "graph.json", "--json", "--fresh").summary["decodes"] == 6


def test_a_knob_is_set_by_its_name_and_another_parameter_by_its_node(desk: Desk) -> None:
    by_knob = desk.call("run", "graph.json", "--json", "--set", "least=1e9").summary
    by_param = desk.call("run", "graph.json", "--json", "--set", "sharp.low=1e9").summary
    assert by_knob["nodes"]["sharp"]["dropped"] == by_param["nodes"]["sharp"]["dropped"] == 6


def test_several_knobs_are_set_together(desk: Desk) -> None:
    desk.call("run", "graph.json", "--set", "least=0", "--set", "words=an old barn")
    lines = (desk.root / "set" / "train" / "metadata.jsonl").read_text("utf-8").splitlines()
    assert {json.loads(line)["text"] for line in lines} == {"an old barn"}


def test_the_last_of_two_values_for_a_knob_holds(desk: Desk) -> None:
    summary = desk.call("run", "graph.json", "--json", "--set", "least=1e9", "--set", "least=0").summary
    assert summary["nodes"]["sharp"]["dropped"] == 0


def test_only_what_leads_to_a_node_runs(desk: Desk) -> None:
    summary = desk.call("run", "graph.json", "--json", "--to", "sharpness").summary
    assert list(summary["nodes"]) == ["folder", "readable", "sharpness"]
    assert not (desk.root / "set").exists()


def test_exports_go_below_the_folder_that_out_names(desk: Desk) -> None:
    summary = desk.call("run", "graph.json", "--json", "--out", "elsewhere").summary
    assert summary["out"] == [str(desk.root / "elsewhere" / "set")]
    assert not (desk.root / "set").exists()


def test_the_receipt_goes_where_it_is_wanted(desk: Desk) -> None:
    summary = desk.call("run", "graph.json", "--json", "--receipt", "new/receipt.json").summary
    assert summary["receipt"] == str(desk.root / "new" / "receipt.json")
    assert json.loads((desk.root / "new" / "receipt.json").read_text("utf-8"))["summary"]["digest"] == summary["digest"]


def test_rows_with_errors_are_told_with_exit_code_3(desk: Desk) -> None:
    (desk.root / "pictures" / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    nodes = {id: NODES[id] for id in ("folder", "sharpness")}
    desk.write(nodes=nodes, edges=[("folder.images", "sharpness.images")], knobs={})
    done = desk.call("run", "graph.json", "--json")
    assert done.code == done.summary["exit"] == 3
    assert done.summary["nodes"]["sharpness"]["errors"] == 1


def test_a_run_that_readers_stop_reading_ends_without_a_word(desk: Desk) -> None:
    with desk.start("run", "graph.json", "--json") as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr is not None
        told = process.stderr.read()
        assert process.wait(60) in (0, 1)
    assert told == ""


@pytest.mark.skipif(os.name == "nt" or sys.platform == "darwin", reason="names of files are Unicode here")
def test_a_folder_whose_name_is_not_unicode_is_run_and_verified(desk: Desk) -> None:
    folder = desk.root / os.fsdecode(b"caf\xe9")
    (desk.root / "pictures").rename(folder)
    done = desk.process("run", "graph.json", "--set", f"folder={folder}", "--json")
    assert (done.code, done.err) == (0, "")
    receipt = json.loads(Path(done.summary["receipt"]).read_text("utf-8"))
    assert receipt["nodes"]["folder"]["params"]["folder"] == str(folder)
    assert desk.call("verify", done.summary["receipt"]).code == 0


@pytest.mark.skipif(os.name == "nt", reason="arguments are Unicode here")
def test_text_that_is_not_unicode_is_one_line(desk: Desk) -> None:
    done = desk.process("run", "graph.json", "--set", os.fsdecode(b"words=caf\xe9"))
    assert done.code == 2
    assert done.err.startswith("error: words.template: Template cannot be 'caf\\udce9'")


def test_a_terminal_that_knows_only_ascii_gets_json_that_can_be_read(desk: Desk) -> None:
    done = desk.process("run", "graph.json", "--out", "猫😀", "--json", PYTHONIOENCODING="ascii")
    assert done.code == 0
    assert done.summary["out"] == [str(desk.root / "猫😀" / "set")]


def test_a_terminal_that_knows_only_ascii_gets_the_funnel(desk: Desk) -> None:
    done = desk.process("run", "graph.json", "--out", "猫😀", PYTHONIOENCODING="ascii")
    assert (done.code, "Traceback" in done.err, "mistake" in done.err) == (0, False, False)


def test_a_device_that_is_not_there_is_one_line(desk: Desk) -> None:
    torch = pytest.importorskip("torch")
    if torch.cuda.is_available():
        pytest.skip("this machine has a cuda device")
    done = desk.call("run", "graph.json", "--device", "cuda")
    assert done.code == 2
    assert done.out == ""
    assert len(done.err.splitlines()) == 1
    assert "cuda" in done.err
