"""Which gesture a press begins: decided by the button, the keys that are held and what lies under the mouse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from gui.canvas.gestures.bend import MovePoint
from gui.canvas.gestures.cut import CutLinks
from gui.canvas.gestures.gesture import Gesture, Pointer
from gui.canvas.gestures.link import NewLink
from gui.canvas.gestures.marquee import Marquee
from gui.canvas.gestures.move import Copy, Move
from gui.canvas.gestures.pan import Pan
from gui.canvas.gestures.press_node import PressNode
from gui.canvas.gestures.resize import ResizeGroup, ResizeNote
from gui.canvas.links import LinkEnd
from gui.canvas.node_item import NodeItem
from gui.canvas.notes import NoteItem
from nodegraph.graph.model import End

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView

_SHIFT = Qt.KeyboardModifier.ShiftModifier
_CONTROL = Qt.KeyboardModifier.ControlModifier
_ALT = Qt.KeyboardModifier.AltModifier


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
            return _on_note(canvas, note, at)
    edge = scene.edge_at(at.scene, canvas.reach) if scene.edge_root.isVisible() else None
    if edge is not None:
        canvas.choose_edge(edge, add=at.has(_SHIFT))
        point = edge.point_at(at.scene)
        return MovePoint(canvas, at, edge, point) if point is not None else Gesture(canvas, at)
    for group in reversed(scene.groups):
        if group.grip().contains(at.scene):
            return ResizeGroup(canvas, at, group)
        if group.header().contains(at.scene):
            canvas.unchoose()
            canvas.selection.choose(group.content.nodes)
            kind = Copy if at.has(_ALT) else Move
            return kind(canvas, at, group.content.nodes, group=group)
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
    if at.has(_SHIFT) or at.has(_CONTROL):
        canvas.selection.toggle(node.id)
        return Gesture(canvas, at)
    if node.id not in canvas.selection.nodes:
        canvas.unchoose()
        canvas.selection.choose([node.id])
    if at.has(_ALT):
        return Copy(canvas, at, canvas.selection.nodes, canvas.chosen_notes(), lead=node.pos())
    return PressNode(canvas, at, node, part.name if part.kind == "field" else "")


def _on_note(canvas: CanvasView, note: NoteItem, at: Pointer) -> Gesture:
    if note.grip().contains(at.scene):
        return ResizeNote(canvas, at, note)
    chosen = canvas.chosen_notes()
    if at.has(_SHIFT) or at.has(_CONTROL):
        canvas.choose_notes(chosen ^ {note.index})
        return Gesture(canvas, at)
    if note.index not in chosen:
        canvas.choose_note(note)
    kind = Copy if at.has(_ALT) else Move
    return kind(canvas, at, canvas.selection.nodes, canvas.chosen_notes(), lead=note.pos())
