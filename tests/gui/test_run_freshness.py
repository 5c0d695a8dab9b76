"""Freshness, write places and progress: what the app works out about runs without running anything."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from gui.document import GraphDocument
from gui.freshness import Fingerprints, Freshness, HandWork
from gui.results import Results
from gui.run_fold import Job, RunFold
from gui.run_jobs import FreshResults
from gui.run_progress import RunProgress, span_text, time_left
from gui.session_folder import is_alive, remove_dead
from gui.write_places import write_places, writes_outside
from nodegraph.data.journal import Entry, append
from nodegraph.graph.edit import ClearParam, RenameNode, SetLabel, SetMode, SetParam, SetSeed, SetUi, apply
from nodegraph.graph.edits import Edit
from nodegraph.graph.model import Graph, Node, graph_of
from nodegraph.registry import Registry

BASE = Path("/somewhere")


def changed(graph: Graph, edit: Edit, registry: Registry, prints: Fingerprints | None = None) -> set[str]:
    """The nodes whose fingerprint an edit changes."""
    prints = prints or Fingerprints(registry)
    before, after = prints.of(graph, BASE), prints.of(apply(graph, edit)[0], BASE)
    return {id for id in after if after[id] != before.get(id)}


def test_an_edit_makes_the_node_and_all_below_it_stale(quickstart: Graph, registry: Registry) -> None:
    edit = SetParam("best", "k", 12)
    assert changed(quickstart, edit, registry) == {"best", *quickstart.downstream("best")}


def test_how_a_node_is_drawn_and_called_does_not_count(quickstart: Graph, registry: Registry) -> None:
    assert not changed(quickstart, SetUi("best", {"x": 1, "y": 2}), registry)
    assert not changed(quickstart, SetLabel("best", "The best"), registry)


def test_a_default_written_out_does_not_count(quickstart: Graph, registry: Registry) -> None:
    spec = registry.nodes["caption/model"]
    name, parameter = next((name, one) for name, one in spec.parameters.items() if not one.required)
    assert not changed(quickstart, SetParam("captions", name, parameter.default), registry)
    assert changed(quickstart, ClearParam("best", "k"), registry)


def test_mode_and_seed_count(quickstart: Graph, registry: Registry) -> None:
    assert changed(quickstart, SetMode("size", "bypass"), registry) == {"size", *quickstart.downstream("size")}
    assert changed(quickstart, SetSeed(7), registry) == set(quickstart.nodes)


def test_a_renamed_node_keeps_what_is_below_it_fresh(quickstart: Graph, registry: Registry) -> None:
    assert changed(quickstart, RenameNode("best", "finest"), registry) == {"finest"}


def test_what_is_remembered_of_a_node_never_outlives_an_edit(quickstart: Graph, registry: Registry) -> None:
    kept, edit = Fingerprints(registry), SetParam("folder", "folder", "elsewhere")
    assert changed(quickstart, edit, registry, kept) == changed(quickstart, edit, registry)
    assert kept.of(quickstart, BASE) != kept.of(apply(quickstart, edit)[0], BASE)
    assert kept.of(quickstart, BASE) == Fingerprints(registry).of(quickstart, BASE)


def test_a_relative_path_means_another_place_in_another_folder(registry: Registry) -> None:
    graph = graph_of([Node("folder", "source/folder", 1, {"folder": "pictures"})])
    prints = Fingerprints(registry)
    assert prints.of(graph, Path("/a")) != prints.of(graph, Path("/b"))


def test_loops_unknown_types_and_long_chains_have_fingerprints(registry: Registry) -> None:
    nodes = [Node(f"n{index}", "not/known") for index in range(3000)]
    chain = [(f"n{index}.images", f"n{index + 1}.images") for index in range(2999)]
    assert len(Fingerprints(registry).of(graph_of(nodes, chain), BASE)) == 3000
    loop = graph_of(nodes[:2], [("n0.images", "n1.images"), ("n1.images", "n0.images")])
    assert len(Fingerprints(registry).of(loop, BASE)) == 2


def test_a_caption_by_hand_counts_for_its_node_and_all_below_it(
    quickstart: Graph, registry: Registry, tmp_path: Path
) -> None:
    prints, work, journal = Fingerprints(registry), HandWork(), tmp_path / "a.journal.jsonl"
    before = prints.of(quickstart, BASE, work.of(journal))
    assert before == prints.of(quickstart, BASE)
    append(journal, [Entry("captions", "0" * 32, "caption", "a fish")])
    after = prints.of(quickstart, BASE, work.of(journal))
    assert {id for id in after if after[id] != before[id]} == {"captions", *quickstart.downstream("captions")}
    append(journal, [Entry("captions", "0" * 32, "caption", "a boat")])
    assert prints.of(quickstart, BASE, work.of(journal)) not in (before, after)
    append(journal, [Entry("captions", "0" * 32, "caption", None)])
    assert prints.of(quickstart, BASE, work.of(journal)) == before, "taken back"


def test_stale_and_fresh_again() -> None:
    freshness = Freshness()
    assert freshness.now("a", "1", has_rows=True) is None
    freshness.settle("a", "1", "partial", "Stopped")
    assert freshness.now("a", "2", has_rows=True) == ("stale", "")
    assert freshness.now("a", "1", has_rows=True) == ("partial", "Stopped")
    freshness.settle("b", "1", "error", "no")
    assert freshness.now("b", "2", has_rows=False) == ("ready", "")


def test_places_outside_the_graphs_folder_are_told(quickstart: Graph, registry: Registry, tmp_path: Path) -> None:
    assert writes_outside(quickstart, registry, tmp_path) == []
    assert tmp_path / "out" / "kohya" in write_places(quickstart, registry, tmp_path)
    graph, _ = apply(quickstart, SetParam("kohya", "folder", "../away"))
    assert writes_outside(graph, registry, tmp_path) == [tmp_path.parent / "away"]
    graph, _ = apply(graph, SetMode("kohya", "mute"))
    assert writes_outside(graph, registry, tmp_path) == []


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="needs links")
def test_a_link_out_of_the_folder_is_outside(quickstart: Graph, registry: Registry, tmp_path: Path) -> None:
    (tmp_path / "graph").mkdir()
    (tmp_path / "other").mkdir()
    (tmp_path / "graph" / "out").symlink_to(tmp_path / "other")
    assert len(writes_outside(quickstart, registry, tmp_path / "graph")) == 3


def test_progress_is_weighed_by_what_is_to_be_measured() -> None:
    progress = RunProgress({"folder": 1, "sharp": 98, "export": 1}, {"export": 60})
    progress.step("Reading files", ("folder",), None)
    assert progress.text == "Reading files"
    progress.step("Measuring", ("sharp",), 10_000)
    progress.at(0, 10_000, 0.0)
    progress.at(1_204, 10_000, 14.5)
    assert progress.text == "Measuring: 1,204 of 10,000, 83 images/s, about 3 min left"
    assert progress.fraction == pytest.approx(0.01 + 0.98 * 0.1204)
    progress.step("Export", ("export",), 10)
    assert progress.fraction == pytest.approx(0.99)


def test_rows_that_come_at_once_say_nothing_of_the_pace() -> None:
    progress = RunProgress({"sharp": 1})
    progress.step("Measuring", ("sharp",), 10_000)
    progress.at(9_000, 10_000, 0.1)
    assert progress.pace is None
    progress.at(9_010, 10_000, 2.1)
    assert progress.text == "Measuring: 9,010 of 10,000, 5.0 images/s, about 3 min left"


def test_spans_of_time() -> None:
    assert [span_text(seconds) for seconds in (4.25, 40.2, 61, 3600, 4810)] == [
        "4.2 s",
        "40 s",
        "1 min",
        "1 h",
        "1 h 20 min",
    ]
    assert time_left(2) == "a few seconds left"
    assert time_left(37) == "about 35 s left"


def test_folders_of_dead_sessions_go(tmp_path: Path) -> None:
    mine, dead = tmp_path / str(os.getpid()), tmp_path / "999999999"
    for folder in (mine, dead, tmp_path / "notes"):
        folder.mkdir()
    assert is_alive(os.getpid())
    remove_dead(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([mine.name, "notes"])


def test_replacing_a_graph_by_an_equal_one_changes_nothing(quickstart: Graph, registry: Registry) -> None:
    prints = Fingerprints(registry)
    copy = replace(quickstart, nodes={id: replace(node) for id, node in quickstart.nodes.items()})
    assert prints.of(quickstart, BASE) == prints.of(copy, BASE)


def test_the_time_of_a_node_is_its_own_steps_or_what_measuring_took_among_others(
    quickstart: Graph, registry: Registry, qapp: object
) -> None:
    results = Results()
    fold = RunFold(
        Job("run", "run", quickstart, BASE, dict.fromkeys(quickstart.nodes, "")), results, registry, Freshness()
    )

    def step(*nodes: str, seconds: float, measuring: float = 0.0) -> None:
        fold.take({"event": "step-started", "kind": "stage", "nodes": nodes, "rows": 3})
        counts = {"in": 3, "out": 3, "dropped": 0, "errors": 0, "done": True}
        for node in nodes:
            fold.take({"event": "node", "node": node, "seconds": measuring, **counts})
        fold.take({"event": "step-done", "seconds": seconds})

    step("folder", seconds=0.5)
    step("quality", "sharpness", seconds=4.0, measuring=1.5)
    step("best", seconds=1.0)
    step("best", seconds=2.0)
    fold.flush()
    assert [results.of(node).seconds for node in ("folder", "quality", "sharpness", "best")] == [0.5, 1.5, 1.5, 3.0]


def test_what_may_come_to_a_node_that_is_done_is_not_to_be_measured_unless_something_new_comes(
    quickstart: Graph, document: GraphDocument
) -> None:
    document.load(quickstart, None)
    fresh = FreshResults(document, Results())
    plan = [
        {"node": "sharpness", "exact": True, "missing": {"sharpness": 0}, "seconds": 0.0},
        {"node": "captions", "exact": False, "missing": {"caption": 33}, "seconds": 9.0},
    ]
    assert fresh.certain(plan) == plan, "it did not run yet"
    fresh.results.update("captions", state="done")
    assert [node["missing"] for node in fresh.certain(plan)] == [{"sharpness": 0}, {}]
    plan[0]["missing"] = {"sharpness": 1}
    assert fresh.certain(plan) == plan, "a new picture may come through"
