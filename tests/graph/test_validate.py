"""Everything wrong with a graph is told, each with its place, its reason and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from nodegraph.columns import ColumnInfo
from nodegraph.graph.edit import (
    AddNode,
    ClearParam,
    Connect,
    Disconnect,
    Edit,
    RemoveNode,
    SetKnob,
    SetMode,
    SetParam,
    applied,
)
from nodegraph.graph.model import Edge, Graph, Knob, Node, graph_of
from nodegraph.graph.validate import errors_of, validate
from nodegraph.problems import Problem
from nodegraph.registry import Registry, registry_of
from tests.graph.specs import SPECS, aesthetic, small_graph, small_registry, threshold
from tests.graph.test_io import GRAPHS

REGISTRY = small_registry()


def _found(*edits: Edit, registry: Registry = REGISTRY, base: Path | None = None) -> list[Problem]:
    return validate(applied(small_graph(), edits), registry, base=base)


def _only(found: Sequence[Problem]) -> Problem:
    assert len(found) == 1, [str(one) for one in found]
    return found[0]


def _with_edge(*ends: str) -> Graph:
    return replace(small_graph(), edges=(*small_graph().edges, Edge.parse(*ends)))


def test_a_good_graph_has_no_problem() -> None:
    assert _found() == []


def test_an_empty_graph_has_no_problem() -> None:
    assert validate(Graph(), REGISTRY) == []


# structure


def test_an_unknown_type_names_the_nearest() -> None:
    found = _only(_found(AddNode(Node("x", "filter/treshold"))))
    assert (found.code, found.node, found.value) == ("unknown-type", "x", "filter/treshold")
    assert 'Did you mean "filter/threshold"' in found.fix


def test_an_unknown_output_names_the_nearest() -> None:
    edits = [Disconnect(Edge.parse("threshold.kept", "export.images"))]
    found = _only(_found(*edits, Connect(Edge.parse("threshold.keep", "export.images"))))
    assert (found.code, found.place) == ("unknown-port", "threshold.keep")
    assert 'Did you mean "kept"' in found.fix


def test_an_edge_into_a_source_is_an_unknown_port() -> None:
    found = validate(
        graph_of(
            [Node("a", "source/folder", params={"path": "p"}), Node("b", "source/folder", params={"path": "p"})],
            [("a.images", "b.images")],
        ),
        REGISTRY,
    )
    assert (_only(found).code, _only(found).place) == ("unknown-port", "b.images")


def test_two_edges_into_one_port_are_told_with_both_sources() -> None:
    found = _only(validate(_with_edge("folder.images", "export.images"), REGISTRY))
    assert (found.code, found.place) == ("port-taken", "export.images")
    assert "folder.images, threshold.kept" in found.message


def test_a_missing_input_is_told_with_its_port() -> None:
    found = _only(_found(Disconnect(Edge.parse("threshold.kept", "export.images"))))
    assert (found.code, found.place) == ("missing-input", "export.images")


def test_a_loop_is_named_as_a_loop() -> None:
    graph = graph_of(
        [Node("a", "score/aesthetic"), Node("b", "score/aesthetic")],
        [("a.images", "b.images"), ("b.images", "a.images")],
    )
    found = _only(validate(graph, REGISTRY))
    assert (found.code, found.value) == ("cycle", "a -> b -> a")


@pytest.mark.parametrize(
    ("ends", "place"), [(("threshold.dropped", "exprt.x"), "threshold.dropped"), (("foldr.x", "gone.y"), "")]
)
def test_an_edge_to_nowhere_names_the_edge(ends: tuple[str, str], place: str) -> None:
    found = validate(_with_edge(*ends), REGISTRY)
    assert {(one.code, one.place, one.value) for one in found} == {("edge-to-nowhere", place, " -> ".join(ends))}


def test_a_bypassed_source_is_an_error() -> None:
    assert _only(_found(SetMode("folder", "bypass"))).code == "bypassed-source"


def test_a_node_of_another_rev_is_told() -> None:
    for rev, code in ((1, "old-rev"), (3, "rev-from-the-future")):
        graph = small_graph()
        node = replace(graph.nodes["threshold"], rev=rev)
        found = _only(validate(replace(graph, nodes={**graph.nodes, "threshold": node}), REGISTRY))
        assert (found.code, found.node) == (code, "threshold")


def test_a_knob_for_what_is_not_there_is_a_warning() -> None:
    found = _only(_found(SetKnob(Knob("k", "threshold", "lo"))))
    assert (found.code, found.place, found.severity) == ("knob-to-nowhere", "threshold.lo", "warning")
    graph = replace(small_graph(), knobs={"k": Knob("k", "treshold", "low")})
    assert 'Did you mean "threshold"' in _only(validate(graph, REGISTRY)).fix


def test_a_muted_branch_only_warns_so_that_the_rest_can_run() -> None:
    edits = [AddNode(Node("draft", "filter/threshold", 2, mode="mute")), AddNode(Node("later", "other/pack"))]
    found = _found(*edits, Connect(Edge.parse("draft.kept", "later.images")))
    assert [(one.code, one.node) for one in found] == [("missing-input", "draft"), ("unknown-type", "later")]
    assert errors_of(found) == []


# parameters


def test_an_unknown_parameter_names_the_nearest() -> None:
    found = _only(_found(SetParam("threshold", "hihg", 4)))
    assert (found.code, found.place, found.value) == ("unknown-parameter", "threshold.hihg", 4)
    assert 'Did you mean "high"' in found.fix


@pytest.mark.parametrize(
    "edit", [ClearParam("folder", "path"), SetParam("folder", "path", "")], ids=["left out", "empty"]
)
def test_a_missing_parameter_is_told_with_its_help(edit: Edit) -> None:
    found = _only(_found(edit))
    assert (found.code, found.place, found.fix) == ("missing-parameter", "folder.path", "Where the pictures are.")


@pytest.mark.parametrize("value", ["five", True, 5000, [1]])
def test_a_value_that_does_not_fit_is_told(value: object) -> None:
    found = _only(_found(SetParam("threshold", "low", value)))
    assert (found.code, found.place, found.value) == ("bad-parameter", "threshold.low", value)


def test_what_the_node_checks_itself_is_told_at_the_node() -> None:
    found = _only(_found(SetParam("threshold", "high", 1)))
    assert (found.code, found.place) == ("low-above-high", "threshold.low")


def test_a_check_that_fails_is_a_mistake_of_the_node_and_the_rest_is_still_checked() -> None:
    def broken(_params: Any) -> Sequence[Problem]:
        raise KeyError("oops")

    registry = registry_of([*SPECS, replace(threshold, check=broken)], REGISTRY.models.values())
    found = _found(SetParam("export", "x", 1), registry=registry)
    assert [(one.code, one.node) for one in found] == [("broken-node", "threshold"), ("unknown-parameter", "export")]


def test_an_unknown_model_names_the_nearest_of_its_kind() -> None:
    found = _only(_found(SetParam("aesthetic", "model", "vit-b-23")))
    assert (found.code, found.place) == ("unknown-model", "aesthetic.model")
    assert 'Did you mean "vit-b-32"' in found.fix


def test_a_model_of_another_kind_is_unknown_and_those_that_fit_are_listed() -> None:
    found = _only(_found(SetParam("aesthetic", "model", "blip-base")))
    assert found.code == "unknown-model"
    assert "demo-clip, vit-b-32" in found.fix


def test_a_default_model_that_is_not_installed_is_told() -> None:
    assert _only(_found(registry=registry_of(SPECS))).code == "unknown-model"


def test_without_a_base_no_folder_is_looked_for_and_with_one_a_missing_one_is_told(tmp_path: Path) -> None:
    assert _found() == []
    found = _only(_found(base=tmp_path))
    assert (found.code, found.place) == ("no-such-folder", "folder.path")
    (tmp_path / "photos").mkdir()
    assert _found(base=tmp_path) == []


def test_a_file_in_place_of_a_folder_and_the_other_way_round_is_told(tmp_path: Path) -> None:
    (tmp_path / "photos").write_text("a file")
    (tmp_path / "dataset").write_text("a file")
    (tmp_path / "card.md").mkdir()
    found = _found(SetParam("export", "card", "card.md"), base=tmp_path)
    assert [(one.code, one.place) for one in found] == [
        ("no-such-folder", "folder.path"),
        ("path-taken", "export.folder"),
        ("no-such-file", "export.card"),
    ]


def test_a_file_with_another_suffix_is_told(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "card.txt").write_text("")
    found = _only(_found(SetParam("export", "card", "card.txt"), base=tmp_path))
    assert (found.code, found.place) == ("wrong-suffix", "export.card")


def test_an_asset_that_leads_outside_is_told(tmp_path: Path) -> None:
    found = _only(_found(SetParam("folder", "path", "asset:../x"), base=tmp_path))
    assert (found.code, found.place) == ("bad-path", "folder.path")


# columns


def _without_score() -> list[Edit]:
    return [RemoveNode("aesthetic"), Connect(Edge.parse("folder.images", "threshold.images"))]


def test_a_column_that_nothing_upstream_gives_names_the_node_that_would() -> None:
    found = _only(_found(*_without_score()))
    assert (found.code, found.place, found.value) == ("unknown-column", "threshold.column", "aesthetic")
    assert found.fix == "Add *Aesthetic score* before it."


def test_a_misspelt_column_names_the_nearest() -> None:
    found = _only(_found(SetParam("threshold", "column", "asthetic")))
    assert (found.code, found.fix) == ("unknown-column", 'Did you mean "aesthetic"?')


def test_a_column_that_no_node_gives_lists_those_there_are() -> None:
    found = _only(_found(SetParam("threshold", "column", "zzz")))
    assert found.fix == "Upstream there is: aesthetic."


def _with_labels(count: int) -> list[Edit]:
    """Edits that put labels named a0, a1, ... between the score and the threshold."""
    names = [f"a{index}" for index in range(count)]
    above = ["aesthetic", *names]
    nodes = [AddNode(Node(name, "score/label", params={"into": name, "text": False})) for name in names]
    edges = [Connect(Edge.parse(f"{above[at]}.images", f"{name}.images")) for at, name in enumerate(names)]
    into = "threshold.images"
    last = [Disconnect(Edge.parse("aesthetic.images", into)), Connect(Edge.parse(f"{names[-1]}.images", into))]
    return [*nodes, *edges, *last]


def test_only_columns_that_fit_are_listed() -> None:
    found = _only(_found(*_with_labels(3), SetParam("threshold", "column", "zzz")))
    assert found.fix == "Upstream there is: aesthetic."
    without = [
        Disconnect(Edge.parse("aesthetic.images", "a0.images")),
        Connect(Edge.parse("folder.images", "a0.images")),
    ]
    found = _only(_found(*_with_labels(3), *without, SetParam("threshold", "column", "zzz")))
    assert found.fix == "Upstream there is no column of kind number."


def test_at_most_eight_columns_are_listed() -> None:
    wish = AddNode(Node("wish", "filter/expression", params={"condition": "zzz > 1"}))
    found = _only(_found(*_with_labels(9), wish, Connect(Edge.parse("a8.images", "wish.images"))))
    assert found.fix == "Upstream there is: a0, a1, a2, a3, a4, a5, a6, a7 and more."


def test_a_column_given_elsewhere_in_the_graph_names_that_node() -> None:
    edits = [*_without_score(), AddNode(Node("scored", "score/aesthetic"))]
    found = _only(_found(*edits, Connect(Edge.parse("threshold.dropped", "scored.images"))))
    assert found.fix == "scored gives it: connect that upstream."


def test_a_column_whose_node_is_bypassed_says_so() -> None:
    found = _only(_found(SetMode("aesthetic", "bypass")))
    assert found.fix == "aesthetic would give it, but is bypassed: switch it on."


def test_a_column_of_another_kind_is_told_with_those_that_fit() -> None:
    found = _only(_found(SetParam("threshold", "column", "path")))
    assert (found.code, found.place) == ("wrong-column-kind", "threshold.column")
    assert "kind text, but number is needed" in found.message
    assert "aesthetic" in found.fix


def _with_label(**params: Any) -> Graph:
    more = [Node("first", "score/label"), Node("second", "score/label", params=params)]
    edges = [("folder.images", "first.images"), ("first.images", "second.images")]
    return graph_of([small_graph().nodes["folder"], *more], edges)


def test_replacing_a_column_by_one_of_another_kind_is_a_warning() -> None:
    found = _only(validate(_with_label(text=False), REGISTRY))
    assert (found.code, found.place, found.severity) == ("column-replaced", "second.into", "warning")
    assert validate(_with_label(text=True), REGISTRY) == []


def test_overwriting_a_base_column_is_an_error() -> None:
    found = _only(validate(_with_label(into="path"), REGISTRY))
    assert (found.code, found.place, found.severity) == ("base-column", "second.into", "error")


def test_columns_that_a_broken_node_cannot_tell_are_a_mistake_of_that_node() -> None:
    def broken(_params: Any) -> dict[str, ColumnInfo]:
        raise KeyError("oops")

    registry = registry_of([*SPECS, replace(aesthetic, gives=broken)], REGISTRY.models.values())
    assert [(one.code, one.node) for one in _found(registry=registry)] == [("broken-node", "aesthetic")]


def test_below_an_unknown_type_no_column_is_said_to_be_missing() -> None:
    edits = [
        *_without_score()[:1],
        AddNode(Node("mystery", "other/pack")),
        Connect(Edge.parse("folder.images", "mystery.i")),
    ]
    found = _found(*edits, Connect(Edge.parse("mystery.images", "threshold.images")))
    assert [one.code for one in found] == ["unknown-type"]


def test_columns_of_a_bypassed_filter_are_not_asked_for() -> None:
    assert _found(*_without_score(), SetMode("threshold", "bypass")) == []


def _with_condition(condition: str, *edits: Edit) -> list[Problem]:
    return _found(
        Disconnect(Edge.parse("threshold.kept", "export.images")),
        AddNode(Node("rule", "filter/expression", params={"condition": condition})),
        Connect(Edge.parse("threshold.kept", "rule.images")),
        Connect(Edge.parse("rule.kept", "export.images")),
        *edits,
    )


def test_a_condition_over_known_columns_has_no_problem() -> None:
    assert _with_condition("aesthetic > 5 and rid like 'a%'") == []


def test_a_condition_over_an_unknown_column_names_the_nearest() -> None:
    found = _only(_with_condition("asthetic > 5"))
    assert (found.code, found.place, found.value) == ("unknown-column", "rule.condition", "asthetic")
    assert found.fix == 'Did you mean "aesthetic"?'


@pytest.mark.parametrize("condition", ["aesthetic >", "aesthetic", "aesthetic > 'five'"])
def test_a_condition_that_does_not_work_is_told_at_its_parameter(condition: str) -> None:
    assert _only(_with_condition(condition)).place == "rule.condition"


def test_a_condition_below_an_unknown_type_may_name_any_column() -> None:
    mystery = [
        AddNode(Node("mystery", "other/pack")),
        Disconnect(Edge.parse("threshold.kept", "rule.images")),
        Connect(Edge.parse("folder.images", "mystery.i")),
        Connect(Edge.parse("mystery.o", "rule.images")),
    ]
    assert [one.code for one in _with_condition("anything > 5", *mystery)] == ["unknown-type"]


# the whole


def test_everything_wrong_is_told_at_once_in_the_order_the_nodes_would_run() -> None:
    graph = applied(
        small_graph(),
        [
            SetParam("export", "folder", 3),
            SetParam("threshold", "column", "zzz"),
            SetParam("aesthetic", "model", "gone"),
            ClearParam("folder", "path"),
            AddNode(Node("alone", "other/pack")),
        ],
    )
    graph = replace(graph, edges=(*graph.edges, Edge.parse("gone.a", "gone.b")))
    assert [(one.node, one.code) for one in validate(graph, REGISTRY)] == [
        (None, "edge-to-nowhere"),
        (None, "edge-to-nowhere"),
        ("alone", "unknown-type"),
        ("folder", "missing-parameter"),
        ("aesthetic", "unknown-model"),
        ("threshold", "unknown-column"),
        ("export", "bad-parameter"),
    ]


@settings(max_examples=60, deadline=None)
@given(GRAPHS)
def test_any_graph_that_a_file_can_hold_is_checked_without_a_crash_and_always_the_same(graph: Graph) -> None:
    found = validate(graph, REGISTRY, base=Path("/nowhere"))
    assert [str(one) for one in found] == [str(one) for one in validate(graph, REGISTRY, base=Path("/nowhere"))]
    assert all(one.message.endswith(".") for one in found)
