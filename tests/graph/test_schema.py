"""The published schema accepts what the loader accepts, and knows the parameters of the node types."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from nodegraph.graph.io import document_of, load
from nodegraph.graph.schema import graph_schema
from nodegraph.parameters import parameter_of
from nodegraph.registry import registry_of
from tests.graph.specs import kohya, small_graph, small_registry

FIXTURES = Path(__file__).parents[1] / "fixtures" / "graphs"


@dataclass(frozen=True)
class Corner:
    """A type that the schema of a parameter must define somewhere."""

    x: int


def _errors(document: Any, schema: dict[str, Any]) -> list[str]:
    return [error.json_path for error in Draft202012Validator(schema).iter_errors(document)]


def test_the_schema_is_itself_valid() -> None:
    Draft202012Validator.check_schema(graph_schema(small_registry()))


@pytest.mark.parametrize("name", ["version-2.json", "unknown-parts.json", "by-hand.json", "threshold-rev-1.json"])
def test_every_file_of_the_current_version_fits_the_schema(name: str) -> None:
    document = json.loads((FIXTURES / name).read_text(encoding="utf-8"))
    assert _errors(document, graph_schema()) == []


def test_a_saved_graph_fits_the_schema_with_its_node_types() -> None:
    assert _errors(document_of(small_graph()), graph_schema(small_registry())) == []


def test_a_file_of_version_1_does_not_fit() -> None:
    document = json.loads((FIXTURES / "version-1.json").read_text())
    assert "$.version" in _errors(document, graph_schema())


@pytest.mark.parametrize(
    ("params", "place"),
    [
        ({"column": "bytes", "low": "five"}, "$.nodes[0].params.low"),
        ({"column": "bytes", "low": 5000}, "$.nodes[0].params.low"),
        ({"column": "bytes", "on_null": "maybe"}, "$.nodes[0].params.on_null"),
        ({"column": "bytes", "lo": 5}, "$.nodes[0].params"),
        ({}, "$.nodes[0].params"),
    ],
    ids=["wrong type", "out of range", "no choice", "unknown", "missing"],
)
def test_wrong_parameters_of_a_known_type_do_not_fit(params: dict[str, Any], place: str) -> None:
    nodes = [{"id": "t", "type": "filter/threshold", "rev": 2, "params": params}]
    document = {"format": "nodegraph", "version": 2, "nodes": nodes}
    assert _errors(document, graph_schema()) == []
    assert _errors(document, graph_schema(small_registry())) == [place]


def test_the_parameters_of_an_unknown_type_are_free() -> None:
    document = document_of(load(FIXTURES / "unknown-parts.json"))
    document["nodes"] = [node for node in document["nodes"] if node["id"] == "sky"]
    assert _errors(document, graph_schema(small_registry())) == []


def test_a_parameter_type_with_definitions_of_its_own_is_looked_up_in_its_own_schema() -> None:
    spec = replace(kohya, parameters={"corner": parameter_of("corner", list[Corner])})
    nodes = [{"id": "k", "type": spec.type, "rev": 1, "params": {"corner": [{"x": "no number"}]}}]
    document = {"format": "nodegraph", "version": 2, "nodes": nodes}
    assert _errors(document, graph_schema(registry_of([spec]))) == ["$.nodes[0].params.corner[0].x"]
