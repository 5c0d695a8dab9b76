"""Keys on the canvas that are no actions: arrows walk from node to node, with Ctrl they move nodes, Return edits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt

from gui.canvas.carrying import carrying, load_of
from gui.canvas.node_face import words
from gui.canvas.node_geometry import GRID

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView

WAYS = {
    Qt.Key.Key_Left: QPointF(-1, 0),
    Qt.Key.Key_Right: QPointF(1, 0),
    Qt.Key.Key_Up: QPointF(0, -1),
    Qt.Key.Key_Down: QPointF(0, 1),
}


def press_key(canvas: CanvasView, key: int, modifiers: Qt.KeyboardModifier) -> bool:
    """Does what the key means here; False where it means nothing."""
    way = WAYS.get(Qt.Key(key)) if key in WAYS else None
    if way is not None:
        if modifiers & Qt.KeyboardModifier.ControlModifier:
            nudge(canvas, way * GRID)
        else:
            step(canvas, way, add=bool(modifiers & Qt.KeyboardModifier.ShiftModifier))
        return True
    if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not modifiers & Qt.KeyboardModifier.ControlModifier:
        return canvas.edit_first_field()
    if key == Qt.Key.Key_Escape:
        canvas.unchoose()
        canvas.selection.choose(())
        return True
    return False


def nudge(canvas: CanvasView, way: QPointF) -> None:
    """Moves what is chosen; nudges in a row are one step of the history."""
    notes, graph = canvas.chosen_notes(), canvas.document.graph
    load = load_of(graph, canvas.selection.nodes, notes)
    if load.nodes or load.notes:
        rects = {id: canvas.graph_scene.nodes[id].rect for id in load.nodes}
        merge = f"nudge:{','.join(load.nodes)}:{sorted(load.notes)}"
        canvas.document.push(carrying(graph, load, way, rects), words("Move"), merge=merge)


def step(canvas: CanvasView, way: QPointF, *, add: bool) -> None:
    """Chooses the nearest node in this direction."""
    middles = {id: item.rect.center() for id, item in canvas.graph_scene.nodes.items()}
    current = canvas.selection.current
    found = nearest(middles, current, way) if current in middles else nearest_to(middles, canvas.middle())
    if found is None:
        return
    canvas.selection.choose([*canvas.selection.nodes, found] if add else [found])
    canvas.show_node(found)


def nearest(middles: Mapping[str, QPointF], current: str | None, way: QPointF) -> str | None:
    """The node that lies next in this direction; what is aside counts as farther."""
    if current is None:
        return None
    start, best, found = middles[current], float("inf"), None
    for id, middle in middles.items():
        gap = middle - start
        ahead = gap.x() * way.x() + gap.y() * way.y()
        aside = abs(gap.x() * way.y()) + abs(gap.y() * way.x())
        if id == current or ahead <= 1.0 or aside > 3.0 * ahead:
            continue
        if ahead + 2.0 * aside < best:
            best, found = ahead + 2.0 * aside, id
    return found


def nearest_to(middles: Mapping[str, QPointF], place: QPointF) -> str | None:
    """The node nearest to a place."""
    return min(middles, key=lambda id: (middles[id] - place).manhattanLength(), default=None)
