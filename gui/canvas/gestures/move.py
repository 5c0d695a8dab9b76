"""Move: the chosen nodes and notes, or a group with all that is in it, follow the mouse; one step of the history."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from gui.canvas.carrying import carrying, load_of
from gui.canvas.copying import copying, part_of
from gui.canvas.edge_item import EdgeItem
from gui.canvas.gestures.gesture import Gesture, Pointer
from gui.canvas.groups import GroupItem
from gui.canvas.node_face import words
from gui.canvas.node_geometry import RADIUS, snapped
from nodegraph.graph.edit import Several

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView


class Move(Gesture):
    """Moves nodes and notes; they snap to the grid, with Shift they do not. `group` is a frame that is held.

    `lead` is the place that comes to lie on the grid.
    """

    cursor = Qt.CursorShape.SizeAllCursor

    def __init__(
        self,
        canvas: CanvasView,
        start: Pointer,
        ids: Iterable[str],
        notes: Collection[int] = (),
        *,
        lead: QPointF | None = None,
        group: GroupItem | None = None,
    ) -> None:
        super().__init__(canvas, start)
        scene, graph = canvas.graph_scene, canvas.document.graph
        self._lead = QPointF(lead) if lead is not None else QPointF()
        self._load = load_of(graph, ids, notes, group.index if group is not None else None)
        self._before = {id: QPointF(scene.nodes[id].pos()) for id in self._load.nodes if id in scene.nodes}
        self._frames = [(item, QRectF(item.rect)) for item in scene.groups if item.index in self._load.groups]
        self._notes = [(item, QPointF(item.pos())) for item in scene.notes if item.index in self._load.notes]
        inner = [item for item in scene.edges_of(self._before) if all(end.node in self._before for end in item.key)]
        self._bent: list[tuple[EdgeItem, list[QPointF]]] = [(item, list(item.points)) for item in inner if item.points]
        self._way = QPointF()

    def move(self, at: Pointer) -> None:
        """Shows everything at its new place; the document learns of it in the end."""
        if self._way.isNull() and not self.moved_far(at):
            return
        way = at.scene - self.start.scene
        if not at.has(Qt.KeyboardModifier.ShiftModifier):
            way = snapped(self._lead + way) - self._lead
        self._show(way)

    def finish(self, at: Pointer) -> None:
        """One edit with all new places."""
        if self._way.isNull():
            return
        self.canvas.document.push(self._moved(), words("Move"))

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
        for frame, rect in self._frames:
            frame.set_rect(rect.translated(way))
        for note, place in self._notes:
            note.setPos(place + way)
        scene.lead_edges(self._before)

    def _moved(self) -> Several:
        nodes = self.canvas.graph_scene.nodes
        rects = {id: QRectF(place, nodes[id].rect.size()) for id, place in self._before.items()}
        bends = {item.edge: item.points for item, _ in self._bent}
        return carrying(self.canvas.document.graph, self._load, self._way, rects, bends)


class Copy(Move):
    """Drags copies away; until they are dropped, only their outlines move."""

    cursor = Qt.CursorShape.DragCopyCursor

    def finish(self, at: Pointer) -> None:
        """One edit with all copies, which are chosen then."""
        graph = self.canvas.document.graph
        if not self._way.isNull():
            copied = copying(graph, part_of(graph, self._load.nodes, self._load.notes), self._way, self._before)
            if self.canvas.document.push(copied.edit, words("Duplicate")):
                self.canvas.choose_copies(copied)

    def paint(self, painter: QPainter) -> None:
        """Paints the outlines."""
        painter.setPen(self.canvas.style_.chosen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for rect in self._outlines():
            painter.drawRoundedRect(rect, RADIUS, RADIUS)

    def bounds(self) -> QRectF:
        """The outlines."""
        whole = QRectF()
        for rect in self._outlines():
            whole = whole.united(rect)
        return whole

    def _outlines(self) -> list[QRectF]:
        nodes = self.canvas.graph_scene.nodes
        rects = [nodes[id].rect for id in self._before if id in nodes]
        rects += [rect for _item, rect in self._frames]
        rects += [note.rect for note, _place in self._notes]
        return [rect.translated(self._way) for rect in rects]

    def _show(self, way: QPointF) -> None:
        self._way = way
