"""Link: a line drawn from a port. It says at the cursor why it cannot be dropped, and what it would replace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from gui.canvas.edge_item import curve
from gui.canvas.gestures.gesture import Gesture, Pointer
from gui.canvas.links import LinkEnd, connecting, fitting_port, ordered, refusal, replaced
from gui.canvas.node_face import words
from nodegraph.graph.edit import Disconnect
from nodegraph.graph.model import Edge, End

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView


class NewLink(Gesture):
    """A new link from a port; or, with `held`, an edge whose end was pulled off and is carried elsewhere."""

    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, canvas: CanvasView, start: Pointer, end: LinkEnd, held: Edge | None = None) -> None:
        super().__init__(canvas, start)
        self._from = end
        self._held = held
        self._at = start.scene
        self._to: LinkEnd | None = None
        self._why = ""
        self._hint = ""
        self._far = False

    def move(self, at: Pointer) -> None:
        """Looks what is under the cursor and whether the link may be dropped there."""
        self._at = at.scene
        self._far = self._far or self.moved_far(at)
        graph, registry = self.canvas.document.graph, self.canvas.document.registry
        self._to, self._why, self._hint = None, "", ""
        item = self.canvas.graph_scene.node_at(at.scene, reach=12.0)
        if item is None:
            return
        part = item.layout.part_at(at.scene - item.pos())
        if part.kind in ("input", "output"):
            self._to = LinkEnd(End(item.id, part.name), part.kind == "output")
            if self._to == self._from:
                self._to = None
                return
        elif item.id != self._from.end.node:
            end = fitting_port(graph, registry, self._from, item.id)
            if end is None:
                lacking = (
                    words("This node has no input.") if self._from.is_output else words("This node has no output.")
                )
                self._why = lacking
                return
            self._to = LinkEnd(end, not self._from.is_output)
        if self._to is None:
            return
        self._why = refusal(graph, self._from, self._to, instead=self._held)
        if not self._why:
            source, target = ordered(self._from, self._to)
            gone = replaced(graph, source, target)
            if gone is not None and gone != self._held:
                self._hint = words("Replaces the link from {source}").format(source=gone.source)

    def finish(self, at: Pointer) -> None:
        """Connects; or says why not; or, dropped on nothing, asks for a node that fits."""
        self.move(at)
        if self._why:
            self.canvas.message.emit(self._why)
        elif self._to is not None:
            source, target = ordered(self._from, self._to)
            if self._held is None or (self._held.source, self._held.target) != (source, target):
                edit = connecting(self.canvas.document.graph, source, target, instead=self._held)
                self.canvas.document.push(edit, words("Connect"))
        elif self._held is not None and self._far:
            self.canvas.document.push(Disconnect(self._held), words("Disconnect"))
        elif self._far and self.canvas.graph_scene.node_at(at.scene) is None:
            self.canvas.keep_shown(self)
            self.canvas.palette_wanted.emit(at.screen, at.scene, (self._from.end, self._from.is_output))

    def paint(self, painter: QPainter) -> None:
        """Paints the link and, at the cursor, what is to say of it."""
        style = self.canvas.style_
        start = self._start()
        end = self._place(self._to) if self._to is not None and not self._why else self._at
        path = curve(start, end) if self._from.is_output else curve(end, start)
        pen = QPen(style.theme["state_error"] if self._why else style.theme["accent"], 2.4)
        pen.setStyle(Qt.PenStyle.DashLine if self._why else Qt.PenStyle.SolidLine)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(path)
        if self._to is not None:
            painter.drawEllipse(self._place(self._to), 9, 9)
        if text := self._why or self._hint:
            painter.save()
            painter.translate(self._at)
            painter.scale(1 / self._scale, 1 / self._scale)  # words are as large as elsewhere, however far the graph is
            box = self._box()
            painter.setPen(QPen(pen.color(), 1))
            painter.setBrush(style.theme["panel"])
            painter.drawRoundedRect(box, 5, 5)
            painter.setPen(style.text)
            painter.setFont(style.letters(1.0).title)
            painter.drawText(box.adjusted(10, 6, -10, -6), int(_WRAPPED), text)
            painter.restore()

    def bounds(self) -> QRectF:
        """The link and its words."""
        whole = QRectF(self._start(), self._at).normalized().adjusted(-170, -60, 170, 60)
        if not (self._why or self._hint):
            return whole
        box = self._box()
        return whole.united(QRectF(self._at + box.topLeft() / self._scale, box.size() / self._scale))

    @property
    def _scale(self) -> float:
        return self.canvas.transform().m11()

    def _box(self) -> QRectF:
        """The words beside the cursor, in pixels of the screen."""
        metrics = self.canvas.style_.letters(1.0).title_metrics
        text = metrics.boundingRect(QRectF(0, 0, 280, 200), int(_WRAPPED), self._why or self._hint)
        return QRectF(QPointF(16, 14), text.size()).adjusted(0, 0, 22, 13)

    def _start(self) -> QPointF:
        return self._place(self._from)

    def _place(self, end: LinkEnd) -> QPointF:
        item = self.canvas.graph_scene.nodes.get(end.end.node)
        return item.port_place(end.end.port, output=end.is_output) if item else self._at


_WRAPPED = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
