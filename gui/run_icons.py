"""Icons of the run's buttons, painted in the theme's colours: no files, sharp at any size."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPainterPath, QPixmap

from gui.theme.theme import Theme

SIZE = 16.0


def run_icons(theme: Theme) -> dict[str, QIcon]:
    """Icon by action id."""
    play, bar, sample = _triangle(4.0, 2.5), _box(12.5, 3.0, 1.8, 10.0), _box(1.5, 4.5, 1.8, 7.0)
    here, part = _triangle(2.0, 2.5), _triangle(5.5, 4.0)
    here.addPath(bar)
    part.addPath(sample)
    bolt = _polygon((9.5, 1), (3.5, 9), (7.5, 9), (6.5, 15), (12.5, 7), (8.5, 7))
    drawn = {
        "run.all": (play, theme["kept"]),
        "run.here": (here, theme["text"]),
        "run.sample": (part, theme["text"]),
        "run.stop": (_box(3.5, 3.5, 9.0, 9.0), theme["dropped"]),
        "run.live": (bolt, theme["state_stale"]),
    }
    return {id: _icon(path, colour) for id, (path, colour) in drawn.items()}


def _icon(path: QPainterPath, colour: QColor) -> QIcon:
    icon = QIcon()
    faded = QColor(colour)
    faded.setAlphaF(0.35)
    for mode, shade in ((QIcon.Mode.Normal, colour), (QIcon.Mode.Disabled, faded)):
        for scale in (1, 2, 3):
            pixmap = QPixmap(int(SIZE * scale), int(SIZE * scale))
            pixmap.setDevicePixelRatio(scale)
            pixmap.fill(Qt.GlobalColor.transparent)
            painter = QPainter(pixmap)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.fillPath(path, shade)
            painter.end()
            icon.addPixmap(pixmap, mode)
    return icon


def _triangle(left: float, top: float) -> QPainterPath:
    height = SIZE - 2 * top
    return _polygon((left, top), (left + height * 0.87, SIZE / 2), (left, SIZE - top))


def _polygon(*points: tuple[float, float]) -> QPainterPath:
    path = QPainterPath(QPointF(*points[0]))
    for point in points[1:]:
        path.lineTo(*point)
    path.closeSubpath()
    return path


def _box(left: float, top: float, width: float, height: float) -> QPainterPath:
    path = QPainterPath()
    path.addRoundedRect(QRectF(left, top, width, height), 0.9, 0.9)
    return path
