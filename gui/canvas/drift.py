"""Drift: while something is dragged to the border of the canvas, what is seen goes on that way."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QPoint, QSize, QTimer
from PySide6.QtWidgets import QAbstractScrollArea

BORDER = 28
"""So near to the border, in pixels, the canvas drifts."""

PATIENCE = 250
"""Milliseconds that the mouse stays there before it does: who only passes the border does not want to."""

FASTEST = 26
"""Pixels a step, of which there are 60 a second."""


class Drift(QObject):
    """Scrolls `area` while it is told that a drag is near the border; `moved()` is called after each step."""

    def __init__(self, area: QAbstractScrollArea, moved: Callable[[], None]) -> None:
        super().__init__(area)
        self._area = area
        self._moved = moved
        self._speed = QPoint()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.step)

    def follow(self, at: QPoint) -> None:
        """The drag is at this place of the viewport now."""
        self._speed = speed_at(at, self._area.viewport().size())
        if self._speed.isNull():
            self.stop()
        elif not self._timer.isActive():
            self._timer.start(PATIENCE)

    @property
    def active(self) -> bool:
        """Whether it scrolls, or is going to."""
        return self._timer.isActive()

    def stop(self) -> None:
        """The drag is over, or away from the border."""
        self._timer.stop()

    def step(self) -> None:
        """Scrolls once."""
        self._timer.setInterval(16)
        across, down = self._area.horizontalScrollBar(), self._area.verticalScrollBar()
        across.setValue(across.value() + self._speed.x())
        down.setValue(down.value() + self._speed.y())
        self._moved()


def speed_at(at: QPoint, size: QSize) -> QPoint:
    """Pixels a step for a place in a viewport of this size: faster nearer to the border, and outside."""
    return QPoint(_along(at.x(), size.width()), _along(at.y(), size.height()))


def _along(place: int, length: int) -> int:
    deep = max(BORDER - place, 0) - max(place - (length - 1 - BORDER), 0)
    return -max(-FASTEST, min(FASTEST, int(deep * FASTEST / (2 * BORDER))))
