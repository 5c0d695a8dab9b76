"""Edits do what they say, can be taken back and made again, and refuse what is impossible."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nodegraph.graph.edit import (
    AddNode,
    ClearParam,
    Connect,
    Disconnect,
    Edit,
    RemoveKnob,
    RemoveNode,
    RenameNode,
    SetGroups,
    SetKnob,
    SetLabel,
    SetMode,
    SetNotes,
    SetParam,
    SetSeed,
    SetTitle,
    SetUi,
    Several,
    applied,
    apply,
    new_id,
)
from nodegraph.graph.io import dumps
from nodegraph.graph.model import Edge, Graph, Group, Knob, Node, Note
from nodegraph.problems import ProblemError
from tests.graph.specs import small_graph

IDS = st.sampled_from(["folder", "aesthetic", "threshold", "export", "new", "other"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=4,
)
OBJECTS = st.dictionaries(st.text(max_size=3), VALUES, max_size=2)
PORTS = st.sampled_from(["images", "kept"])
EDGES = st.builds(lambda a, p, b, q: Edge.parse(f"{a}.{p}", f"{b}.{q}"), IDS, PORTS, IDS, PORTS)
PARAMS = st.sampled_from(["low", "path", "x"])
SINGLE: st.SearchStrategy[Edit] = st.one_of(
    st.builds(
        AddNode, st.builds(Node, IDS, st.just("t/x"), st.integers(1, 3), st.dictionaries(PARAMS, VALUES, max_size=2))
    ),
    st.builds(RemoveNode, IDS),
    st.builds(Connect, EDGES),
    st.builds(Disconnect, EDGES),
    st.builds(SetParam, IDS, PARAMS, VALUES),
    st.builds(ClearParam, IDS, PARAMS),
    st.builds(SetLabel, IDS, st.text(max_size=5)),
    st.builds(SetMode, IDS, st.sampled_from(["normal", "mute", "bypass"])),
    st.builds(SetUi, st.none() | IDS, OBJECTS),
    st.builds(RenameNode, IDS, IDS),
    st.builds(SetTitle, st.text(max_size=5)),
    st.builds(SetSeed, st.integers(0, 99)),
    st.builds(SetKnob, st.builds(Knob, PARAMS, IDS, PARAMS, st.text(max_size=3))),
    st.builds(RemoveKnob, PARAMS),
    st.builds(
        SetGroups, st.lists(st.builds(Group, st.text(max_size=3), st.lists(IDS).map(tuple)), max_size=2).map(tuple)
    ),
    st.builds(SetNotes, st.lists(st.builds(Note, st.text(max_size=3), OBJECTS), max_size=2).map(tuple)),
)
EDITS = st.one_of(SINGLE, st.lists(SINGLE, max_size=3).map(lambda edits: Several(tuple(edits))))


@settings(max_examples=150, deadline=None)
@given(st.lists(EDITS, max_size=12))
def test_any_edits_taken_back_give_the_same_file_and_made_again_the_same_result(edits: list[Edit]) -> None:
    graph = small_graph()
    before, undo = dumps(graph), list[Edit]()
    for edit in edits:
        try:
            graph, inverse = apply(graph, edit)
        except ProblemError:
            continue
        undo.append(inverse)
    after, redo = dumps(graph), list[Edit]()
    for inverse in reversed(undo):
        graph, again = apply(graph, inverse)
        redo.append(again)
    assert dumps(graph) == before
    for again in reversed(redo):
        graph, _ = apply(graph, again)
    assert dumps(graph) == after


@settings(max_examples=60, deadline=None)
@given(st.lists(EDITS, max_size=12))
def test_no_edits_give_a_loop_or_an_edge_to_nowhere(edits: list[Edit]) -> None:
    graph = small_graph()
    for edit in edits:
        try:
            graph, _ = apply(graph, edit)
        except ProblemError:
            continue
    assert graph.loops() == []
    assert {end.node for edge in graph.edges for end in (edge.source, edge.target)} <= graph.nodes.keys()


def _with_more() -> Graph:
    return applied(
        small_graph(),
        [SetKnob(Knob("limit", "threshold", "low")), SetGroups((Group("Filters", ("threshold", "export")),))],
    )


def test_removing_a_node_removes_its_edges_knobs_and_its_place_in_groups() -> None:
    graph, _ = apply(_with_more(), RemoveNode("threshold"))
    assert [str(edge) for edge in graph.edges] == ["folder.images -> aesthetic.images"]
    assert graph.knobs == {}
    assert graph.groups == (Group("Filters", ("export",)),)


def test_renaming_a_node_renames_it_wherever_it_is_named() -> None:
    graph, _ = apply(_with_more(), RenameNode("threshold", "pretty"))
    assert graph.inputs_of("pretty")["images"].node == "aesthetic"
    assert graph.inputs_of("export")["images"].node == "pretty"
    assert graph.knobs["limit"].node == "pretty"
    assert graph.groups[0].nodes == ("pretty", "export")
    assert "threshold" not in graph.nodes


def test_true_one_and_one_point_nought_are_told_apart() -> None:
    graph, _ = apply(small_graph(), SetParam("threshold", "low", 1))
    after, inverse = apply(graph, SetParam("threshold", "low", True))
    assert dumps(apply(after, inverse)[0]) == dumps(graph) != dumps(after)


def test_the_inverse_holds_only_what_the_edit_changed() -> None:
    _, inverse = apply(small_graph(), SetLabel("folder", "Mine"))
    assert inverse == type(inverse)(nodes={"folder": small_graph().nodes["folder"]}, fields={})


def test_clearing_a_parameter_takes_it_out_of_the_file() -> None:
    graph, _ = apply(small_graph(), ClearParam("threshold", "low"))
    assert graph.nodes["threshold"].params == {"column": "aesthetic"}


def test_a_value_changed_after_the_edit_does_not_change_the_graph() -> None:
    words = ["a"]
    graph, _ = apply(small_graph(), SetParam("export", "captions", words))
    words.append("b")
    assert graph.nodes["export"].params["captions"] == ["a"]


def test_several_edits_are_made_all_or_not_at_all() -> None:
    graph = small_graph()
    with pytest.raises(ProblemError):
        apply(graph, Several((SetTitle("New"), RemoveNode("gone"))))
    assert graph.title == "Small"


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (AddNode(Node("folder", "source/folder")), "node-taken"),
        (AddNode(Node("a.b", "source/folder")), "bad-name"),
        (AddNode(Node("a", "")), "bad-node"),
        (RemoveNode("gone"), "no-such-node"),
        (Connect(Edge.parse("folder.images", "threshold.images")), "port-taken"),
        (Connect(Edge.parse("export.images", "folder.images")), "cycle"),
        (Connect(Edge.parse("folder.images", "folder.images")), "cycle"),
        (Connect(Edge.parse("folder.images", "gone.images")), "no-such-node"),
        (Connect(Edge.parse("folder", "export.second")), "bad-name"),
        (Disconnect(Edge.parse("folder.images", "export.images")), "no-such-edge"),
        (SetParam("gone", "low", 1), "no-such-node"),
        (SetParam("threshold", "low", math.nan), "not-json"),
        (SetParam("threshold", "low", object()), "not-json"),
        (SetParam("threshold", "a=b", 1), "bad-name"),
        (RenameNode("folder", "export"), "node-taken"),
        (RenameNode("folder", "two words"), "bad-name"),
        (SetSeed(-1), "bad-seed"),
        (SetKnob(Knob("k", "gone", "low")), "no-such-node"),
        (RemoveKnob("k"), "no-such-knob"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_an_impossible_edit_is_refused_with_its_reason(edit: Edit, code: str) -> None:
    with pytest.raises(ProblemError) as caught:
        apply(small_graph(), edit)
    assert [found.code for found in caught.value.problems] == [code]


def test_an_edge_that_would_close_a_loop_names_the_loop() -> None:
    with pytest.raises(ProblemError, match="aesthetic -> threshold -> aesthetic"):
        apply(small_graph(), Connect(Edge.parse("threshold.kept", "aesthetic.second")))


def test_new_ids_are_made_of_the_type_and_numbered_from_the_second() -> None:
    graph = small_graph()
    assert new_id(graph, "filter/blur") == "blur"
    assert new_id(graph, "filter/threshold") == "threshold-2"
    more, _ = apply(graph, AddNode(Node("threshold-2", "filter/threshold")))
    assert new_id(more, "filter/threshold") == "threshold-3"


@given(st.text(min_size=1, max_size=120))
def test_new_ids_are_always_allowed(type: str) -> None:
    graph = small_graph()
    node = Node(new_id(graph, type), "t")
    assert apply(graph, AddNode(node))[0].nodes[node.id] is not None


def test_taking_an_unknown_edge_away_from_a_graph_with_two_into_one_port_can_be_undone() -> None:
    wrong: Any = Graph(
        nodes=small_graph().nodes, edges=(*small_graph().edges, Edge.parse("folder.images", "export.images"))
    )
    graph, inverse = apply(wrong, RemoveNode("export"))
    assert dumps(apply(graph, inverse)[0]) == dumps(wrong)


def test_a_mode_that_is_none_is_refused() -> None:
    graph, _ = apply(Graph(), AddNode(Node("a", "x/y", 1, {})))
    with pytest.raises(ProblemError, match="no mode 'asleep'"):
        apply(graph, SetMode("a", "asleep"))  # type: ignore[arg-type]
