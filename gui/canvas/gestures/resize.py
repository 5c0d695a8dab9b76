"""Resize: the frame of a group or note follows the mouse; the nodes in a group's frame are its nodes afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt

from gui.canvas.gestures.gesture import Gesture, Pointer
from gui.canvas.groups import HEADER, SMALLEST, GroupItem, regrouped, with_rect
from gui.canvas.node_face import words
from gui.canvas.node_geometry import snapped
from gui.canvas.notes import SMALLEST_NOTE, NoteItem, with_size
from nodegraph.graph.edit import SetGroups, SetNotes

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView


class ResizeGroup(Gesture):
    """Drags the lower right corner of a group."""

    cursor = Qt.CursorShape.SizeFDiagCursor

    def __init__(self, canvas: CanvasView, start: Pointer, group: GroupItem) -> None:
        super().__init__(canvas, start)
        self._group = group
        self._before = QRectF(group.rect)

    def move(self, at: Pointer) -> None:
        """Shows the frame."""
        corner = snapped(self._before.bottomRight() + at.scene - self.start.scene)
        least = self._before.topLeft() + QPointF(SMALLEST, HEADER * 2)
        self._group.set_rect(
            QRectF(self._before.topLeft(), QPointF(max(corner.x(), least.x()), max(corner.y(), least.y())))
        )

    def finish(self, at: Pointer) -> None:
        """One edit: the frame and who is inside."""
        if self._group.rect == self._before:
            return
        graph, index = self.canvas.document.graph, self._group.index
        groups = (
            *graph.groups[:index],
            with_rect(graph.groups[index], self._group.rect),
            *graph.groups[index + 1 :],
        )
        rects = {id: item.rect for id, item in self.canvas.graph_scene.nodes.items()}
        self.canvas.document.push(SetGroups(regrouped(groups, rects)), words("Resize Group"))

    def cancel(self) -> None:
        """The frame as it was."""
        self._group.set_rect(self._before)


class ResizeNote(Gesture):
    """Drags the lower right corner of a note."""

    cursor = Qt.CursorShape.SizeFDiagCursor

    def __init__(self, canvas: CanvasView, start: Pointer, note: NoteItem) -> None:
        super().__init__(canvas, start)
        self._note = note
        self._before = QRectF(note.rect)

    def move(self, at: Pointer) -> None:
        """Shows the note in its new size."""
        corner = snapped(self._before.bottomRight() + at.scene - self.start.scene) - self._before.topLeft()
        self._note.set_size(QSizeF(max(corner.x(), SMALLEST_NOTE.width()), max(corner.y(), SMALLEST_NOTE.height())))

    def finish(self, at: Pointer) -> None:
        """One edit."""
        if self._note.rect != self._before:
            notes = list(self.canvas.document.graph.notes)
            notes[self._note.index] = with_size(notes[self._note.index], self._note.rect)
            self.canvas.document.push(SetNotes(tuple(notes)), words("Resize Note"))

    def cancel(self) -> None:
        """The size as it was."""
        self._note.set_size(self._before.size())
