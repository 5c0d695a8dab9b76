"""Bend: a point of an edge follows the mouse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt

from gui.canvas.arrange import bending
from gui.canvas.edge_item import EdgeItem
from gui.canvas.gestures.gesture import Gesture, Pointer
from gui.canvas.node_face import words
from gui.canvas.node_geometry import snapped

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView


class MovePoint(Gesture):
    """Moves one point that an edge is led through."""

    cursor = Qt.CursorShape.SizeAllCursor

    def __init__(self, canvas: CanvasView, start: Pointer, edge: EdgeItem, index: int) -> None:
        super().__init__(canvas, start)
        self._edge = edge
        self._index = index
        self._before = [QPointF(point) for point in edge.points]

    def move(self, at: Pointer) -> None:
        """Shows the edge led another way."""
        if self.moved_far(at) or self._edge.points != self._before:
            points = list(self._before)
            points[self._index] = snapped(at.scene)
            self._edge.lead(*self._edge.ends, points=points)

    def finish(self, at: Pointer) -> None:
        """One edit."""
        if self._edge.points != self._before:
            self.canvas.document.push(bending(self._edge.edge, self._edge.points), words("Move Reroute Point"))

    def cancel(self) -> None:
        """The way as it was."""
        self._edge.lead(*self._edge.ends, points=self._before)
