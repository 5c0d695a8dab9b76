"""Glyphs: the inspector's small icons, painted as lines so that they are sharp at any scale and take any colour."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPainterPath, QPen, QPixmap

SIZE = 16


def icon(name: str, colour: QColor, checked: QColor | None = None) -> QIcon:
    """The icon of this name; with `checked`, another colour and a fill for when its button is on."""
    found = QIcon()
    found.addPixmap(pixmap(name, colour))
    if checked is not None:
        found.addPixmap(pixmap(name, checked, filled=True), QIcon.Mode.Normal, QIcon.State.On)
    return found


def pixmap(name: str, colour: QColor, *, filled: bool = False) -> QPixmap:
    """The glyph as a picture of 16 by 16, with twice as many pixels."""
    picture = QPixmap(SIZE * 2, SIZE * 2)
    picture.setDevicePixelRatio(2)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(colour, 1.4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
    if filled:
        painter.setBrush(colour)
    for path in _PATHS[name]():
        painter.drawPath(path)
    painter.end()
    return picture


def _line(*points: tuple[float, float], closed: bool = False) -> QPainterPath:
    path = QPainterPath(QPointF(*points[0]))
    for point in points[1:]:
        path.lineTo(*point)
    if closed:
        path.closeSubpath()
    return path


def _circle(x: float, y: float, radius: float) -> QPainterPath:
    path = QPainterPath()
    path.addEllipse(QPointF(x, y), radius, radius)
    return path


def _pin() -> list[QPainterPath]:
    return [
        _line((5.5, 2.5), (10.5, 2.5), (9.8, 7), (12, 9.5), (4, 9.5), (6.2, 7), closed=True),
        _line((8, 10), (8, 14)),
    ]


def _reset() -> list[QPainterPath]:
    arc = QPainterPath()
    rect = QRectF(3, 3.4, 10, 10)
    arc.arcMoveTo(rect, 150)
    arc.arcTo(rect, 150, -300)
    return [arc, _line((3.2, 2.6), (3.4, 6.4), (7.1, 5.9))]


def _folder() -> list[QPainterPath]:
    return [_line((2, 12.5), (2, 3.5), (6.3, 3.5), (7.7, 5.2), (14, 5.2), (14, 12.5), closed=True)]


_PATHS = {
    "pin": _pin,
    "reset": _reset,
    "folder": _folder,
    "cross": lambda: [_line((4.5, 4.5), (11.5, 11.5)), _line((11.5, 4.5), (4.5, 11.5))],
    "error": lambda: [_circle(8, 8, 6), _line((8, 4.8), (8, 8.8)), _line((8, 11.1), (8, 11.2))],
    "warning": lambda: [
        _line((8, 2.4), (14.4, 13.6), (1.6, 13.6), closed=True), _line((8, 6.4), (8, 9.6)), _line((8, 11.5), (8, 11.6))
    ],
    "right": lambda: [_line((6, 4), (10, 8), (6, 12))],
    "down": lambda: [_line((4, 6), (8, 10), (12, 6))],
    "mute": lambda: [_circle(8, 8, 5.8), _line((4.2, 11.8), (11.8, 4.2))],
    "bypass": lambda: [_line((1.5, 11), (4, 11)), _line((12, 11), (14.5, 11)), _bow()],
    "done": lambda: [_line((3.5, 8.5), (6.7, 11.7), (12.5, 4.8))],
}  # fmt: skip


def _bow() -> QPainterPath:
    path = QPainterPath(QPointF(4, 11))
    path.cubicTo(5, 3.5, 11, 3.5, 12, 11)
    return path
