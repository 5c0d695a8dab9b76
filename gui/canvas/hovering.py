"""Hovering: what a press would take lights up under the mouse, and the cursor says what it would do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen

from gui.canvas.node_geometry import PORT_RADIUS
from gui.canvas.node_item import NodeItem
from gui.canvas.node_paint import CHOSEN, NEAR
from gui.canvas.style import faded

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView

RING = PORT_RADIUS + 3.5
Shape = Qt.CursorShape


class Hover:
    """Follows the mouse while no button is held."""

    def __init__(self, canvas: CanvasView) -> None:
        self._canvas = canvas
        self._path = QPainterPath()
        self.cursor = Shape.ArrowCursor

    def move(self, place: QPointF) -> None:
        """The mouse is at this place of the scene."""
        path, self.cursor = self._found(place)
        self._show(path)

    def leave(self) -> None:
        """Nothing is under the mouse, or it is being dragged."""
        self.cursor = Shape.ArrowCursor
        self._show(QPainterPath())

    def paint(self, painter: QPainter) -> None:
        """Paints a glow over what would be taken."""
        if not self._path.isEmpty():
            pen = QPen(faded(self._canvas.style_.theme["accent"], 0.55), 3.0)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.strokePath(self._path, pen)

    def _found(self, place: QPointF) -> tuple[QPainterPath, Qt.CursorShape]:
        canvas, nothing = self._canvas, QPainterPath()
        scene = canvas.graph_scene
        if canvas.transform().m11() < NEAR:
            return nothing, Shape.ArrowCursor
        if node := scene.node_at(place, reach=12.0):
            return _of_node(node, place)
        for note in reversed(scene.notes):
            if note.rect.contains(place):
                return nothing, Shape.SizeFDiagCursor if note.grip().contains(place) else Shape.ArrowCursor
        if edge := scene.edge_at(place, canvas.reach):
            return edge.shown_path, Shape.PointingHandCursor
        for group in reversed(scene.groups):
            if group.grip().contains(place):
                return nothing, Shape.SizeFDiagCursor
            if group.header().contains(place):
                return nothing, Shape.SizeAllCursor
        return nothing, Shape.ArrowCursor

    def _show(self, path: QPainterPath) -> None:
        if path != self._path:
            before, self._path = self._path.boundingRect(), path
            for area in (before, path.boundingRect()):
                self._canvas.refresh(area)


def _of_node(node: NodeItem, place: QPointF) -> tuple[QPainterPath, Qt.CursorShape]:
    part, path = node.layout.part_at(place - node.pos()), QPainterPath()
    if part.kind in ("input", "output"):
        middle = node.port_place(part.name, output=part.kind == "output")
        path.addEllipse(QRectF(middle.x() - RING, middle.y() - RING, 2 * RING, 2 * RING))
        return path, Shape.CrossCursor
    if part.kind == "field":
        field = next((field for field in node.face.fields if field.name == part.name), None)
        by_click = field is not None and (field.kind == "flag" or field.kind in CHOSEN)
        return path, Shape.PointingHandCursor if by_click else Shape.IBeamCursor
    return path, Shape.ArrowCursor
