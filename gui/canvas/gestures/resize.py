"""Resize: a group's frame follows the mouse; the nodes inside it are its nodes afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt

from gui.canvas.gestures.gesture import Gesture, Pointer
from gui.canvas.groups import HEADER, SMALLEST, GroupItem, regrouped, with_rect
from gui.canvas.node_face import words
from gui.canvas.node_geometry import snapped
from nodegraph.graph.edit import SetGroups

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
