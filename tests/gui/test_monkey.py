"""10,000 commands of a random hand at the canvas and the forms, then all of them undone and redone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.exceptions import capture_exceptions, format_captured_exceptions
from pytestqt.qtbot import QtBot

from gui.document import GraphDocument
from nodegraph.graph.io import dumps, loads
from nodegraph.graph.model import Graph
from tests.gui.monkey import Monkey

COMMANDS = 10_000


@pytest.fixture
def monkey(qtbot: QtBot, document: GraphDocument, quickstart: Graph) -> Iterator[Monkey]:
    document.load(quickstart, None)
    made = Monkey(document, seed=20)
    for widget, size in (
        (made.canvas, (1100, 700)), (made.inspector, (360, 800)), (made.problems, (500, 200)),
        (made.outline, (300, 500)),
    ):  # fmt: skip
        qtbot.addWidget(widget)
        widget.resize(*size)
        widget.show()
    made.canvas.fit()
    yield made
    made.canvas.inline.overlay.close()


def test_ten_thousand_commands_can_all_be_undone_and_redone(monkey: Monkey, quickstart: Graph) -> None:
    document, stack = monkey.document, monkey.document.undo_stack
    start = document.text
    for number in range(COMMANDS):
        with capture_exceptions() as caught:
            monkey.step()
        assert not caught, f"command {number}, after {list(monkey.last)}\n{format_captured_exceptions(caught)}"
    assert sum(monkey.done.values()) == COMMANDS and min(monkey.done[do.__name__] for do in monkey.ways) > 20
    assert {"cycle", "message"} <= set(monkey.said), monkey.said

    canvas_shows_the_graph(monkey)
    monkey.canvas.inline.overlay.close()
    while stack.canRedo():
        stack.redo()
    end, steps = dumps(document.graph), stack.count()
    assert loads(end) == document.graph
    middle = {}
    while stack.canUndo():
        stack.undo()
        if stack.index() % 50 == 0:
            middle[stack.index()] = document.text
    assert document.text == start and document.graph == quickstart and steps > 500
    canvas_shows_the_graph(monkey)
    while stack.canRedo():
        stack.redo()
        if stack.index() in middle:
            assert document.text == middle[stack.index()]
    assert document.text == end
    canvas_shows_the_graph(monkey)


def canvas_shows_the_graph(monkey: Monkey) -> None:
    """The items are those of the graph, no more and no fewer, each where the graph says."""
    scene, graph = monkey.canvas.graph_scene, monkey.graph
    assert set(scene.nodes) == set(graph.nodes)
    assert sorted(str(item.edge) for item in scene.edges.values()) == sorted({str(edge) for edge in graph.edges})
    assert len(scene.notes) == len(graph.notes) and len(scene.groups) == len(graph.groups)
    for id, item in scene.nodes.items():
        ui = graph.nodes[id].ui
        if isinstance(ui.get("x"), (int, float)) and isinstance(ui.get("y"), (int, float)):
            assert (item.pos().x(), item.pos().y()) == (ui["x"], ui["y"])
