"""Parameters are set from outside by knobs, each text read as its parameter's type wants it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nodegraph.graph.edit import SetKnob, applied
from nodegraph.graph.knobs import with_knobs
from nodegraph.graph.model import Graph, Knob, Node, graph_of
from nodegraph.problems import ProblemError
from tests.graph.specs import small_graph, small_registry

REGISTRY = small_registry()
HERE = Path("/here")


def _graph() -> Graph:
    knobs = [Knob("folder", "folder", "path"), Knob("limit", "threshold", "low"), Knob("null", "threshold", "on_null")]
    return applied(small_graph(), [SetKnob(knob) for knob in knobs])


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("limit", "4", 4),
        ("limit", "-2.5", -2.5),
        ("limit", "null", None),
        ("null", "drop", "drop"),
        ("threshold.column", "123", "123"),
        ("threshold.column", '"aesthetic"', "aesthetic"),
        ("threshold.column", "true", "true"),
        ("threshold.column", "NaN", "NaN"),
        ("folder.recursive", "false", False),
        ("export.captions", '["a", "b"]', ["a", "b"]),
        ("folder", "../photos", "/photos"),
        ("folder", "2024", "/here/2024"),
        ("folder", "/data", "/data"),
        ("folder", "~/x", "~/x"),
        ("folder", "asset:samples", "asset:samples"),
    ],
)
def test_a_text_is_read_as_its_parameter_wants_it(name: str, text: str, value: Any) -> None:
    graph = _graph()
    found = with_knobs(graph, REGISTRY, {name: text}, folder=HERE)
    node, _, param = name.partition(".")
    knob = graph.knobs.get(name)
    set_to = found.nodes[knob.node].params[knob.param] if knob else found.nodes[node].params[param]
    assert (set_to, type(set_to)) == (value, type(value))


def test_a_relative_path_is_meant_from_where_the_person_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = with_knobs(_graph(), REGISTRY, {"folder": "photos"})
    assert found.nodes["folder"].params["path"] == str(tmp_path / "photos")


def test_a_knob_goes_before_a_node_of_the_same_name() -> None:
    found = with_knobs(_graph(), REGISTRY, {"folder": "/a", "folder.path": "/b"})
    assert found.nodes["folder"].params["path"] == "/b"


def test_a_parameter_of_an_unknown_type_is_set_to_json_or_text() -> None:
    graph = graph_of([Node("x", "other/pack")])
    assert with_knobs(graph, REGISTRY, {"x.a": "[1]", "x.b": "word"}).nodes["x"].params == {"a": [1], "b": "word"}


@pytest.mark.parametrize(
    ("name", "text", "code", "words"),
    [
        ("limt", "4", "no-such-knob", 'Did you mean "limit"'),
        ("zzz", "4", "no-such-knob", "The graph's knobs: folder, limit, null"),
        ("treshold.low", "4", "no-such-node", 'Did you mean "threshold"'),
        ("threshold.lo", "4", "unknown-parameter", 'Did you mean "low"'),
        ("limit", "four", "bad-parameter", "Low cannot be 'four'"),
        ("limit", "5000", "bad-parameter", "from -1,000 to 1,000"),
        ("limit", "NaN", "bad-parameter", "Low cannot be 'NaN'"),
        ("limit", "1e999", "bad-parameter", "Low cannot be '1e999'"),
        ("limit", "[" * 100_000, "bad-parameter", "Low cannot be"),
        ("null", "maybe", "bad-parameter", "Choose one of: keep, drop"),
    ],
)
def test_a_wrong_knob_or_value_is_refused_with_its_reason(name: str, text: str, code: str, words: str) -> None:
    with pytest.raises(ProblemError, match=words) as caught:
        with_knobs(_graph(), REGISTRY, {name: text})
    assert [found.code for found in caught.value.problems] == [code]


def test_everything_wrong_is_told_at_once() -> None:
    with pytest.raises(ProblemError) as caught:
        with_knobs(_graph(), REGISTRY, {"nothing": "1", "limit": "four"})
    assert [found.code for found in caught.value.problems] == ["no-such-knob", "bad-parameter"]
