"""Nodes that make rows, that measure their second input, and that ask what people decided."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import polars as pl
import pytest

from nodegraph import (
    Columns,
    Context,
    ImageSet,
    Left,
    Rows,
    Take,
    Values,
    arrange,
    dedup,
    registry_of,
    score,
    scorer,
)
from nodegraph.data.journal import Entry, append, read_journal
from nodegraph.graph.columns import columns_at
from nodegraph.graph.model import End, Graph, Node, graph_of
from nodegraph.plan.stages import Stage, steps_of
from nodegraph.run.options import RunOptions
from nodegraph.run.rehearsal import rehearse
from nodegraph.run.replay import replay, run_with_receipt
from tests.run.conftest import Bench
from tests.run.pack import NODES, brightness


@arrange("test/join", rev=1, outputs=("images", "twice"), joins=True)
def join(first: ImageSet, second: ImageSet) -> Rows:
    """All rows of both; what both have is dropped from the second and given through the other port."""
    both = second.table.filter(second["rid"].is_in(first["rid"].implode()))
    new = second.table.filter(~second["rid"].is_in(first["rid"].implode()))
    return Rows({"images": pl.concat([first.table, new], how="diagonal_relaxed"), "twice": both})


@arrange("test/mirrored", rev=1, outputs=("images",))
def mirrored(images: ImageSet) -> Rows:
    """Each row twice."""
    again = images.table.with_columns(pl.concat_str("rid", pl.lit("#again")).alias("rid"))
    return Rows({"images": pl.concat([images.table, again])})


@arrange("test/first", rev=1, outputs=("images",))
def first_only(images: ImageSet) -> Rows:
    """The first row; the others are left."""
    rest = [Left(rid, cid, "rest", "not the first") for rid, cid in zip(images.rids[1:], images.cids[1:], strict=True)]
    return Rows({"images": images.table[:1]}, rest)


@arrange("test/forgetful", rev=1, outputs=("images",))
def forgetful(images: ImageSet) -> Rows:
    """Loses rows without a word."""
    return Rows({"images": images.table[:1]})


@scorer("test/broken", rev=1)
def broken(images: ImageSet) -> Columns:
    """Fails."""
    return {"half": [len(images) / 0]}


@scorer("test/lighter", rev=1, gives={"lighter": score()}, whole_set=True)
def lighter(
    images: ImageSet,
    examples: ImageSet,
    *,
    own: Annotated[Values, Take(brightness)],
    theirs: Annotated[Values, Take(brightness, port="examples")],
) -> Columns:
    """How much lighter than the darkest example."""
    assert len(own) == len(images)
    assert len(theirs) == len(examples)
    return {"lighter": [value - min(theirs.list(), default=0.0) for value in own.list()]}


@dedup("test/apart", rev=1, gives={"apart": score()})
def apart(images: ImageSet, *, context: Context) -> Columns:
    """How many pairs a person took apart, and the verdict a row."""
    verdicts = context.decided("verdict")
    return {"apart": [len(context.apart()) + (10 if verdicts.get(cid) == "accept" else 0) for cid in images.cids]}


REGISTRY_NODES = (*NODES, join, mirrored, first_only, forgetful, lighter, apart)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    bench = Bench(tmp_path)
    bench.registry = registry_of(REGISTRY_NODES, tuple(bench.registry.models.values()))
    for seed, name in enumerate(["a.png", "b.png", "c.png"]):
        bench.draw(name, seed)
    return bench


def graph(bench: Bench, types: Mapping[str, str], *edges: tuple[str, str], **params: dict[str, Any]) -> Graph:
    given = {"folder": {"folder": str(bench.pictures)}, **params}
    return graph_of([Node(id, type, 1, given.get(id, {})) for id, type in types.items()], list(edges))


def test_added_rows_are_counted_and_go_on(bench: Bench) -> None:
    result = bench.run(
        graph(
            bench,
            {"folder": "test/folder", "twice": "test/mirrored", "light": "test/brightness"},
            ("folder.images", "twice.images"),
            ("twice.images", "light.images"),
        )
    )
    assert result.summary.exit == 0
    assert len(result.sets[End("light", "images")]) == 6
    assert result.summary.decodes == 3  # copies share their values


def test_what_is_left_is_in_the_ledger(bench: Bench) -> None:
    types = {"folder": "test/folder", "one": "test/first"}
    result = bench.run(graph(bench, types, ("folder.images", "one.images")))
    assert result.sets[End("one", "images")].rids == ["a.png"]
    ledger = result.sets[End("one", "images")].ledger
    assert ledger.select("rid", "node", "rule").rows() == [("b.png", "one", "rest"), ("c.png", "one", "rest")]
    assert result.counts["one"].dropped == 2


def test_a_node_that_loses_rows_without_a_word_is_a_bug(bench: Bench) -> None:
    types = {"folder": "test/folder", "lost": "test/forgetful"}
    with pytest.raises(TypeError, match="dropped for a reason"):
        bench.run(graph(bench, types, ("folder.images", "lost.images")))


def test_whoever_reads_of_a_bug_in_a_node_reads_which_node(bench: Bench) -> None:
    bench.registry = registry_of([*REGISTRY_NODES, broken])
    types = {"folder": "test/folder", "bad": "test/broken"}
    with pytest.raises(ZeroDivisionError) as raised:
        bench.run(graph(bench, types, ("folder.images", "bad.images")))
    assert raised.value.__notes__ == ["in the node 'bad' of the type test/broken"]


def two_folders(bench: Bench, last: str) -> Graph:
    other = bench.root / "other"
    other.mkdir()
    (other / "c.png").write_bytes((bench.pictures / "c.png").read_bytes())
    (other / "d.png").write_bytes((bench.pictures / "a.png").read_bytes())
    types = {"folder": "test/folder", "other": "test/folder", "light": "test/brightness", "last": last}
    ports = {"test/join": ("first", "second"), "test/lighter": ("images", "examples")}[last]
    edges = (
        ("folder.images", "light.images"),
        ("light.images", f"last.{ports[0]}"),
        ("other.images", f"last.{ports[1]}"),
    )
    return graph(bench, types, *edges, other={"folder": str(other)})


def test_a_join_has_the_rows_and_columns_of_all_its_inputs(bench: Bench) -> None:
    joined = two_folders(bench, "test/join")
    columns = columns_at(joined, bench.registry)[End("last", "images")]
    assert {"brightness", "size"} <= set(columns)
    result = bench.run(joined)
    table = result.sets[End("last", "images")].table
    assert table["rid"].to_list() == ["a.png", "b.png", "c.png", "d.png"]
    assert table["brightness"].null_count() == 1
    assert result.sets[End("last", "twice")].rids == ["c.png"]


def test_the_second_input_is_measured_in_the_same_pass_as_what_else_reads_it(bench: Bench) -> None:
    graph = two_folders(bench, "test/lighter")
    stages = [step for step in steps_of(graph, bench.registry).steps if isinstance(step, Stage)]
    assert [stage.demands for stage in stages] == [("last",), ("last",)]
    result = bench.run(graph)
    light = result.sets[End("last", "images")].table
    darkest = light["brightness"].to_list()
    assert light["lighter"].to_list() == [value - min(darkest[0], darkest[2]) for value in darkest]
    assert {plan.node: plan.rows for plan in rehearse(graph, bench.registry, RunOptions(cache=bench.root / "cache"))}[
        "last"
    ] == 3


def test_a_picture_of_the_second_input_that_cannot_be_read_is_told(bench: Bench) -> None:
    graph = two_folders(bench, "test/lighter")
    (bench.root / "other" / "torn.png").write_bytes((bench.pictures / "a.png").read_bytes()[:60])
    result = bench.run(graph)
    assert result.summary.exit == 3
    assert result.sets[End("last", "images")].ledger["rid"].to_list() == ["torn.png"]
    assert len(result.sets[End("last", "images")]) == 3


def test_nodes_hear_what_people_decided_and_a_replay_does_too(bench: Bench) -> None:
    asked = graph(bench, {"folder": "test/folder", "asked": "test/apart"}, ("folder.images", "asked.images"))
    cids = bench.run(asked).sets[End("folder", "images")].cids
    journal = bench.root / "g.journal.jsonl"
    append(
        journal,
        [
            Entry("elsewhere", cids[0], f"apart:{cids[1]}", "yes"),
            Entry("elsewhere", cids[0], f"apart:{cids[2]}", "yes"),
            Entry("elsewhere", cids[0], f"apart:{cids[2]}", None),
            Entry("asked", cids[2], "verdict", "accept"),
        ],
    )
    assert read_journal(journal).captions == {}
    options = RunOptions(cache=bench.root / "cache", journal=journal)
    result = run_with_receipt(asked, bench.registry, options, lambda _event: None, path=bench.root / "receipt.json")
    assert result.sets[End("asked", "kept")].table["apart"].to_list() == [1, 1, 11]
    journal.unlink()
    receipt = json.loads((bench.root / "receipt.json").read_text())
    again = replay(receipt, bench.registry, RunOptions(cache=bench.root / "cache"), lambda _event: None)
    assert again["journal"] == receipt["journal"]
