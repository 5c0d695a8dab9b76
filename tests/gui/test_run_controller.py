"""The run controller with a real engine: runs, trials, stopping, a killed engine, and what every node shows of it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QThreadPool
from pytestqt.qtbot import QtBot

from gui.document import GraphDocument
from gui.gallery.by_hand import ByHand
from gui.results import Results
from gui.run_controller import RunController
from gui.run_teller import CANCELLED
from gui.session_folder import KEPT_RUNS
from nodegraph.cache.location import cache_folder
from nodegraph.graph.edit import AddNode, Connect, Disconnect, RemoveNode, SetLabel, SetParam
from nodegraph.graph.io import load, save
from nodegraph.graph.model import Edge, Node, graph_of
from tests.run.conftest import draw

LONG = 60_000
PICTURES, MANY = 6, 70


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that takes a while to measure."""
    folder = tmp_path_factory.mktemp("many")
    first = draw(folder / "0.png", 0, size=(900, 700)).read_bytes()
    for index in range(1, MANY):  # other bytes, the same pixels: each is measured by itself
        (folder / f"{index}.png").write_bytes(first + index.to_bytes(2))
    return folder


@pytest.fixture
def results() -> Results:
    """What runs said."""
    return Results()


@pytest.fixture
def run(
    document: GraphDocument, results: Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[RunController]:
    """A controller over a graph of five nodes in its own folder, with a cache of its own."""
    monkeypatch.setenv("NODEGRAPH_CACHE", str(tmp_path / "cache"))
    home = tmp_path / "home"
    for seed in range(PICTURES):
        draw(home / "pictures" / f"{seed}.png", seed)
    words = {"class_tokens": "niche", "on_empty_caption": "write class tokens"}
    nodes = [
        Node("folder", "source/folder", 1, {"folder": "pictures"}),
        Node("sharpness", "quality/sharpness", 1, {}),
        Node("sharp", "filter/threshold", 2, {"column": "sharpness", "low": 10}),
        Node("best", "arrange/top_k", 1, {"column": "sharpness", "k": 4}),
        Node("export", "export/kohya", 1, words | {"folder": "out"}),
    ]
    edges = [
        ("folder.images", "sharpness.images"),
        ("sharpness.images", "sharp.images"),
        ("sharp.kept", "best.images"),
        ("best.kept", "export.images"),
    ]
    save(graph_of(nodes, edges, title="small"), home / "small.json")
    document.load(load(home / "small.json"), home / "small.json")
    made = RunController(document, results)
    made.set_planning(False)
    made.set_device("cpu")
    yield made
    made.shutdown()


Go = Callable[..., dict]


@pytest.fixture
def go(run: RunController, qtbot: QtBot) -> Go:
    """Runs and waits for the summary."""

    def run_and_wait(**how: object) -> dict:
        with qtbot.waitSignal(run.finished, timeout=LONG) as end:
            assert run.run(**how)
        return end.args[0]

    return run_and_wait


def states(results: Results, document: GraphDocument) -> dict[str, str]:
    return {id: results.of(id).state for id in document.graph.nodes}


def headless_digest(path: Path, cache: Path) -> str:
    command = [sys.executable, "-m", "nodegraph.cli.main", "run", str(path), "--json", "--device", "cpu"]
    done = subprocess.run(
        command, capture_output=True, check=True, text=True, env=os.environ | {"NODEGRAPH_CACHE": str(cache)}
    )
    return json.loads(done.stdout.splitlines()[-1])["digest"]


def test_a_run_fills_the_results_and_gives_the_digest_of_the_headless_run(
    run: RunController, results: Results, document: GraphDocument, go: Go, tmp_path: Path
) -> None:
    summary = go()
    assert summary["exit"] == 0
    assert set(states(results, document).values()) == {"done"}
    sharp = results.of("sharp")
    assert (sharp.rows_in, sharp.rows_out, sharp.missing, sharp.progress) == (PICTURES, sharp.rows_out, 0, None)
    kept = results.table("best", "kept")
    assert kept is not None and kept.height == 4 == len(results.of("best").contents)
    assert results.ledger("best") is not None
    assert len(results.of("folder").contents) == PICTURES
    assert (tmp_path / "home" / "out").is_dir()
    assert document.path is not None
    assert summary["digest"] == headless_digest(document.path, tmp_path / "other")
    first = run.process_id
    go()
    assert run.process_id == first, "the engine stays warm"
    tables = results.of("best").files["kept"].parent
    assert tables.is_relative_to(cache_folder() / "session" / str(os.getpid()))
    run.shutdown()
    assert not list((cache_folder() / "session").iterdir()), "the tables go with the session"


def test_an_edit_makes_results_stale_and_undo_fresh(document: GraphDocument, results: Results, go: Go) -> None:
    go()
    document.push(SetParam("sharp", "low", 20), "Low")
    assert [id for id, state in states(results, document).items() if state == "stale"] == ["best", "export", "sharp"]
    document.undo_stack.undo()
    assert set(states(results, document).values()) == {"done"}
    document.push(SetLabel("sharp", "Crisp"), "Rename")
    assert set(states(results, document).values()) == {"done"}


def test_a_killed_engine_is_told_on_its_node_and_the_next_run_goes_on(
    run: RunController, document: GraphDocument, results: Results, go: Go, many: Path, qtbot: QtBot, tmp_path: Path
) -> None:
    document.push(SetParam("folder", "folder", str(many)), "Folder")
    said: list[str] = []
    run.log.connect(said.append)
    run.run()
    qtbot.waitUntil(lambda: (results.of("sharpness").rows_in or 0) > 0, timeout=LONG)
    assert results.of("sharpness").state == "running"
    assert run.process_id is not None
    with qtbot.waitSignal(run.failed, timeout=LONG) as end:
        os.kill(run.process_id, signal.SIGKILL)
    assert "while working on Sharpness" in end.args[0] and "SIGKILL" in end.args[0]
    assert results.of("sharpness").state == "error"
    assert results.of("sharp").state != "running"
    assert not run.busy
    summary = go()
    assert set(states(results, document).values()) == {"done"}
    assert 0 < summary["decodes"] < MANY, "what was measured before the kill is remembered"
    assert document.path is not None
    save(document.graph, document.path)
    assert summary["digest"] == headless_digest(document.path, cache_folder())


def test_a_run_can_be_stopped_and_run_again(
    run: RunController, document: GraphDocument, results: Results, go: Go, many: Path, qtbot: QtBot
) -> None:
    document.push(SetParam("folder", "folder", str(many)), "Folder")
    run.run()
    assert not run.run(), "one run at a time"
    qtbot.waitUntil(lambda: (results.of("sharpness").rows_in or 0) > 0, timeout=LONG)
    with qtbot.waitSignal(run.finished, timeout=LONG) as end:
        run.stop()
    assert end.args[0]["exit"] == CANCELLED
    assert states(results, document)["sharpness"] == "partial"
    assert results.of("folder").state == "done"
    assert go()["exit"] == 0


def test_a_graph_with_errors_is_refused_with_its_first_problem(
    run: RunController, document: GraphDocument, qtbot: QtBot
) -> None:
    document.push(SetParam("folder", "folder", "nowhere"), "Folder")
    with qtbot.waitSignal(run.failed) as end:
        assert not run.run()
    assert end.args[0].startswith("Folder: ")
    assert run.process_id is None
    document.load(graph_of(), None)
    with qtbot.waitSignal(run.failed) as end:
        assert not run.run()
    assert "Add a source" in end.args[0]


def test_a_sample_is_partial_and_writes_nothing(results: Results, document: GraphDocument, go: Go) -> None:
    summary = go(sample=3)
    assert summary["nodes"]["folder"]["out"] == 3
    assert set(states(results, document).values()) == {"partial"}
    assert not (document.base / "out").exists()


def test_run_to_here_needs_only_what_leads_there(document: GraphDocument, results: Results, go: Go) -> None:
    document.push(SetParam("best", "column", "not_there"), "Column")
    go(targets=["sharp"])
    assert states(results, document) == {
        "folder": "done", "sharpness": "done", "sharp": "done", "best": "ready", "export": "ready",
    }  # fmt: skip


def test_a_plan_says_what_a_run_would_measure(
    run: RunController, document: GraphDocument, results: Results, go: Go, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(run.planned, timeout=LONG):
        run.set_planning(True)
    assert results.of("sharpness").missing == PICTURES
    assert results.of("sharpness").state == "ready"
    go()
    assert results.of("sharpness").missing == 0
    draw(document.base / "pictures" / "new.png", 99)
    with qtbot.waitSignal(run.planned, timeout=LONG):
        document.push(SetParam("sharp", "low", 11), "Low")
    assert results.of("sharpness").missing == 1


def test_a_run_does_not_wait_for_a_plan_which_is_made_afterwards(
    run: RunController, document: GraphDocument, results: Results, go: Go, qtbot: QtBot
) -> None:
    for number in range(2_000):
        (document.base / "pictures" / f"heap{number}.jpg").write_bytes(number.to_bytes(4) * 200)
    plans: list[object] = []
    run.planned.connect(plans.append)
    run.plan()
    assert go(sample=3)["exit"] in (0, 3)
    assert not plans
    with qtbot.waitSignal(run.planned, timeout=LONG):
        run.set_planning(True)


def test_live_mode_runs_each_edit_and_writes_nothing(
    run: RunController, document: GraphDocument, results: Results, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(run.finished, timeout=LONG):
        run.set_live(True)
    assert results.of("best").state == "done"
    assert results.of("export").state == "partial"
    for keep in (1, 2, 3):
        document.push(SetParam("best", "k", keep), "Keep", merge="k")
        assert results.of("best").state == "stale"
    qtbot.waitUntil(lambda: results.of("best").rows_out == 3 and not run.busy, timeout=LONG)
    assert results.of("best").state == "done"
    run.set_live(False)
    assert not (document.base / "out").exists()


def test_a_caption_by_hand_makes_stale_and_live_mode_renews(
    run: RunController, document: GraphDocument, results: Results, go: Go, qtbot: QtBot
) -> None:
    document.push(AddNode(Node("words", "caption/template", 2, {"template": "a thing"})), "Add")
    document.push(Connect(Edge.parse("sharp.kept", "words.images")), "Connect")
    document.push(Disconnect(Edge.parse("sharp.kept", "best.images")), "Disconnect")
    document.push(Connect(Edge.parse("words.images", "best.images")), "Connect")
    go()
    kept = results.table("best", "kept")
    assert kept is not None and set(kept["caption"]) == {"a thing"}
    captions = ByHand(document)
    captions.write_caption("words", kept["cid"][0], "a fish")
    assert [id for id, state in states(results, document).items() if state == "stale"] == ["best", "export", "words"]
    captions.write_caption("words", kept["cid"][0], None)
    assert set(states(results, document).values()) == {"done"}, "taken back"
    with qtbot.waitSignal(run.finished, timeout=LONG):
        run.set_live(True)
    with qtbot.waitSignal(run.finished, timeout=LONG):
        captions.write_caption("words", kept["cid"][0], "a boat")
    kept = results.table("best", "kept")
    assert kept is not None and kept["caption"].to_list().count("a boat") == 1
    assert results.of("best").state == "done"


def test_a_live_run_leaves_an_export_done_that_was_written_just_so(
    run: RunController, document: GraphDocument, results: Results, go: Go, qtbot: QtBot
) -> None:
    go()
    with qtbot.waitSignal(run.finished, timeout=LONG):
        run.set_live(True)
    assert results.of("export").state == "done"


@pytest.mark.skipif(sys.platform != "linux", reason="file names are bytes on Linux alone")
def test_file_names_that_are_no_text_do_not_matter(document: GraphDocument, go: Go) -> None:
    folder = document.base / "pictures"
    (folder / "0.png").rename(folder / os.fsdecode(b"\xff\xfe.png"))
    assert go()["exit"] == 0


def test_a_graph_that_writes_outside_its_folder_asks_first_and_once(
    run: RunController, document: GraphDocument, go: Go, qtbot: QtBot, tmp_path: Path
) -> None:
    away = tmp_path / "away"
    document.push(SetParam("export", "folder", str(away)), "Folder")
    with qtbot.waitSignal(run.confirmation_wanted) as asked:
        assert run.run()
    assert asked.args[0] == [away]
    run.confirm(False)
    assert not run.busy and not away.exists()
    run.confirmation_wanted.connect(lambda _paths: run.confirm(True))
    go()
    assert away.is_dir()
    with qtbot.assertNotEmitted(run.confirmation_wanted):
        go()


def test_an_edit_while_it_runs_leaves_the_result_stale(
    run: RunController, document: GraphDocument, results: Results, go: Go, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(run.finished, timeout=LONG):
        run.run()
        document.push(SetParam("sharp", "low", 30), "Low")
    assert results.of("sharpness").state == "done"
    assert results.of("sharp").state == "stale"


def test_problems_found_by_the_run_are_told_on_the_node(
    run: RunController, document: GraphDocument, results: Results, qtbot: QtBot, tmp_path: Path
) -> None:
    (tmp_path / "home/theirs").mkdir()
    (tmp_path / "home/theirs/letter.txt").write_text("not ours")
    document.push(SetParam("export", "folder", "theirs"), "Folder")
    with qtbot.waitSignal(run.failed, timeout=LONG) as end:
        assert run.run()
    assert results.of("export").state == "error"
    assert results.of("export").message and results.of("export").message in end.args[0]
    document.push(SetParam("export", "folder", "out"), "Folder")
    assert results.of("export").state == "ready"


def test_another_graph_ends_the_run_quietly(
    run: RunController, document: GraphDocument, results: Results, go: Go, many: Path, qtbot: QtBot
) -> None:
    document.push(SetParam("folder", "folder", str(many)), "Folder")
    run.run()
    qtbot.waitUntil(lambda: (results.of("sharpness").rows_in or 0) > 0, timeout=LONG)
    small = load(document.base / "small.json")
    document.load(small, document.path)
    results.clear()
    assert set(states(results, document).values()) == {"ready"}
    with qtbot.waitSignal(run.finished, timeout=LONG) as first:
        assert run.run(), "what is not shown any more gives way"
    assert first.args[0]["exit"] == CANCELLED
    with qtbot.waitSignal(run.finished, timeout=LONG) as second:
        pass
    assert second.args[0]["nodes"]["folder"]["out"] == PICTURES


def test_a_node_added_while_nothing_runs_is_ready(document: GraphDocument, results: Results, go: Go) -> None:
    go(targets=["sharp"])
    document.push(AddNode(Node("size", "filter/resolution", 1, {"min_side": 10})), "Add")
    document.push(Connect(Edge.parse("folder.images", "size.images")), "Connect")
    assert results.of("size").state == "ready"
    assert results.of("sharp").state == "done"


def test_another_graph_takes_the_place_of_one_that_waits_for_a_plan(
    run: RunController, document: GraphDocument, results: Results, go: Go, qtbot: QtBot
) -> None:
    run.plan()
    assert run.run() and run.busy, "the run waits for the plan"
    document.load(load(document.base / "small.json"), document.path)
    results.clear()
    assert not run.busy
    assert go()["exit"] == 0


def test_undo_brings_a_node_back_with_its_rows_however_often_the_rest_ran(
    document: GraphDocument, results: Results, go: Go
) -> None:
    go()
    for node in ("export", "best"):
        document.push(RemoveNode(node), "Delete")
    for _ in range(KEPT_RUNS + 1):
        go()
    QThreadPool.globalInstance().waitForDone()
    document.undo_stack.undo()
    assert results.of("best").state == "done"
    kept = results.table("best", "kept")
    assert kept is not None and kept.height == 4
