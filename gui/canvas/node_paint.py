"""Painting a node at three levels of detail: far away a block, nearer no text, near everything."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QPainter, QPen, QPixmap, QPolygonF

from gui.canvas.node_face import FieldFace, NodeFace
from gui.canvas.node_geometry import GAP, PAD, PORT_RADIUS, PORT_ROW, TITLE, WIDTH, NodeLayout
from gui.canvas.style import CanvasStyle, faded

FAR = 0.22
"""Below this scale a node is a block."""

NEAR = 0.35
"""From this scale on everything is painted."""

OFF = 0.5
"""How much of a node that does not run can be seen."""


CHOSEN = frozenset({"choice", "column", "model"})
"""Fields of these kinds open a list."""

_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
_RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight


@dataclass(frozen=True, slots=True)
class _FieldTexts:
    """A field's words, cut to fit: done once, not at each painting."""

    room: QRectF
    label: str
    value: str


class NodePainter:
    """Paints one node: its face at its layout's places. `strip` and `small_strip` are its pictures, made before."""

    def __init__(self, style: CanvasStyle, face: NodeFace, layout: NodeLayout) -> None:
        self.style = style
        self.face = face
        self.layout = layout
        metrics, room = style.title_metrics, layout.title.width() - 2 * PAD - 26
        self._title = metrics.elidedText(face.title, Qt.TextElideMode.ElideRight, room)
        self._remark = "" if face.wrong or face.off else face.remark
        taken = style.text_metrics.horizontalAdvance(self._remark) + 8 if self._remark else 0
        self._status = style.text_metrics.elidedText(
            face.status, Qt.TextElideMode.ElideRight, WIDTH - 2 * PAD - min(taken, 100)
        )

        self._port_texts = self._ports_as_text()
        self._field_texts = (
            {} if layout.collapsed else {field.name: self._field_as_text(field) for field in face.fields}
        )

    def _ports_as_text(self) -> list[tuple[QRectF, Qt.AlignmentFlag, str]]:
        metrics, half = self.style.small_metrics, WIDTH / 2 - PAD - 2
        texts: list[tuple[QRectF, Qt.AlignmentFlag, str]] = []
        for ports, x, flags in ((self.layout.inputs, PAD + 2, _LEFT), (self.layout.outputs, WIDTH / 2, _RIGHT)):
            for name, place in ports.items():
                rect = QRectF(x, place.y() - PORT_ROW / 2, half, PORT_ROW)
                texts.append((rect, flags, metrics.elidedText(name, Qt.TextElideMode.ElideRight, half)))
        return texts

    def _field_as_text(self, field: FieldFace) -> _FieldTexts:
        metrics = self.style.small_metrics
        room = self.layout.fields[field.name].adjusted(7, 0, -17 if field.kind in CHOSEN else -7, 0)
        label = metrics.elidedText(field.label, Qt.TextElideMode.ElideRight, room.width() * 0.55)
        left = room.width() - metrics.horizontalAdvance(label) - 8
        return _FieldTexts(room, label, metrics.elidedText(field.text, Qt.TextElideMode.ElideRight, left))

    def paint(
        self, painter: QPainter, scale: float, chosen: bool, strip: QPixmap | None, small_strip: QPixmap | None
    ) -> None:
        """Paints the node as it is seen at this scale."""
        if scale < FAR:
            self._far(painter, chosen, small_strip)
        elif scale < NEAR:
            self._middle(painter, chosen, strip)
        else:
            self._full(painter, chosen, strip)

    def _far(self, painter: QPainter, chosen: bool, strip: QPixmap | None) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        size, style = self.layout.size, self.style
        painter.fillRect(size, style.chosen.color() if chosen else style.node)
        if self.face.off:
            painter.setOpacity(OFF)
        inner = size.adjusted(8, 8, -8, -8) if chosen else size
        painter.fillRect(
            QRectF(inner.x(), inner.y(), inner.width(), min(40.0, inner.height())), style.kind(self.face.kind)
        )
        height = 14.0
        state = "error" if self.face.errors else self.face.state
        bar = QRectF(inner.x(), inner.bottom() - height, inner.width(), height)
        painter.fillRect(bar, style.state(state))
        if strip is not None and inner.height() > 70:
            painter.drawPixmap(QRectF(10, 52, WIDTH - 20, 47), strip, QRectF(strip.rect()))

    def _middle(self, painter: QPainter, chosen: bool, strip: QPixmap | None) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        style, layout = self.style, self.layout
        painter.fillRect(layout.size, style.node)
        if self.face.off:
            painter.setOpacity(OFF)
        painter.fillRect(layout.title, style.title(self.face.kind))
        painter.fillRect(QRectF(0, 0, 8, TITLE), style.kind(self.face.kind))
        painter.fillRect(QRectF(WIDTH - 24, 8, 12, 12), style.state("error" if self.face.errors else self.face.state))
        painter.fillRect(QRectF(22, 11, min(len(self._title) * 6.5, WIDTH - 60), 6), style.text.color())
        for rect in layout.fields.values():
            painter.fillRect(rect, style.field)
        for name, place in (*layout.inputs.items(), *layout.outputs.items()):
            painter.fillRect(QRectF(place.x() - 5, place.y() - 5, 10, 10), style.port(name))
        if strip is not None:
            painter.drawPixmap(layout.strip.topLeft(), strip)
        painter.setPen(style.chosen if chosen else style.error_border if self.face.errors else style.border)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(layout.size)

    def _full(self, painter: QPainter, chosen: bool, strip: QPixmap | None) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        style, layout, face = self.style, self.layout, self.face
        if chosen:
            painter.strokePath(layout.body_path, style.chosen_halo)
        painter.fillPath(layout.body_path, style.node)
        if face.off:  # the body hides what is behind it all the same
            painter.setOpacity(OFF)
        painter.fillPath(layout.title_path, style.title(face.kind))
        self._heading(painter)
        if not layout.collapsed:
            self._status_line(painter)
            for field in face.fields:
                self._field(painter, field, layout.fields[field.name])
            if strip is not None:
                painter.drawPixmap(layout.strip.topLeft(), strip)
        if face.progress is not None or face.state == "running":
            self._progress(painter)
        painter.strokePath(layout.body_path, self._border(chosen))
        self._ports(painter)

    def _border(self, chosen: bool) -> QPen:
        style, face = self.style, self.face
        if chosen:
            return style.chosen
        if not face.known:
            return style.unknown_border
        return style.error_border if face.errors else style.border

    def _heading(self, painter: QPainter) -> None:
        style, face = self.style, self.face
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.kind(face.kind))
        painter.drawRoundedRect(QRectF(PAD, 8, 4, TITLE - 16), 2, 2)
        painter.setFont(style.title_font)
        painter.setPen(style.text)
        room = QRectF(PAD + 11, 0, WIDTH - 2 * PAD - 26, TITLE)
        painter.drawText(room, _LEFT, self._title)
        paint_state(painter, style, "wrong" if face.errors else face.state, self.layout.state_place)

    def _status_line(self, painter: QPainter) -> None:
        style, place = self.style, self.layout.status
        painter.setFont(style.text_font)
        shown = bool(self.face.counts) and not self.face.off
        painter.setPen(style.error if self.face.wrong else style.text if shown else style.dim)
        painter.drawText(place, _LEFT, self._status)
        if self._remark:
            painter.setPen(style.dim)
            painter.drawText(place, _RIGHT, self._remark)

    def _ports(self, painter: QPainter) -> None:
        style, layout = self.style, self.layout
        rim = QPen(style.theme["node"], 1.5)
        for name, place in (*layout.inputs.items(), *layout.outputs.items()):
            painter.setPen(rim)
            painter.setBrush(style.port(name))
            painter.drawEllipse(place, PORT_RADIUS, PORT_RADIUS)
        if layout.collapsed:
            return
        painter.setFont(style.small_font)
        painter.setPen(style.dim)
        for rect, flags, text in self._port_texts:
            painter.drawText(rect, flags, text)

    def _field(self, painter: QPainter, field: FieldFace, place: QRectF) -> None:
        style = self.style
        painter.setPen(style.error if field.wrong else style.field_border)
        painter.setBrush(style.field)
        painter.drawRoundedRect(place.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.setFont(style.small_font)
        painter.setPen(style.dim)
        texts = self._field_texts[field.name]
        painter.drawText(texts.room, _LEFT, texts.label)
        if field.kind == "flag":
            self._switch(painter, field.on, texts.room)
            return
        if field.kind in CHOSEN:
            self._arrow(painter, QPointF(texts.room.right() + 7, texts.room.center().y()))
        painter.setPen(style.error if field.wrong else style.text)
        painter.drawText(texts.room, _RIGHT, texts.value)

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
