"""A node on the canvas: one item, everything painted in it, no items below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from gui.canvas.node_face import NodeFace
from gui.canvas.node_geometry import THUMBNAIL, THUMBNAILS, layout_of
from gui.canvas.node_paint import FAR, NodePainter, strip_of
from gui.canvas.style import CanvasStyle

if TYPE_CHECKING:
    from gui.canvas.scene import CanvasScene

PICTURE_RATIO = 2.0
"""Pictures are kept at twice the size they are drawn in, so that they stay sharp when zoomed in."""


class NodeItem(QGraphicsItem):
    """Shows a `NodeFace`. What it shows is handed to it; it asks nobody but for thumbnails."""

    def __init__(self, canvas: CanvasScene, face: NodeFace, style: CanvasStyle) -> None:
        super().__init__()
        self.canvas = canvas
        self.face = face
        self.chosen = False
        self._strip: QPixmap | None = None
        self._small: QPixmap | None = None
        self._style = style
        self._arrange()

    @property
    def id(self) -> str:
        """The node's id."""
        return self.face.id

    @property
    def rect(self) -> QRectF:
        """The node's body in the scene."""
        return self.layout.size.translated(self.pos())

    def show_face(self, face: NodeFace) -> bool:
        """Shows something else; says whether its size or ports changed."""
        if face == self.face:
            return False
        if face.contents != self.face.contents:
            self._strip = self._small = None
        self.face = face
        before = self.layout
        self._arrange()
        self.update()
        return self.layout is not before

    def show_style(self, style: CanvasStyle) -> None:
        """Paints itself in another theme from now on."""
        self._style = style
        self._strip = self._small = None
        self._arrange()
        self.update()

    def show_chosen(self, chosen: bool) -> None:
        """Paints itself as chosen, or not."""
        if chosen != self.chosen:
            self.chosen = chosen
            self.setZValue(1.0 if chosen else 0.0)
            self.update()

    def renew_pictures(self) -> None:
        """A thumbnail came."""
        self._strip = self._small = None
        self.update()

    def port_place(self, port: str, *, output: bool) -> QPointF:
        """Where a port is in the scene."""
        return self.pos() + self.layout.port(port, output=output)

    def field_rect(self, name: str) -> QRectF:
        """Where an inline parameter is in the scene."""
        return self.layout.fields[name].translated(self.pos())

    def boundingRect(self) -> QRectF:
        """All that is painted."""
        return self.layout.bounds

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Paints the node at the level of detail that the zoom asks for."""
        scale = QStyleOptionGraphicsItem.levelOfDetailFromTransform(painter.worldTransform())
        strip = small = None
        if self.face.contents and not self.face.collapsed:
            if scale < FAR:
                small = self._small = self._small or self._composed(12.0, 1.0)
            else:
                strip = self._strip = self._strip or self._composed(THUMBNAIL, PICTURE_RATIO)
        self._painter.paint(painter, scale, self.chosen, strip, small)

    def _arrange(self) -> None:
        face = self.face
        if hasattr(self, "layout"):
            self.prepareGeometryChange()
        self.layout = layout_of(
            face.inputs,
            face.outputs,
            tuple(field.name for field in face.fields),
            strip=bool(face.contents),
            collapsed=face.collapsed,
        )
        self._painter = NodePainter(self._style, face, self.layout)

    def _composed(self, side: float, ratio: float) -> QPixmap:
        keys = self.face.contents[:THUMBNAILS]
        return strip_of([self.canvas.thumbnail(key) for key in keys], self._style, side, ratio)
