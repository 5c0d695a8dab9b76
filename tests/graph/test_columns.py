"""Columns are known along the edges before anything runs."""

from __future__ import annotations

from nodegraph.columns import BASE_COLUMNS
from nodegraph.graph.columns import columns_at, columns_into
from nodegraph.graph.edit import ClearParam, RemoveNode, SetMode, SetParam, applied
from nodegraph.graph.model import End, Node, graph_of
from tests.graph.specs import small_graph, small_registry

REGISTRY = small_registry()


def test_a_source_gives_the_base_columns() -> None:
    assert columns_at(small_graph(), REGISTRY)[End("folder", "images")] == BASE_COLUMNS


def test_a_scorer_adds_its_columns_and_all_below_have_them_on_every_port() -> None:
    columns = columns_at(small_graph(), REGISTRY)
    for end in (End("aesthetic", "images"), End("threshold", "kept"), End("threshold", "dropped")):
        assert set(columns[end]) == {*BASE_COLUMNS, "aesthetic"}
        assert not columns[end].open


def test_a_bypassed_scorer_adds_nothing() -> None:
    graph = applied(small_graph(), [SetMode("aesthetic", "bypass")])
    assert "aesthetic" not in columns_at(graph, REGISTRY)[End("threshold", "kept")]


def test_below_a_muted_scorer_wiring_goes_on_as_if_it_ran() -> None:
    graph = applied(small_graph(), [SetMode("aesthetic", "mute")])
    assert "aesthetic" in columns_at(graph, REGISTRY)[End("threshold", "kept")]


def test_the_name_and_kind_of_a_column_can_follow_from_parameters() -> None:
    graph = graph_of(
        [Node("folder", "source/folder"), Node("label", "score/label", params={"into": "kind", "text": False})],
        [("folder.images", "label.images")],
    )
    assert columns_at(graph, REGISTRY)[End("label", "images")]["kind"].kind == "flag"


def test_below_an_unknown_type_there_may_be_any_column() -> None:
    graph = graph_of(
        [Node("mystery", "other/pack"), Node("export", "export/kohya")], [("mystery.images", "export.images")]
    )
    columns = columns_at(graph, REGISTRY)
    assert columns[End("mystery", "images")].open
    assert columns[End("export", "images")].open


def test_below_an_unconnected_input_there_may_be_any_column() -> None:
    graph = applied(small_graph(), [RemoveNode("folder")])
    assert columns_at(graph, REGISTRY)[End("aesthetic", "images")].open


def test_in_a_loop_there_may_be_any_column() -> None:
    graph = graph_of(
        [Node("a", "score/aesthetic"), Node("b", "score/aesthetic")],
        [("a.images", "b.images"), ("b.images", "a.images")],
    )
    assert all(columns.open for columns in columns_at(graph, REGISTRY).values())


def test_a_wrong_parameter_upstream_that_no_column_hangs_on_leaves_the_columns_known() -> None:
    graph = applied(small_graph(), [SetParam("aesthetic", "model", 3), ClearParam("folder", "path")])
    columns = columns_at(graph, REGISTRY)[End("aesthetic", "images")]
    assert "aesthetic" in columns
    assert not columns.open


def test_a_wrong_parameter_that_names_a_column_leaves_open_which_there_are() -> None:
    graph = graph_of(
        [Node("folder", "source/folder"), Node("label", "score/label", params={"into": 3})],
        [("folder.images", "label.images")],
    )
    assert columns_at(graph, REGISTRY)[End("label", "images")].open


def test_of_two_inputs_the_first_gives_the_columns() -> None:
    graph = graph_of(
        [
            Node("folder", "source/folder", params={"path": "a"}),
            Node("score", "score/aesthetic"),
            Node("exclude", "arrange/exclude"),
        ],
        [("folder.images", "score.images"), ("folder.images", "exclude.images"), ("score.images", "exclude.reference")],
    )
    columns = columns_at(graph, REGISTRY)
    assert columns[End("exclude", "kept")] == BASE_COLUMNS
    assert columns_into(graph, REGISTRY, columns, "exclude") == BASE_COLUMNS


def test_what_reaches_a_node_is_what_the_one_before_it_gives() -> None:
    columns = columns_at(small_graph(), REGISTRY)
    assert "aesthetic" in columns_into(small_graph(), REGISTRY, columns, "threshold")
    assert columns_into(small_graph(), REGISTRY, columns, "folder").open
