"""What every gesture is: moved, then finished or cancelled; it may paint over the canvas meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView


@dataclass(frozen=True, slots=True)
class Pointer:
    """Where the mouse is, in the scene, in the view and on the screen, and which keys are held."""

    scene: QPointF
    view: QPoint
    screen: QPoint
    modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier

    def has(self, modifier: Qt.KeyboardModifier) -> bool:
        """Whether the key is held."""
        return bool(self.modifiers & modifier)


class Gesture:
    """A drag that does nothing: what the others have in common."""

    cursor: Qt.CursorShape = Qt.CursorShape.ArrowCursor
    drifts = True
    """Whether the canvas goes on when the mouse comes to its border."""

    def __init__(self, canvas: CanvasView, start: Pointer) -> None:
        self.canvas = canvas
        self.start = start

    def move(self, at: Pointer) -> None:
        """The mouse moved."""

    def finish(self, at: Pointer) -> None:
        """The button was released: this is where the document changes."""

    def cancel(self) -> None:
        """Esc was pressed: everything is as before."""

    def paint(self, painter: QPainter) -> None:
        """Paints over the canvas, in the scene's coordinates."""

    def bounds(self) -> QRectF:
        """What `paint` paints on."""
        return QRectF()

    def moved_far(self, at: Pointer) -> bool:
        """Whether the mouse left the place where it was pressed: else it was a click."""
        return (at.view - self.start.view).manhattanLength() >= 4
