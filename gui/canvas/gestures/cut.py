"""Cut: a line drawn across links removes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen

from gui.canvas.gestures.gesture import Gesture, Pointer
from gui.canvas.node_face import words
from nodegraph.graph.edit import Disconnect, Several

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView


class CutLinks(Gesture):
    """Removes each edge that the drawn line crosses."""

    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, canvas: CanvasView, start: Pointer) -> None:
        super().__init__(canvas, start)
        self._line = QPainterPath(start.scene)

    def move(self, at: Pointer) -> None:
        """Draws on."""
        self._line.lineTo(at.scene)

    def finish(self, at: Pointer) -> None:
        """One edit that removes all that were crossed."""
        self._line.lineTo(at.scene)
        cut = [item.edge for item in self.canvas.graph_scene.edges.values() if item.shape().intersects(self._line)]
        if cut and self.moved_far(at):
            self.canvas.document.push(Several(tuple(Disconnect(edge) for edge in cut)), words("Cut Links"))

    def paint(self, painter: QPainter) -> None:
        """Paints the line."""
        pen = QPen(self.canvas.style_.theme["state_error"], 1.6, Qt.PenStyle.DashLine)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(self._line)

    def bounds(self) -> QRectF:
        """The line."""
        return self._line.boundingRect()
