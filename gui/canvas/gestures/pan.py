"""Pan: the canvas follows the mouse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from gui.canvas.gestures.gesture import Gesture, Pointer

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView


class Pan(Gesture):
    """Moves the canvas under the mouse."""

    cursor = Qt.CursorShape.ClosedHandCursor
    drifts = False

    def __init__(self, canvas: CanvasView, start: Pointer) -> None:
        super().__init__(canvas, start)
        self._bars = (canvas.horizontalScrollBar(), canvas.verticalScrollBar())
        self._before = tuple(bar.value() for bar in self._bars)

    def move(self, at: Pointer) -> None:
        """Scrolls so that what was pressed stays under the mouse."""
        way = at.view - self.start.view
        self._bars[0].setValue(self._before[0] - way.x())
        self._bars[1].setValue(self._before[1] - way.y())

    def cancel(self) -> None:
        """Back to where it was."""
        for bar, value in zip(self._bars, self._before, strict=True):
            bar.setValue(value)
