"""Painting a node at three levels of detail: far away a block, nearer no text, near everything."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QPainter, QPen, QPixmap, QPolygonF

from gui.canvas.node_face import FieldFace, NodeFace
from gui.canvas.node_far import OFF, FarPainter, paint_block
from gui.canvas.node_geometry import GAP, PAD, PORT_RADIUS, TITLE, WIDTH, NodeLayout
from gui.canvas.node_texts import (
    CHOSEN,
    LEFT,
    RIGHT,
    TITLE_ROOM,
    FarTexts,
    FieldTexts,
    NodeTexts,
    far_texts_of,
    texts_of,
)
from gui.canvas.style import CanvasStyle, Letters, faded

FAR = 0.18
"""Below this scale a node is a block."""

NEAR = 0.45
"""From this scale on everything is painted."""

HEADING, LEAST_HEADING, MOST_HEADING = 9.5, 21, 46
"""Pixels of a title on the screen while not everything is painted, and in the node itself: as many as it has room."""


class NodePainter:
    """Paints one node: its face at its layout's places. `strip` and `small_strip` are its pictures, made before."""

    def __init__(self, style: CanvasStyle, face: NodeFace, layout: NodeLayout) -> None:
        self.style = style
        self.face = face
        self.layout = layout
        self._texts: dict[int, NodeTexts] = {}
        self._far_texts: dict[int, FarTexts] = {}

    def _near(self, letters: Letters) -> NodeTexts:
        """The words in these letters, cut to fit when they are first seen."""
        key = letters.small.pixelSize()
        if key not in self._texts:
            self._texts[key] = texts_of(self.face, self.layout, letters)
        return self._texts[key]

    def _from_afar(self, scale: float) -> FarTexts:
        size = max(LEAST_HEADING, min(MOST_HEADING, round(HEADING / scale)))
        if size not in self._far_texts:
            self._far_texts[size] = far_texts_of(self.face, self.layout, self.style.heading(size), size)
        return self._far_texts[size]

    def paint(
        self, painter: QPainter, scale: float, chosen: bool, strip: QPixmap | None, small_strip: QPixmap | None
    ) -> None:
        """Paints the node as it is seen at this scale."""
        if scale < FAR:
            paint_block(painter, self.style, self.face, self.layout, chosen, small_strip)
        elif scale < NEAR:
            far = FarPainter(self.style, self.face, self.layout, self._from_afar(scale), 1 / scale)
            far.paint(painter, chosen, strip)
        else:
            self._full(painter, self.style.letters(scale), chosen, strip)

    def _full(self, painter: QPainter, letters: Letters, chosen: bool, strip: QPixmap | None) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        style, layout, face = self.style, self.layout, self.face
        texts = self._near(letters)
        if chosen:
            painter.strokePath(layout.body_path, style.chosen_halo)
        painter.fillPath(layout.body_path, style.node)
        if face.off:  # the body hides what is behind it all the same
            painter.setOpacity(OFF)
        painter.fillPath(layout.title_path, style.title(face.kind))
        self._heading(painter, letters, texts)
        if not layout.collapsed:
            self._status_line(painter, letters, texts)
            painter.setFont(letters.small)
            for field in face.fields:
                self._field(painter, field, layout.fields[field.name], texts.fields[field.name])
            if strip is not None:
                painter.drawPixmap(layout.strip.topLeft(), strip)
        if face.progress is not None or face.state == "running":
            self._progress(painter)
        painter.strokePath(layout.body_path, self._border(chosen))
        self._ports(painter, letters, texts)

    def _border(self, chosen: bool) -> QPen:
        style, face = self.style, self.face
        if chosen:
            return style.chosen
        if not face.known:
            return style.unknown_border
        return style.error_border if face.errors else style.border

    def _heading(self, painter: QPainter, letters: Letters, texts: NodeTexts) -> None:
        style, face = self.style, self.face
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.kind(face.kind))
        painter.drawRoundedRect(QRectF(PAD, 8, 4, TITLE - 16), 2, 2)
        painter.setFont(letters.title)
        painter.setPen(style.text)
        painter.drawText(QRectF(PAD + 11, 0, TITLE_ROOM, TITLE), LEFT, texts.title)
        paint_state(painter, style, "wrong" if face.errors else face.state, self.layout.state_place)

    def _status_line(self, painter: QPainter, letters: Letters, texts: NodeTexts) -> None:
        style, place = self.style, self.layout.status
        painter.setFont(letters.text)
        shown = bool(self.face.counts) and not self.face.off
        painter.setPen(style.error if self.face.wrong else style.text if shown else style.dim)
        painter.drawText(place, LEFT, texts.status)
        if texts.remark:
            painter.setPen(style.dim)
            painter.drawText(place, RIGHT, texts.remark)

    def _ports(self, painter: QPainter, letters: Letters, texts: NodeTexts) -> None:
        style, layout = self.style, self.layout
        rim = QPen(style.theme["node"], 1.5)
        for name, place in (*layout.inputs.items(), *layout.outputs.items()):
            painter.setPen(rim)
            painter.setBrush(style.port(name))
            painter.drawEllipse(place, PORT_RADIUS, PORT_RADIUS)
        if layout.collapsed:
            return
        painter.setFont(letters.small)
        painter.setPen(style.dim)
        for rect, flags, text in texts.ports:
            painter.drawText(rect, flags, text)

    def _field(self, painter: QPainter, field: FieldFace, place: QRectF, texts: FieldTexts) -> None:
        style = self.style
        painter.setPen(style.error if field.wrong else style.field_border)
        painter.setBrush(style.field)
        painter.drawRoundedRect(place.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.setPen(style.dim)
        painter.drawText(texts.room, LEFT, texts.label)
        if field.kind == "flag":
            self._switch(painter, field.on, texts.room)
            return
        if field.kind in CHOSEN:
            self._arrow(painter, QPointF(texts.room.right() + 7, texts.room.center().y()))
        painter.setPen(style.error if field.wrong else style.text)
        painter.drawText(texts.room, RIGHT, texts.value)

    def _switch(self, painter: QPainter, on: bool, inner: QRectF) -> None:
        style = self.style
        track = QRectF(inner.right() - 22, inner.center().y() - 6, 22, 12)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.theme["accent_fill"] if on else style.theme["border"])
        painter.drawRoundedRect(track, 6, 6)
        painter.setBrush(style.theme["accent_text"] if on else style.theme["text_dim"])
        painter.drawEllipse(QPointF(track.right() - 6 if on else track.left() + 6, track.center().y()), 4, 4)

    def _arrow(self, painter: QPainter, tip: QPointF) -> None:
        painter.setPen(QPen(self.style.theme["text_dim"], 1.3))
        x, y = tip.x(), tip.y()
        painter.drawPolyline(QPolygonF([QPointF(x - 3, y - 1.5), QPointF(x, y + 1.5), QPointF(x + 3, y - 1.5)]))

    def _progress(self, painter: QPainter) -> None:
        share = self.face.progress if self.face.progress is not None else 0.0
        style, bar = self.style, QRectF(0, TITLE - 3, WIDTH, 3)
        painter.fillRect(bar, style.theme["node_border"])
        painter.fillRect(QRectF(0, TITLE - 3, WIDTH * max(0.0, min(1.0, share)), 3), style.state("running"))


def paint_state(painter: QPainter, style: CanvasStyle, state: str, middle: QPointF) -> None:
    """The sign of a state: each differs in shape, not by colour alone."""
    colour = style.state("error" if state == "wrong" else state)
    x, y, r = middle.x(), middle.y(), 5.5
    painter.setPen(QPen(colour, 1.6))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    ink = QPen(style.theme["node"], 1.6)
    if state == "done":
        painter.setBrush(colour)
        painter.drawEllipse(middle, r, r)
        painter.setPen(ink)
        painter.drawPolyline(
            QPolygonF([QPointF(x - 2.6, y + 0.2), QPointF(x - 0.7, y + 2.2), QPointF(x + 2.8, y - 1.9)])
        )
    elif state in ("error", "wrong"):
        painter.setBrush(colour)
        painter.drawPolygon(
            QPolygonF([QPointF(x, y - r), QPointF(x + r + 0.5, y + r - 1), QPointF(x - r - 0.5, y + r - 1)])
        )
        painter.setPen(ink)
        painter.drawLine(QPointF(x, y - 1.6), QPointF(x, y + 1.2))
        painter.drawPoint(QPointF(x, y + 3.1))
    elif state == "running":
        painter.drawArc(QRectF(x - r, y - r, 2 * r, 2 * r), 90 * 16, -270 * 16)
    elif state == "partial":
        painter.drawEllipse(middle, r, r)
        painter.setBrush(colour)
        painter.drawPie(QRectF(x - r, y - r, 2 * r, 2 * r), -90 * 16, 180 * 16)
    elif state == "review":
        painter.setBrush(colour)
        painter.drawPolygon(QPolygonF([QPointF(x, y - r), QPointF(x + r, y), QPointF(x, y + r), QPointF(x - r, y)]))
    elif state == "stale":
        pen = QPen(colour, 1.8)
        pen.setDashPattern([1.6, 1.4])
        painter.setPen(pen)
        painter.drawEllipse(middle, r, r)
    elif state == "muted":
        painter.drawEllipse(middle, r, r)
        painter.drawLine(QPointF(x - 3.9, y + 3.9), QPointF(x + 3.9, y - 3.9))
    elif state == "bypassed":
        painter.drawLine(QPointF(x - r, y), QPointF(x + r, y))
        painter.drawPolyline(QPolygonF([QPointF(x + 1.5, y - 3.5), QPointF(x + r, y), QPointF(x + 1.5, y + 3.5)]))
    else:
        painter.drawEllipse(middle, r - 0.5, r - 0.5)


def strip_of(pictures: list[QPixmap | None], style: CanvasStyle, side: float, ratio: float) -> QPixmap:
    """Pictures side by side, each cut to a square; a place whose picture is still coming is left as a plain square."""
    count = len(pictures)
    width = count * side + (count - 1) * GAP
    strip = QPixmap(round(width * ratio), round(side * ratio))
    strip.setDevicePixelRatio(ratio)
    strip.fill(Qt.GlobalColor.transparent)
    painter = QPainter(strip)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    for place, picture in enumerate(pictures):
        square = QRectF(place * (side + GAP), 0, side, side)
        if picture is None or picture.isNull():
            painter.fillRect(square, QBrush(faded(style.theme["text_dim"], 0.16)))
            continue
        edge = min(picture.width(), picture.height())
        cut = QRectF((picture.width() - edge) / 2, (picture.height() - edge) / 2, edge, edge)
        painter.drawPixmap(square, picture, cut)
    painter.end()
    return strip
