"""Accessibility: the canvas as a list, each node a list item that says its name, counts and state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QRect
from PySide6.QtGui import QAccessible, QAccessibleEvent, QAccessibleInterface, QColor, QWindow
from PySide6.QtWidgets import QAccessibleWidget

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView

_kept: list[Any] = []
"""Qt holds the factory without owning it."""


class CanvasAccessible(QAccessibleWidget):
    """The canvas: a list of its nodes in the order they would run."""

    def __init__(self, canvas: CanvasView) -> None:
        super().__init__(canvas, QAccessible.Role.List, canvas.accessibleName())
        self._canvas = canvas
        self._children: dict[str, NodeAccessible] = {}

    def ids(self) -> list[str]:
        """The nodes' ids, left to right, then top to bottom."""
        nodes = self._canvas.graph_scene.nodes
        return sorted(nodes, key=lambda id: (nodes[id].x(), nodes[id].y(), id))

    def childCount(self) -> int:
        """As many as there are nodes."""
        return len(self._canvas.graph_scene.nodes)

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]  # None is an answer, Qt's stubs forget it
        """The node at this position."""
        ids = self.ids()
        if not 0 <= index < len(ids):
            return None
        return self._children.setdefault(ids[index], NodeAccessible(self, self._canvas, ids[index]))

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        """The position of a node."""
        ids = self.ids()
        return ids.index(child.id) if isinstance(child, NodeAccessible) and child.id in ids else -1

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:  # type: ignore[override]  # None is an answer, Qt's stubs forget it
        """The node at a place of the screen."""
        ids = self.ids()
        for index in range(len(ids)):
            found = self.child(index)
            if found is not None and found.rect().contains(x, y):
                return found
        return None


class NodeAccessible(QAccessibleInterface):
    """One node."""

    def __init__(self, owner: CanvasAccessible, canvas: CanvasView, id: str) -> None:
        super().__init__()
        self.id = id
        self._owner = owner
        self._canvas = canvas

    def isValid(self) -> bool:
        """Whether the node is still there."""
        return self.id in self._canvas.graph_scene.nodes

    def object(self) -> QObject | None:  # type: ignore[override]  # None is an answer, Qt's stubs forget it
        """No QObject stands for a node."""
        return None

    def parent(self) -> QAccessibleInterface:
        """The canvas."""
        return self._owner

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]  # None is an answer, Qt's stubs forget it
        """None."""
        return None

    def childCount(self) -> int:
        """None."""
        return 0

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        """None."""
        return -1

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:  # type: ignore[override]  # None is an answer, Qt's stubs forget it
        """None."""
        return None

    def window(self) -> QWindow | None:  # type: ignore[override]  # None is an answer, Qt's stubs forget it
        """The canvas' window."""
        return self._owner.window()

    def role(self) -> QAccessible.Role:
        """A list item."""
        return QAccessible.Role.ListItem

    def state(self) -> QAccessible.State:
        """Whether it is chosen."""
        state = QAccessible.State()
        state.selectable = True
        state.focusable = True
        state.selected = self.id in self._canvas.selection.nodes
        state.focused = self.id == self._canvas.selection.current
        return state

    def rect(self) -> QRect:
        """Where it is on the screen."""
        item = self._canvas.graph_scene.nodes.get(self.id)
        if item is None:
            return QRect()
        seen = self._canvas.mapFromScene(item.rect).boundingRect()
        return QRect(self._canvas.viewport().mapToGlobal(seen.topLeft()), seen.size())

    def text(self, kind: QAccessible.Text) -> str:
        """Its name with counts and state; the description says its type."""
        item = self._canvas.graph_scene.nodes.get(self.id)
        if item is None:
            return ""
        if kind == QAccessible.Text.Name:
            return item.face.spoken
        return item.face.type_title if kind == QAccessible.Text.Description else ""

    def setText(self, kind: QAccessible.Text, _text: str) -> None:
        """Names are changed by renaming."""

    def foregroundColor(self) -> QColor:
        """Not told."""
        return QColor()

    def backgroundColor(self) -> QColor:
        """Not told."""
        return QColor()


def announce(canvas: CanvasView) -> None:
    """Tells a screen reader, where one listens, which node is current now."""
    current = canvas.selection.current
    if canvas.accessible is None or not QAccessible.isActive() or current is None:
        return
    ids = canvas.accessible.ids()
    if current in ids:
        event = QAccessibleEvent(canvas, QAccessible.Event.Focus)
        event.setChild(ids.index(current))
        QAccessible.updateAccessibility(event)


def install() -> None:
    """Tells Qt how to describe a canvas. Once is enough."""
    if not _kept:
        _kept.append(_factory)
        QAccessible.installFactory(_factory)


def _factory(_name: str, watched: QObject | None) -> QAccessibleInterface | None:
    from gui.canvas.view import CanvasView

    if not isinstance(watched, CanvasView):
        return None
    if watched.accessible is None:
        watched.accessible = CanvasAccessible(watched)
    return watched.accessible
