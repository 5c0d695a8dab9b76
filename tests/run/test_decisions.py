"""Captions written by hand replace those of the node they were written at, in every run of the graph."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner
from PIL import Image

from nodegraph.cli.run import run as command
from nodegraph.data.journal import Entry, append, journal_path
from nodegraph.graph.io import dumps
from nodegraph.graph.model import End, Graph, Node, graph_of
from nodegraph.registry import Registry, installed_registry
from nodegraph.run.cancel import Cancel
from nodegraph.run.decisions import with_captions
from nodegraph.run.executor import run
from nodegraph.run.options import RunOptions
from nodegraph.run.prepare import prepare_graph
from nodegraph.run.replay import replay, run_with_receipt
from nodegraph.run.results import RunResult
from nodegraph.run.worker import Request, Worker


@pytest.fixture(scope="module")
def registry() -> Registry:
    return installed_registry()


@pytest.fixture
def graph(tmp_path: Path, registry: Registry) -> Graph:
    """Three pictures with captions beside them, and a trigger word put in front."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(3):
        Image.new("RGB", (80, 80), (number * 60, 0, 0)).save(folder / f"{number}.png")
        (folder / f"{number}.txt").write_text(f"picture {number}")
    nodes = [
        Node("folder", "source/folder", params={"folder": str(folder)}),
        Node("trigger", "caption/template", 2, params={"trigger": "mychar", "template": "{trigger}, {caption}"}),
    ]
    return prepare_graph(graph_of(nodes, [("folder.images", "trigger.images")]), registry, base=tmp_path).graph


def captions(result: RunResult, node: str) -> dict[str, str]:
    table = result.sets[End(node, "images")].table
    return dict(zip(table["rid"], table["caption"], strict=True))


def go(graph: Graph, registry: Registry, tmp_path: Path, journal: Path | None = None) -> RunResult:
    return run(graph, registry, RunOptions(cache=tmp_path / "cache", journal=journal), lambda _event: None)


def cid_of(result: RunResult, rid: str) -> str:
    table = result.sets[End("folder", "images")].table
    return table.filter(pl.col("rid") == rid)["cid"][0]


def test_a_caption_by_hand_replaces_the_nodes(graph: Graph, registry: Registry, tmp_path: Path) -> None:
    plain = go(graph, registry, tmp_path)
    journal = tmp_path / "graph.journal.jsonl"
    append(journal, [Entry("trigger", cid_of(plain, "1.png"), "caption", "by hand")])
    result = go(graph, registry, tmp_path, journal)
    assert captions(result, "trigger")["1.png"] == "by hand"
    assert captions(result, "trigger")["0.png"] == captions(plain, "trigger")["0.png"]
    assert captions(result, "folder") == captions(plain, "folder")
    by = result.sets[End("trigger", "images")].table.filter(pl.col("rid") == "1.png")["caption_by"][0]
    assert by == "person"
    assert result.summary.digest != plain.summary.digest


def test_what_hangs_on_the_node_gets_it(graph: Graph, registry: Registry, tmp_path: Path) -> None:
    journal = tmp_path / "graph.journal.jsonl"
    append(journal, [Entry("folder", cid_of(go(graph, registry, tmp_path), "2.png"), "caption", "a red square")])
    assert "a red square" in captions(go(graph, registry, tmp_path, journal), "trigger")["2.png"]


def test_taken_back_the_result_is_as_before(graph: Graph, registry: Registry, tmp_path: Path) -> None:
    plain = go(graph, registry, tmp_path)
    journal = tmp_path / "graph.journal.jsonl"
    cid = cid_of(plain, "1.png")
    append(journal, [Entry("trigger", cid, "caption", "x"), Entry("trigger", cid, "caption", None)])
    assert go(graph, registry, tmp_path, journal).summary.digest == plain.summary.digest


def test_the_receipt_holds_the_decisions_and_replays_them(graph: Graph, registry: Registry, tmp_path: Path) -> None:
    journal = tmp_path / "graph.journal.jsonl"
    append(journal, [Entry("trigger", cid_of(go(graph, registry, tmp_path), "1.png"), "caption", "by hand")])
    options = RunOptions(cache=tmp_path / "cache", journal=journal)
    first = run_with_receipt(graph, registry, options, lambda _event: None, path=tmp_path / "receipt.json")
    receipt = json.loads((tmp_path / "receipt.json").read_text())
    assert len(receipt["journal"]["digest"]) == 32
    journal.unlink()
    again = replay(receipt, registry, RunOptions(cache=tmp_path / "cache"), lambda _event: None)
    assert again["summary"]["digest"] == first.summary.digest


def test_copies_of_a_picture_share_their_caption() -> None:
    table = pl.DataFrame({"rid": ["a", "b", "c"], "cid": ["1", "2", "1"], "caption": ["x", None, "y"]})
    assert with_captions(table, {"1": "z"})["caption"].to_list() == ["z", None, "z"]
    assert with_captions(table, {"1": "z"})["caption_by"].to_list() == ["person", None, "person"]


def test_a_table_without_captions_stays_as_it_is() -> None:
    table = pl.DataFrame({"cid": ["1"]})
    assert with_captions(table, {"1": "z"}).equals(table)


def test_the_headless_run_goes_by_the_journal_beside_the_graph(
    graph: Graph, registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NODEGRAPH_CACHE", str(tmp_path / "cache"))
    (tmp_path / "graph.json").write_text(dumps(graph), "utf-8")
    cid = cid_of(go(graph, registry, tmp_path), "1.png")
    append(journal_path(tmp_path / "graph.json"), [Entry("trigger", cid, "caption", "by hand")])
    receipt = tmp_path / "receipt.json"
    done = CliRunner().invoke(command, [str(tmp_path / "graph.json"), "--receipt", str(receipt)])
    assert done.exit_code == 0, done.output
    expected = go(graph, registry, tmp_path, journal_path(tmp_path / "graph.json"))
    assert json.loads(receipt.read_text("utf-8"))["summary"]["digest"] == expected.summary.digest
    assert captions(expected, "trigger")["1.png"] == "by hand"


def test_the_worker_goes_by_the_journal_it_is_told_of(graph: Graph, registry: Registry, tmp_path: Path) -> None:
    journal = tmp_path / "elsewhere.journal.jsonl"
    append(journal, [Entry("trigger", cid_of(go(graph, registry, tmp_path), "1.png"), "caption", "by hand")])
    request = Request("run", "1", dumps(graph), str(tmp_path), tables=str(tmp_path / "tables"), journal=str(journal))
    Worker(registry, StringIO())._work(request, Cancel())
    table = pl.read_ipc(tmp_path / "tables" / "trigger.images.arrow")
    assert "by hand" in table["caption"].to_list()
