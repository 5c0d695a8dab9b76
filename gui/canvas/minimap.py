"""Minimap: the whole graph in a corner, with what is seen of it; a press goes there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from gui.canvas.node_face import words
from gui.canvas.style import faded

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView

SIZE = QSize(220, 140)
ROOM = 8.0


class Minimap(QWidget):
    """A small picture of the graph: nodes by state, groups, no edges."""

    def __init__(self, canvas: CanvasView) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self.setFixedSize(SIZE)
        self.setAccessibleName(words("Minimap"))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.hide()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paints the graph as blocks."""
        canvas, theme = self._canvas, self._canvas.style_.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme["border"], 1))
        painter.setBrush(faded(theme["panel"], 0.92))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        whole, scale, shift = self._fitting()
        if whole.isEmpty():
            return
        painter.setPen(Qt.PenStyle.NoPen)

        def small(rect: QRectF) -> QRectF:
            return QRectF(
                rect.x() * scale + shift.x(), rect.y() * scale + shift.y(), rect.width() * scale, rect.height() * scale
            )

        scene = canvas.graph_scene
        for group in scene.groups:
            painter.setBrush(faded(canvas.style_.kind(str(group.content.ui.get("colour", "scorer"))), 0.25))
            painter.drawRect(small(group.rect))
        for item in scene.nodes.values():
            state = "error" if item.face.errors else item.face.state
            painter.setBrush(theme["accent"] if item.chosen else canvas.style_.state(state))
            painter.drawRect(small(item.rect))
        painter.setPen(QPen(theme["text"], 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        seen = small(canvas.seen_rect()).intersected(QRectF(self.rect()).adjusted(2, 2, -2, -2))
        painter.drawRect(seen)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Goes there."""
        self._go(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Goes along."""
        self._go(event.position())

    def _go(self, place: QPointF) -> None:
        whole, scale, shift = self._fitting()
        if not whole.isEmpty():
            self._canvas.centerOn((place - shift) / scale)

    def _fitting(self) -> tuple[QRectF, float, QPointF]:
        whole = self._canvas.graph_scene.content_rect()
        if whole.isEmpty():
            return whole, 1.0, QPointF()
        inner = QRectF(self.rect()).adjusted(ROOM, ROOM, -ROOM, -ROOM)
        scale = min(inner.width() / whole.width(), inner.height() / whole.height())
        return whole, scale, inner.center() - whole.center() * scale
