"""Press on a node: dragged it moves what is chosen, into an edge where it lands on one; released it edits a field."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from gui.canvas.adding import wires
from gui.canvas.edge_item import EdgeItem
from gui.canvas.gestures.gesture import Pointer
from gui.canvas.gestures.move import Move
from gui.canvas.links import connecting
from gui.canvas.node_face import words
from gui.canvas.node_item import NodeItem
from nodegraph.graph.edit import Several

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView


class PressNode(Move):
    """Moves what is chosen. A node without edges that is dropped on an edge goes into it; with Shift it does not."""

    def __init__(self, canvas: CanvasView, start: Pointer, node: NodeItem, field: str) -> None:
        super().__init__(canvas, start, canvas.selection.nodes, canvas.chosen_notes(), lead=node.pos())
        self._node = node
        self._field = field
        self._loose = len(self._before) == 1 and not canvas.graph_scene.edges_of([node.id])
        self._into: EdgeItem | None = None

    def move(self, at: Pointer) -> None:
        """Shows everything at its new place, and the edge that the node would go into."""
        super().move(at)
        hit = self._edge_below() if self._loose and not at.has(Qt.KeyboardModifier.ShiftModifier) else None
        if hit is not self._into:
            self._light(hit)

    def finish(self, at: Pointer) -> None:
        """The drag's end, or the click's."""
        into = self._into
        self._light(None)
        if into is not None and not self._way.isNull():
            graph = self.canvas.document.graph
            pairs = wires(graph, self.canvas.document.registry, self._node.id, into.edge)
            links = (connecting(graph, source, target) for source, target in pairs)
            edit = Several((self._moved(), *links))
            self.canvas.document.push(edit, words("Insert {node}").format(node=self._node.face.title))
            return
        super().finish(at)
        if self.moved_far(at) or not self._way.isNull():
            return
        self.canvas.unchoose()
        self.canvas.selection.choose([self._node.id])
        if self._field:
            self.canvas.edit_field(self._node.id, self._field)

    def cancel(self) -> None:
        """Back to where it was."""
        self._light(None)
        super().cancel()

    def _edge_below(self) -> EdgeItem | None:
        """The edge that runs under the node's upper half and that the node fits into."""
        if self._way.isNull() or not self.canvas.graph_scene.edge_root.isVisible():
            return None
        graph, registry = self.canvas.document.graph, self.canvas.document.registry
        rect = self._node.rect
        rect.setHeight(min(rect.height(), rect.width() / 2))
        for item in self.canvas.graph_scene.items(rect):
            if isinstance(item, EdgeItem) and wires(graph, registry, self._node.id, item.edge):
                return item
        return None

    def _light(self, edge: EdgeItem | None) -> None:
        if self._into is not None:
            self._into.light(chosen=self._into.chosen, lit=False)
        self._into = edge
        if edge is not None:
            edge.light(chosen=edge.chosen, lit=True)
