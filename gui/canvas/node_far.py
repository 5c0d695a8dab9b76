"""Painting a node that is far: a block, or nearer its title, what it kept, and its pictures as large as they can be."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPixmap

from gui.canvas.node_face import NodeFace
from gui.canvas.node_geometry import GAP, PAD, THUMBNAIL, THUMBNAILS, WIDTH, NodeLayout
from gui.canvas.node_texts import LEFT, LINE, FarTexts
from gui.canvas.style import CanvasStyle

EDGE = 2.5
"""Pixels on the screen of the colours of kind and state."""

OFF = 0.5
"""How much of a node that does not run can be seen."""


def paint_block(
    painter: QPainter, style: CanvasStyle, face: NodeFace, layout: NodeLayout, chosen: bool, strip: QPixmap | None
) -> None:
    """Paints a node that is so far that no word could be read: kind above, state below."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    size = layout.size
    painter.fillRect(size, style.chosen.color() if chosen else style.node)
    if face.off:
        painter.setOpacity(OFF)
    inner = size.adjusted(8, 8, -8, -8) if chosen else size
    painter.fillRect(QRectF(inner.x(), inner.y(), inner.width(), min(40.0, inner.height())), style.kind(face.kind))
    height = 14.0
    bar = QRectF(inner.x(), inner.bottom() - height, inner.width(), height)
    painter.fillRect(bar, style.state("error" if face.errors else face.state))
    if strip is not None and inner.height() > 70:
        painter.drawPixmap(QRectF(10, 52, WIDTH - 20, 47), strip, QRectF(strip.rect()))


@dataclass(frozen=True, slots=True)
class FarPainter:
    """Paints a node whose title can just be read. `pixel` is the width of a pixel of the screen in the scene."""

    style: CanvasStyle
    face: NodeFace
    layout: NodeLayout
    texts: FarTexts
    pixel: float

    def paint(self, painter: QPainter, chosen: bool, strip: QPixmap | None) -> None:
        """Paints it, with its strip of pictures where it has some."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        style, layout, face, edge = self.style, self.layout, self.face, EDGE * self.pixel
        head = layout.size.height() if layout.collapsed else self.texts.head
        painter.fillRect(layout.size, style.node)
        if face.off:  # the body hides what is behind it all the same
            painter.setOpacity(OFF)
        painter.fillRect(QRectF(0, 0, WIDTH, head), style.title(face.kind))
        painter.fillRect(QRectF(0, 0, edge, head), style.kind(face.kind))
        if not layout.collapsed:
            self._state(painter, edge)
        free = self._words(painter, edge + 5, head)
        if strip is not None:
            self._pictures(painter, strip, free + GAP, layout.size.bottom() - edge - GAP)
        else:
            for rect in layout.fields.values():
                if rect.top() > free:
                    painter.fillRect(rect, style.field)
        for name, place in (*layout.inputs.items(), *layout.outputs.items()):
            painter.fillRect(QRectF(place.x() - 6, place.y() - 6, 12, 12), style.port(name))
        border = QPen(style.chosen if chosen else style.error_border if face.errors else style.border)
        border.setWidthF(border.widthF() * self.pixel)
        painter.setPen(border)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(layout.size)

    def _words(self, painter: QPainter, left: float, head: float) -> float:
        """Title and counts; says where the room below them begins."""
        texts, line = self.texts, self.texts.size * LINE
        painter.setFont(texts.font)
        painter.setPen(self.style.text)
        top = (head - len(texts.lines) * line) / 2
        for number, text in enumerate(texts.lines):
            painter.drawText(QRectF(left, top + number * line, WIDTH, line), LEFT, text)
        if not texts.counts:
            return head
        painter.setPen(self.style.error if self.face.wrong else self.style.dim)
        painter.drawText(QRectF(left, head + 4, WIDTH, line), LEFT, texts.counts)
        return head + line + 4

    def _state(self, painter: QPainter, width: float) -> None:
        """The lower edge in the colour of the state; of a run that goes on, as much of it as is done."""
        style, face = self.style, self.face
        place = QRectF(0, self.layout.size.bottom() - width, WIDTH, width)
        state = "error" if face.errors else face.state
        if state == "running":
            painter.fillRect(place, style.theme["node_border"])
            place.setWidth(WIDTH * max(0.0, min(1.0, face.progress or 0.0)))
        if state != "ready":
            painter.fillRect(place, style.state(state))

    def _pictures(self, painter: QPainter, strip: QPixmap, top: float, bottom: float) -> None:
        """As many of the strip's pictures as fill the width, and as large as the room lets them be."""
        room = WIDTH - 2 * PAD
        sides = {count: (room - (count - 1) * GAP) / count for count in range(2, THUMBNAILS + 1)}
        count = next((count for count, side in sides.items() if side <= bottom - top), THUMBNAILS)
        side, ratio = sides[count], strip.devicePixelRatio()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for place in range(min(count, len(self.face.contents))):
            source = QRectF(place * (THUMBNAIL + GAP) * ratio, 0, THUMBNAIL * ratio, THUMBNAIL * ratio)
            painter.drawPixmap(QRectF(PAD + place * (side + GAP), bottom - side, side, side), strip, source)
