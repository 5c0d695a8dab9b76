"""Marquee: a frame drawn around nodes and notes chooses them; with Shift it adds them to the chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from gui.canvas.gestures.gesture import Gesture, Pointer
from gui.canvas.style import faded

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView


class Marquee(Gesture):
    """Chooses what the frame touches, while it is drawn."""

    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, canvas: CanvasView, start: Pointer) -> None:
        super().__init__(canvas, start)
        self._before = canvas.selection.nodes
        self._kept = self._before if start.has(Qt.KeyboardModifier.ShiftModifier) else ()
        self._notes_before = canvas.chosen_notes()
        self._kept_notes = self._notes_before if start.has(Qt.KeyboardModifier.ShiftModifier) else frozenset[int]()
        self._frame = QRectF(start.scene, start.scene)

    def move(self, at: Pointer) -> None:
        """Draws the frame and chooses what it touches."""
        self._frame = QRectF(self.start.scene, at.scene).normalized()
        scene = self.canvas.graph_scene
        touched = [id for id, item in scene.nodes.items() if item.rect.intersects(self._frame)]
        self.canvas.selection.choose([*self._kept, *touched])
        notes = {item.index for item in scene.notes if item.rect.intersects(self._frame)}
        self.canvas.choose_notes(self._kept_notes | notes)

    def finish(self, at: Pointer) -> None:
        """A click on nothing chooses nothing."""
        if not self.moved_far(at):
            self.canvas.unchoose()
            self.canvas.selection.choose(self._kept)

    def cancel(self) -> None:
        """What was chosen before is chosen again."""
        self.canvas.selection.choose(self._before)
        self.canvas.choose_notes(self._notes_before)

    def paint(self, painter: QPainter) -> None:
        """Paints the frame."""
        colour = self.canvas.style_.theme["selection"]
        pen = QPen(colour, 1)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.setBrush(faded(colour, 0.12))
        painter.drawRect(self._frame)

    def bounds(self) -> QRectF:
        """The frame."""
        return self._frame
