"""Files and nodes of the past are brought to the present; those of the future and the unknown are left alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nodegraph.graph.io import canonical, load, loads
from nodegraph.graph.migrate import FILE_MIGRATIONS, migrate_document, migrate_nodes
from nodegraph.graph.model import Graph, Knob, Node, graph_of
from nodegraph.graph.schema import GraphFile
from nodegraph.graph.version import FORMAT, VERSION
from nodegraph.problems import ProblemError
from nodegraph.registry import registry_of
from tests.graph.specs import small_registry, threshold

FIXTURES = Path(__file__).parents[1] / "fixtures" / "graphs"


def test_a_file_of_version_1_keeps_its_title_and_its_edges() -> None:
    graph = load(FIXTURES / "version-1.json")
    assert graph.title == "As version 1 wrote it"
    assert [str(edge) for edge in graph.edges] == ["folder.images -> threshold.images"]
    assert graph.extra == {}


def test_a_migrated_document_leaves_the_old_one_as_it_was() -> None:
    document: dict[str, Any] = {"version": 1, "name": "N", "edges": [["a.o", "b.i"]]}
    assert migrate_document(document, 1) == {"version": 2, "title": "N", "edges": [{"from": "a.o", "to": "b.i"}]}
    assert document == {"version": 1, "name": "N", "edges": [["a.o", "b.i"]]}


def test_every_past_version_has_its_migration_and_the_schema_is_of_the_current_one() -> None:
    assert sorted(FILE_MIGRATIONS) == list(range(1, VERSION))
    assert GraphFile(format=FORMAT, version=VERSION).version == VERSION


def test_a_malformed_edge_of_version_1_is_told_with_its_line() -> None:
    with pytest.raises(ProblemError, match=r"Line 2: edges\[0\] should be an object"):
        loads('{"format": "nodegraph", "version": 1,\n"edges": [["a.b"]]}')


def test_a_node_of_a_past_rev_gets_the_parameters_of_the_present_one() -> None:
    graph, notes = migrate_nodes(load(FIXTURES / "threshold-rev-1.json"), small_registry())
    assert graph.nodes["threshold"].rev == 2
    assert graph.nodes["threshold"].params == {"column": "bytes", "low": 2.5, "high": 9}
    assert [(note.code, note.node, note.severity) for note in notes] == [("migrated-node", "threshold", "warning")]


def test_a_knob_follows_the_parameter_that_a_migration_renames() -> None:
    graph, _ = migrate_nodes(load(FIXTURES / "threshold-rev-1.json"), small_registry())
    assert graph.knobs["least"].param == "low"


def test_a_knob_whose_parameter_cannot_be_followed_keeps_its_name() -> None:
    spec = replace(threshold, migrations={1: lambda params: {"low": params["min"] * 2}})
    graph = Graph(nodes={"t": Node("t", spec.type, 1, {"min": 2})}, knobs={"k": Knob("k", "t", "min")})
    migrated, _ = migrate_nodes(graph, registry_of([spec]))
    assert migrated.nodes["t"].params == {"low": 4}
    assert migrated.knobs["k"].param == "min"


def test_migrations_run_one_after_the_other_and_a_rev_without_one_changes_nothing() -> None:
    steps = {1: lambda params: {**params, "a": 1}, 3: lambda params: {**params, "b": params["a"] + 1}}
    spec = replace(threshold, rev=4, migrations=steps)
    graph, _ = migrate_nodes(graph_of([Node("t", spec.type, 1)]), registry_of([spec]))
    assert graph.nodes["t"].params == {"a": 1, "b": 2}


def test_migrating_twice_changes_nothing_more() -> None:
    once, _ = migrate_nodes(load(FIXTURES / "threshold-rev-1.json"), small_registry())
    twice, notes = migrate_nodes(once, small_registry())
    assert twice is once
    assert notes == []


def test_a_graph_that_needed_no_migration_is_saved_as_it_was() -> None:
    graph = load(FIXTURES / "version-2.json")
    migrated, _ = migrate_nodes(graph, small_registry())
    assert canonical(migrated) == canonical(graph)


def test_a_node_of_an_unknown_type_is_left_untouched() -> None:
    graph = load(FIXTURES / "unknown-parts.json")
    migrated, notes = migrate_nodes(graph, small_registry())
    assert migrated.nodes["sky"] is graph.nodes["sky"]
    assert notes == []


def test_a_node_of_a_rev_from_the_future_is_an_error_and_left_untouched() -> None:
    graph = graph_of([Node("t", threshold.type, 9)])
    migrated, notes = migrate_nodes(graph, small_registry())
    assert migrated.nodes == graph.nodes
    assert [(note.code, note.severity) for note in notes] == [("rev-from-the-future", "error")]


def test_a_migration_that_fails_is_an_error_of_that_node_alone() -> None:
    spec = replace(threshold, migrations={1: lambda params: {"low": params["gone"]}})
    graph = graph_of([Node("bad", spec.type, 1), Node("good", spec.type, 1, {"gone": 3})])
    migrated, notes = migrate_nodes(graph, registry_of([spec]))
    assert migrated.nodes["good"].params == {"low": 3}
    assert migrated.nodes["bad"].rev == 1
    assert [(note.code, note.node) for note in notes] == [("broken-migration", "bad"), ("migrated-node", "good")]
