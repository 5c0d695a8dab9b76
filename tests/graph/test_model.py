"""What a graph knows about itself."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph.graph.model import Edge, End, Graph, Knob, Node, graph_of
from nodegraph.problems import ProblemError
from tests.graph.specs import small_graph


def _chain(*ids: str) -> Graph:
    return graph_of([Node(id, "t") for id in set(ids)], [(f"{a}.out", f"{b}.in") for a, b in pairwise(ids)])


def test_nodes_and_edges_are_kept_sorted_whatever_order_they_come_in() -> None:
    forwards = small_graph()
    backwards = Graph(
        forwards.title, nodes=dict(reversed([*forwards.nodes.items()])), edges=tuple(reversed(forwards.edges))
    )
    assert list(backwards.nodes) == sorted(forwards.nodes)
    assert backwards.edges == forwards.edges


def test_the_order_puts_every_node_after_those_it_depends_on() -> None:
    assert small_graph().order() == ("folder", "aesthetic", "threshold", "export")


def test_the_order_is_by_id_where_the_edges_leave_a_choice() -> None:
    graph = graph_of([Node(id, "t") for id in "cab"], [("b.o", "a.i")])
    assert graph.order() == ("b", "a", "c")


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=14), st.randoms())
def test_the_order_does_not_depend_on_the_order_of_the_file(
    pairs: list[tuple[int, int]], shuffler: random.Random
) -> None:
    nodes = [Node(f"n{i}", "t") for i in range(8)]
    edges = [(f"n{a}.o", f"n{b}.i{a}") for a, b in pairs if a < b]
    expected = graph_of(nodes, edges).order()
    shuffler.shuffle(nodes)
    shuffler.shuffle(edges)
    found = graph_of(nodes, edges).order()
    assert found == expected
    assert all(found.index(f"n{a}") < found.index(f"n{b}") for a, b in pairs if a < b)


def test_a_loop_is_named_node_by_node_from_its_smallest_id() -> None:
    assert _chain("c", "b", "a", "c").loops() == [("a", "c", "b")]


def test_a_node_wired_to_itself_is_a_loop() -> None:
    assert _chain("a", "a").loops() == [("a",)]


def test_the_shortest_of_several_loops_through_a_node_is_named() -> None:
    graph = graph_of(
        [Node(id, "t") for id in "abcd"],
        [("a.o", "b.i"), ("b.o", "c.i"), ("c.o", "a.i"), ("a.o", "d.i"), ("d.o", "a.j")],
    )
    assert graph.loops() == [("a", "d")]


def test_asking_for_the_order_of_a_loop_says_which_loop() -> None:
    with pytest.raises(ProblemError, match="a -> b -> a"):
        _chain("a", "b", "a").order()


def test_upstream_and_downstream_are_all_that_hangs_together() -> None:
    graph = small_graph()
    assert graph.upstream("threshold") == {"folder", "aesthetic"}
    assert graph.downstream("aesthetic") == {"threshold", "export"}


def test_inputs_are_known_by_port() -> None:
    assert small_graph().inputs_of("threshold") == {"images": End("aesthetic", "images")}


def test_sinks_are_the_nodes_nothing_depends_on() -> None:
    graph = graph_of([Node("a", "t"), Node("b", "t"), Node("c", "t")], [("a.o", "b.i")])
    assert graph.sinks() == ("b", "c")


def test_an_edge_to_nowhere_is_no_part_of_the_network() -> None:
    graph = graph_of([Node("a", "t")], [("a.o", "gone.i")])
    assert list(graph.network().edges()) == []


def test_the_network_cannot_be_changed() -> None:
    with pytest.raises(Exception, match="Frozen"):
        small_graph().network().add_node("new")


def test_what_depends_on_a_muted_node_does_not_run_either() -> None:
    graph = graph_of([Node("a", "t"), Node("b", "t", mode="mute"), Node("c", "t")], [("a.o", "b.i"), ("b.o", "c.i")])
    assert graph.muted() == {"b", "c"}


def test_the_subgraph_to_a_node_leaves_out_what_it_does_not_need() -> None:
    graph = small_graph()
    knobs = {"low": Knob("low", "threshold", "low"), "out": Knob("out", "export", "folder")}
    found = Graph(graph.title, nodes=graph.nodes, edges=graph.edges, knobs=knobs).subgraph_to(["threshold"])
    assert list(found.nodes) == ["aesthetic", "folder", "threshold"]
    assert [str(edge) for edge in found.edges] == [
        "folder.images -> aesthetic.images",
        "aesthetic.images -> threshold.images",
    ]
    assert list(found.knobs) == ["low"]


def test_asking_for_a_node_that_is_not_there_names_the_nearest() -> None:
    with pytest.raises(ProblemError, match='Did you mean "threshold"'):
        small_graph().subgraph_to(["treshold"])


def test_an_edge_reads_like_it_is_written() -> None:
    assert str(Edge.parse("a.kept", "b.images")) == "a.kept -> b.images"


def test_a_node_kept_under_another_id_is_refused() -> None:
    with pytest.raises(ValueError, match="kept under"):
        Graph(nodes={"a": Node("b", "t")})
