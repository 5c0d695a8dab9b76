"""A person's hand on a canvas: presses, drags and keys, for the canvas' tests."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from gui.actions import Actions
from gui.canvas.view import CanvasView
from gui.document import GraphDocument
from gui.results import Results
from gui.selection import Selection
from gui.theme.theme import load_theme
from nodegraph.graph.model import Graph, Node, graph_of

LEFT, RIGHT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton
SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


class Hand:
    """A person's hand on a canvas."""

    def __init__(self, view: CanvasView, actions: Actions) -> None:
        self.view = view
        self.actions = actions
        self.said: list[str] = []
        self.palettes: list[tuple[object, ...]] = []
        view.message.connect(self.said.append)
        view.palette_wanted.connect(lambda *what: self.palettes.append(what))

    @property
    def graph(self) -> Graph:
        return self.view.document.graph

    def place(self, scene: QPointF) -> QPoint:
        return self.view.mapFromScene(scene)

    def port(self, node: str, port: str, *, output: bool = False) -> QPoint:
        return self.place(self.view.graph_scene.nodes[node].port_place(port, output=output))

    def title(self, node: str) -> QPoint:
        return self.place(self.view.graph_scene.nodes[node].pos() + QPointF(60, 14))

    def drag(
        self, start: QPoint, end: QPoint, button: Qt.MouseButton = LEFT, keys: Qt.KeyboardModifier | None = None
    ) -> None:
        self.press(start, button, keys)
        self.move(start, end)
        QTest.mouseRelease(self.view.viewport(), button, keys or Qt.KeyboardModifier.NoModifier, end)

    def press(self, at: QPoint, button: Qt.MouseButton = LEFT, keys: Qt.KeyboardModifier | None = None) -> None:
        QTest.mousePress(self.view.viewport(), button, keys or Qt.KeyboardModifier.NoModifier, at)

    def move(self, start: QPoint, end: QPoint) -> None:
        for step in range(1, 6):
            QTest.mouseMove(self.view.viewport(), start + (end - start) * step / 5)

    def click(self, at: QPoint, keys: Qt.KeyboardModifier | None = None) -> None:
        QTest.mouseClick(self.view.viewport(), LEFT, keys or Qt.KeyboardModifier.NoModifier, at)

    def key(self, key: Qt.Key, keys: Qt.KeyboardModifier | None = None) -> None:
        QTest.keyClick(self.view, key, keys or Qt.KeyboardModifier.NoModifier)

    def do(self, action: str) -> None:
        self.actions[action].trigger()


def hand_on(document: GraphDocument) -> Hand:
    """A canvas that shows the document, on the screen, and a hand on it."""
    actions = Actions()
    view = CanvasView(document, Selection(document), Results(), None, load_theme("dark"), actions)
    view.resize(1200, 800)
    view.show()
    assert QTest.qWaitForWindowActive(view)  # keys that come before are lost
    return Hand(view, actions)


def three() -> Graph:
    return graph_of(
        [
            Node("folder", "source/folder", params={"folder": "x"}, ui={"x": 0, "y": 0}),
            Node("sharp", "quality/sharpness", ui={"x": 300, "y": 0}),
            Node("cut", "filter/threshold", params={"column": "sharpness"}, ui={"x": 600, "y": 0}),
        ]
    )


def shown(hand: Hand, graph: Graph) -> None:
    hand.view.document.load(graph, None)
    hand.view.zoom_reset()
    hand.view.centerOn(400, 200)


def edges(hand: Hand) -> set[str]:
    return {str(edge) for edge in hand.graph.edges}
