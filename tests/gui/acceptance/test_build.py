"""The quickstart's graph is built from nothing: once by keyboard alone, once by mouse; wrong links are refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLineEdit, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from gui.main_window import MainWindow
from nodegraph.graph.io import load
from nodegraph.graph.model import Graph
from tests.gui.conftest import QUICKSTART
from tests.gui.hands import double_click, drag

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
FIRST_FIELDS = {"folder": "folder", "best": "column", "size": "min_side", "imagefolder": "folder", "split": "share"}
"""What Return opens on these nodes."""

BRANCHES = ((1, 0), (0, 1), (0, -1))
"""Where the nodes that hang on one output go: right of it, below, above."""


def in_order(graph: Graph) -> list[tuple[str, str]]:
    """(node, the node that feeds it or "") from the source on, those that feed others first."""
    feeds = {edge.source.node for edge in graph.edges}
    order = sorted(graph.order(), key=lambda id: id not in feeds)
    return [(id, next((end.node for end in graph.inputs_of(id).values()), "")) for id in order]


def shape(graph: Graph) -> set[tuple[str, ...]]:
    """The edges by the types of their nodes, and the nodes without one."""
    type_of = {id: node.type for id, node in graph.nodes.items()}
    edges = {
        (type_of[edge.source.node], edge.source.port, type_of[edge.target.node], edge.target.port)
        for edge in graph.edges
    }
    return edges | {(type,) for type in type_of.values()}


class Person:
    """What a person does with the window."""

    def __init__(self, window: MainWindow, qtbot: QtBot) -> None:
        self.window, self.canvas, self.qtbot = window, window.canvas, qtbot
        self.made: dict[str, str] = {}

    @property
    def view(self) -> QWidget:
        return self.canvas.viewport()

    def key(self, key: Qt.Key, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier, times: int = 1) -> None:
        for _ in range(times):
            QTest.keyClick(self.canvas, key, keys)

    def pick(self, title: str) -> str:
        """Types into the palette that has opened, and takes what is found; the node's id."""
        palette = self.window.palette_popup
        self.qtbot.waitUntil(palette.isVisible)
        QTest.keyClicks(palette.field, title)
        assert palette.list.currentItem().text() == title, f"{title}: {palette.list.currentItem().text()} is first"
        QTest.keyClick(palette.field, Qt.Key.Key_Return)
        (chosen,) = self.window.selection.nodes
        return chosen

    def place(self, id: str) -> QPointF:
        return self.canvas.graph_scene.nodes[id].pos()

    def nudge(self, id: str, to: QPointF) -> None:
        """Moves the chosen node by keys."""
        way = to - self.place(id)
        for distance, less, more in (
            (way.x(), Qt.Key.Key_Left, Qt.Key.Key_Right), (way.y(), Qt.Key.Key_Up, Qt.Key.Key_Down),
        ):  # fmt: skip
            self.key(more if distance > 0 else less, CONTROL, times=round(abs(distance) / 20))

    def fill_in(self, value: object) -> None:
        """Return on a node opens its first field; the value is typed, or gone to with the arrow keys."""
        self.key(Qt.Key.Key_Return)
        editor = self.canvas.inline.overlay.editor
        assert editor is not None
        if isinstance(editor, QComboBox):
            self.qtbot.waitUntil(editor.view().isVisible)
            QTest.keyClick(editor.view(), Qt.Key.Key_Home)
            while editor.view().currentIndex().data() != value:
                at = editor.view().currentIndex().row()
                QTest.keyClick(editor.view(), Qt.Key.Key_Down)
                assert editor.view().currentIndex().row() == at + 1, f"{value} is not offered"
            QTest.keyClick(editor.view(), Qt.Key.Key_Return)
        elif isinstance(editor, QPlainTextEdit):
            editor.selectAll()
            QTest.keyClicks(editor, str(value))
            QTest.keyClick(editor, Qt.Key.Key_Return, CONTROL)
        else:
            assert isinstance(editor, QLineEdit)
            editor.selectAll()
            QTest.keyClicks(editor, str(value))
            QTest.keyClick(editor, Qt.Key.Key_Return)
        self.qtbot.waitUntil(lambda: self.canvas.inline.overlay.editor is None)


@pytest.fixture
def person(window: MainWindow, qtbot: QtBot) -> Person:
    return Person(window, qtbot)


def undo_all_and_redo_all(window: MainWindow, before: str) -> None:
    after, steps = window.document.text, window.document.undo_stack.count()
    assert steps
    for _ in range(steps):
        QTest.keyClick(window.canvas, Qt.Key.Key_Z, CONTROL)
    assert window.document.text == before and not window.canvas.graph_scene.nodes
    for _ in range(steps):
        QTest.keyClick(window.canvas, Qt.Key.Key_Y, CONTROL)
    assert window.document.text == after
    assert set(window.canvas.graph_scene.nodes) == set(window.document.graph.nodes)


def test_the_quickstart_is_built_by_keyboard_alone(person: Person, window: MainWindow) -> None:
    graph, before = load(QUICKSTART), window.document.text
    hung: dict[str, int] = {}
    for id, feeder in in_order(graph):
        person.key(Qt.Key.Key_Tab)
        new = person.made[id] = person.pick(window.registry.nodes[graph.nodes[id].type].title)
        if not feeder:
            continue
        source = person.made[feeder]
        across, down = BRANCHES[hung.get(feeder, 0)]
        hung[feeder] = hung.get(feeder, 0) + 1
        person.nudge(new, person.place(source) + QPointF(280 * across, 300 * down))
        back, on = {
            (1, 0): (Qt.Key.Key_Left, Qt.Key.Key_Right),
            (0, 1): (Qt.Key.Key_Up, Qt.Key.Key_Down),
            (0, -1): (Qt.Key.Key_Down, Qt.Key.Key_Up),
        }[across, down]
        person.key(back)
        assert window.selection.nodes == (source,)
        person.key(on, SHIFT)
        assert window.selection.nodes == (source, new)
        if source not in {end.node for end in window.document.graph.inputs_of(new).values()}:
            person.key(Qt.Key.Key_C)  # it would take a link away that adding the node has made
    for id, param in FIRST_FIELDS.items():
        window.selection.choose([person.made[id]])
        person.fill_in(graph.nodes[id].params[param])
        assert window.document.graph.nodes[person.made[id]].params[param] == graph.nodes[id].params[param]
    person.key(Qt.Key.Key_L, CONTROL)
    person.key(Qt.Key.Key_F)
    assert shape(window.document.graph) == shape(graph)
    undo_all_and_redo_all(window, before)


def test_the_quickstart_is_built_by_mouse(person: Person, window: MainWindow, tmp_path: Path) -> None:
    graph, before, canvas = load(QUICKSTART), window.document.text, window.canvas
    canvas.zoom(0.36 / canvas.transform().m11())
    xs = sorted({node.ui["x"] for node in graph.nodes.values()})
    left = min(xs)
    for id, node in graph.nodes.items():
        at = QPoint(40 + int((node.ui["x"] - left) / 280 * 100), 60 + int(node.ui["y"] * 0.55))
        double_click(person.view, at)
        person.made[id] = person.pick(window.registry.nodes[node.type].title)
    for edge in graph.edges:
        start = canvas.graph_scene.nodes[person.made[edge.source.node]].port_place(edge.source.port, output=True)
        end = canvas.graph_scene.nodes[person.made[edge.target.node]].port_place(edge.target.port, output=False)
        drag(person.view, canvas.mapFromScene(start), canvas.mapFromScene(end))
        assert (person.made[edge.source.node], edge.source.port) in {
            (end.node, end.port) for end in window.document.graph.inputs_of(person.made[edge.target.node]).values()
        }
    assert shape(window.document.graph) == shape(graph)
    undo_all_and_redo_all(window, before)


def test_what_cannot_be_connected_is_refused_and_the_window_says_why(person: Person, window: MainWindow) -> None:
    window.files.new_from(load(QUICKSTART))
    canvas = window.canvas
    before = window.document.graph

    def pull(source: tuple[str, str, bool], target: tuple[str, str, bool]) -> str:
        places = [
            canvas.mapFromScene(canvas.graph_scene.nodes[node].port_place(port, output=output))
            for node, port, output in (source, target)
        ]
        window.tell("")
        drag(person.view, *places)
        return window._said.toolTip()

    assert "loop" in pull(("size", "kept", True), ("readable", "images", False))
    assert "another output" in pull(("size", "kept", True), ("readable", "kept", True))
    assert "feed itself" in pull(("size", "dropped", True), ("size", "images", False))
    assert "already" in pull(("folder", "images", True), ("readable", "images", False))
    assert window.document.graph is before and not window.files.modified
    window.selection.choose(["report"])
    QTest.keyClick(canvas, Qt.Key.Key_C)
    assert window.document.graph is before and "two nodes" in window._said.toolTip()
