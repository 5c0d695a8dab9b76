"""Which gesture a press begins: decided by the button, the keys that are held and what lies under the mouse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from gui.canvas.gestures.bend import MovePoint
from gui.canvas.gestures.cut import CutLinks
from gui.canvas.gestures.gesture import Gesture, Pointer
from gui.canvas.gestures.link import NewLink
from gui.canvas.gestures.marquee import Marquee
from gui.canvas.gestures.move import CopyNodes, MoveNodes, MoveNote
from gui.canvas.gestures.pan import Pan
from gui.canvas.gestures.resize import ResizeGroup
from gui.canvas.links import LinkEnd
from gui.canvas.node_item import NodeItem
from nodegraph.graph.model import End

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView

_SHIFT = Qt.KeyboardModifier.ShiftModifier
_CONTROL = Qt.KeyboardModifier.ControlModifier


def gesture_for(canvas: CanvasView, button: Qt.MouseButton, at: Pointer, *, space: bool) -> Gesture | None:
    """The gesture that this press begins, or None. Presses also choose what they hit."""
    if button == Qt.MouseButton.MiddleButton or (space and button == Qt.MouseButton.LeftButton):
        return Pan(canvas, at)
    if button == Qt.MouseButton.RightButton:
        return CutLinks(canvas, at) if at.has(_SHIFT) and at.has(_CONTROL) else None
    if button != Qt.MouseButton.LeftButton:
        return None
    scene = canvas.graph_scene
    node = scene.node_at(at.scene, reach=12.0)
    if node is not None:
        return _on_node(canvas, node, at)
    for note in reversed(scene.notes):
        if note.rect.contains(at.scene):
            canvas.choose_note(note)
            return MoveNote(canvas, at, note)
    edge = scene.edge_at(at.scene) if scene.edge_root.isVisible() else None
    if edge is not None:
        canvas.choose_edge(edge, add=at.has(_SHIFT))
        point = edge.point_at(at.scene)
        return MovePoint(canvas, at, edge, point) if point is not None else Gesture(canvas, at)
    for group in reversed(scene.groups):
        if group.grip().contains(at.scene):
            return ResizeGroup(canvas, at, group)
        if group.header().contains(at.scene):
            canvas.selection.choose(group.content.nodes)
            return MoveNodes(canvas, at, group.content.nodes, group=group)
    return Marquee(canvas, at)


def _on_node(canvas: CanvasView, node: NodeItem, at: Pointer) -> Gesture:
    part = node.layout.part_at(at.scene - node.pos())
    if part.kind == "output":
        return NewLink(canvas, at, LinkEnd(End(node.id, part.name), True))
    if part.kind == "input":
        target = End(node.id, part.name)
        held = next((edge for edge in canvas.document.graph.edges if edge.target == target), None)
        if held is not None:
            return NewLink(canvas, at, LinkEnd(held.source, True), held)
        return NewLink(canvas, at, LinkEnd(target, False))
    canvas.choose_edge(None)
    if at.has(_SHIFT) or at.has(_CONTROL):
        canvas.selection.toggle(node.id)
        return Gesture(canvas, at)
    if node.id not in canvas.selection.nodes:
        canvas.selection.choose([node.id])
    if at.has(Qt.KeyboardModifier.AltModifier):
        return CopyNodes(canvas, at, canvas.selection.nodes, node.id)
    return PressNode(canvas, at, node, part.name if part.kind == "field" else "")


class PressNode(MoveNodes):
    """A press on a node: dragged it moves the chosen nodes, released in place it edits the field that was hit."""

    def __init__(self, canvas: CanvasView, start: Pointer, node: NodeItem, field: str) -> None:
        super().__init__(canvas, start, canvas.selection.nodes, node.id)
        self._node = node.id
        self._field = field

    def finish(self, at: Pointer) -> None:
        """The drag's end, or the click's."""
        super().finish(at)
        if self.moved_far(at) or not self._way.isNull():
            return
        self.canvas.selection.choose([self._node])
        if self._field:
            self.canvas.edit_field(self._node, self._field)
