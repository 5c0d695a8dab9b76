"""Move: the chosen nodes, a group with its nodes, or a note follow the mouse; one step of the history in the end."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from gui.canvas.arrange import copying, moving, part_of
from gui.canvas.edge_item import EdgeItem
from gui.canvas.gestures.gesture import Gesture, Pointer
from gui.canvas.groups import GroupItem, regrouped, with_rect
from gui.canvas.node_face import words
from gui.canvas.node_geometry import RADIUS, snapped
from gui.canvas.notes import NoteItem, moved_to
from nodegraph.graph.edit import Edit, SetGroups, SetNotes, Several

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView


class MoveNodes(Gesture):
    """Moves nodes; they snap to the grid, with Shift they do not. `group` is a frame that comes along."""

    cursor = Qt.CursorShape.SizeAllCursor

    def __init__(
        self, canvas: CanvasView, start: Pointer, ids: Iterable[str], lead: str = "", group: GroupItem | None = None
    ) -> None:
        super().__init__(canvas, start)
        scene = canvas.graph_scene
        self._lead = lead
        self._group = group
        self._frame = QRectF(group.rect) if group else QRectF()
        self._before = {id: QPointF(scene.nodes[id].pos()) for id in ids if id in scene.nodes}
        inner = [item for item in scene.edges_of(self._before) if all(end.node in self._before for end in item.key)]
        self._bent: list[tuple[EdgeItem, list[QPointF]]] = [(item, list(item.points)) for item in inner if item.points]
        self._way = QPointF()

    def move(self, at: Pointer) -> None:
        """Shows the nodes at their new places; the document learns of them in the end."""
        if self._way.isNull() and not self.moved_far(at):
            return
        way = at.scene - self.start.scene
        if not at.has(Qt.KeyboardModifier.ShiftModifier):
            anchor = self._before.get(self._lead, QPointF())
            way = snapped(anchor + way) - anchor
        self._show(way)

    def finish(self, at: Pointer) -> None:
        """One edit with all new places."""
        if self._way.isNull():
            return
        graph, scene, way = self.canvas.document.graph, self.canvas.graph_scene, self._way
        edit = moving(
            graph,
            {id: place + way for id, place in self._before.items()},
            {item.edge: item.points for item, _ in self._bent},
        )
        rects = {id: scene.nodes[id].rect for id in self._before}
        groups = graph.groups
        if self._group is not None:
            index = self._group.index
            framed = with_rect(groups[index], self._frame.translated(way))
            groups = (*groups[:index], framed, *groups[index + 1 :])
        else:
            groups = regrouped(groups, rects)
        edits: tuple[Edit, ...] = (edit, SetGroups(groups)) if groups != graph.groups else (edit,)
        self.canvas.document.push(Several(edits), words("Move"))

    def cancel(self) -> None:
        """Back to where they were."""
        self._show(QPointF())

    def _show(self, way: QPointF) -> None:
        scene, self._way = self.canvas.graph_scene, way
        for item, points in self._bent:
            item.points = [point + way for point in points]
        for id, place in self._before.items():
            if id in scene.nodes:
                scene.nodes[id].setPos(place + way)
        if self._group is not None:
            self._group.set_rect(self._frame.translated(way))
        scene.lead_edges(self._before)


class CopyNodes(MoveNodes):
    """Drags copies of the nodes away from them; until they are dropped, only their outlines move."""

    cursor = Qt.CursorShape.DragCopyCursor

    def finish(self, at: Pointer) -> None:
        """One edit with all copies."""
        graph = self.canvas.document.graph
        if not self._way.isNull():
            edit, names = copying(graph, part_of(graph, self._before), self._way, self._before)
            if self.canvas.document.push(edit, words("Duplicate")):
                self.canvas.selection.choose(names.values())

    def paint(self, painter: QPainter) -> None:
        """Paints the outlines."""
        painter.setPen(self.canvas.style_.chosen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for rect in self._rects():
            painter.drawRoundedRect(rect, RADIUS, RADIUS)

    def bounds(self) -> QRectF:
        """The outlines."""
        whole = QRectF()
        for rect in self._rects():
            whole = whole.united(rect)
        return whole

    def _rects(self) -> list[QRectF]:
        nodes = self.canvas.graph_scene.nodes
        return [nodes[id].rect.translated(self._way) for id in self._before if id in nodes]

    def _show(self, way: QPointF) -> None:
        self._way = way


class MoveNote(Gesture):
    """Moves one note."""

    cursor = Qt.CursorShape.SizeAllCursor

    def __init__(self, canvas: CanvasView, start: Pointer, note: NoteItem) -> None:
        super().__init__(canvas, start)
        self._note = note
        self._before = QPointF(note.pos())

    def move(self, at: Pointer) -> None:
        """Shows the note at its new place."""
        if self.moved_far(at) or self._note.pos() != self._before:
            self._note.setPos(snapped(self._before + at.scene - self.start.scene))

    def finish(self, at: Pointer) -> None:
        """One edit."""
        if self._note.pos() == self._before:
            return
        notes = list(self.canvas.document.graph.notes)
        notes[self._note.index] = moved_to(notes[self._note.index], self._note.pos())
        self.canvas.document.push(SetNotes(tuple(notes)), words("Move Note"))

    def cancel(self) -> None:
        """Back to where it was."""
        self._note.setPos(self._before)
