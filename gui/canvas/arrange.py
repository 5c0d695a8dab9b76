"""Edits of a graph as a user means them: move, delete with rewire, align, connect, mute. Pure: graph in, edit out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import ceil

from PySide6.QtCore import QPointF, QRectF

from gui.canvas.edge_item import with_points
from gui.canvas.node_geometry import GRID
from nodegraph.graph.edit import (
    Connect,
    Disconnect,
    Edit,
    RemoveNode,
    SetGroups,
    SetMode,
    SetUi,
    Several,
    applied,
)
from nodegraph.graph.model import Edge, Graph, Mode
from nodegraph.problems import ProblemError
from nodegraph.registry import Registry

SIDE_OUTPUTS = frozenset({"dropped", "review"})


def coordinate(value: float) -> int | float:
    """A coordinate as the file holds it: whole where it is whole."""
    rounded = round(value, 1)
    return int(rounded) if rounded == int(rounded) else rounded


def moving(
    graph: Graph, places: Mapping[str, QPointF], bends: Mapping[Edge, Sequence[QPointF]] | None = None
) -> Several:
    """Nodes to new places, with the points of edges that come along."""
    edits: list[Edit] = []
    for id, place in places.items():
        ui = {**graph.node(id).ui, "x": coordinate(place.x()), "y": coordinate(place.y())}
        edits.append(SetUi(id, ui))
    for edge, points in (bends or {}).items():
        edits.append(bending(edge, points))
    return Several(tuple(edits))


def bending(edge: Edge, points: Sequence[QPointF]) -> Several:
    """An edge led through these points."""
    return Several((Disconnect(edge), Connect(with_points(edge, points))))


def deleting(graph: Graph, ids: Iterable[str], edges: Iterable[Edge] = ()) -> Several:
    """Nodes and edges away, and the groups that would be left with nothing."""
    gone = [id for id in ids if id in graph.nodes]
    loose = [edge for edge in edges if edge.source.node not in gone and edge.target.node not in gone]
    return Several((*_emptied(graph, gone), *(Disconnect(edge) for edge in loose), *(RemoveNode(id) for id in gone)))


def _emptied(graph: Graph, gone: Sequence[str]) -> list[Edit]:
    left = tuple(group for group in graph.groups if not group.nodes or not set(group.nodes) <= set(gone))
    return [SetGroups(left)] if left != graph.groups else []


def deleting_rewired(graph: Graph, registry: Registry, ids: Iterable[str]) -> Several:
    """Nodes away, and what fed each feeds what it fed; what a node dropped or sent to review feeds nothing then."""
    gone = [id for id in ids if id in graph.nodes]
    edits = _emptied(graph, gone)
    for id in gone:
        fed = graph.inputs_of(id)
        spec = registry.nodes.get(graph.nodes[id].type)
        first = spec.inputs[0] if spec and spec.inputs else next(iter(sorted(fed)), None)
        source = fed.get(first) if first else None
        after = [edge for edge in graph.edges if edge.source.node == id and edge.source.port not in SIDE_OUTPUTS]
        steps: list[Edit] = [RemoveNode(id)]
        if source is not None and source.node != id:
            steps += [Connect(Edge(source, edge.target, edge.extra)) for edge in after if edge.target.node != id]
        try:
            graph = applied(graph, steps)
        except ProblemError:  # a graph that was wrong before, such as a loop: the nodes still go
            steps = steps[:1]
            graph = applied(graph, steps)
        edits += steps
    return Several(tuple(edits))


def switching(graph: Graph, registry: Registry, ids: Iterable[str], mode: Mode) -> Several:
    """Nodes muted or bypassed; where all of them are already, back to normal. Sources cannot be bypassed."""
    chosen = [id for id in ids if id in graph.nodes]
    if mode == "bypass":
        chosen = [id for id in chosen if (spec := registry.nodes.get(graph.nodes[id].type)) is None or spec.inputs]
    wanted: Mode = "normal" if chosen and all(graph.nodes[id].mode == mode for id in chosen) else mode
    return Several(tuple(SetMode(id, wanted) for id in chosen))


def collapsing(graph: Graph, ids: Iterable[str]) -> Several:
    """Nodes shown as their title only; where all are, whole again."""
    chosen = [id for id in ids if id in graph.nodes]
    wanted = not all(graph.nodes[id].ui.get("collapsed") is True for id in chosen)
    edits: list[Edit] = []
    for id in chosen:
        ui = {key: value for key, value in graph.nodes[id].ui.items() if key != "collapsed"}
        edits.append(SetUi(id, {**ui, "collapsed": True} if wanted else ui))
    return Several(tuple(edits))


def aligned(rects: Mapping[str, QRectF]) -> dict[str, QPointF]:
    """New places: nodes that lie in a row get one upper edge, nodes that lie in a column one left edge.

    Those that would come to lie on one another give way, in the order they had.
    """
    places = [rect.topLeft() for rect in rects.values()]
    across = max((place.x() for place in places), default=0.0) - min((place.x() for place in places), default=0.0)
    down = max((place.y() for place in places), default=0.0) - min((place.y() for place in places), default=0.0)
    found: dict[str, QPointF] = {}
    free = float("-inf")
    if down <= across:
        top = min((place.y() for place in places), default=0.0)
        for id, rect in sorted(rects.items(), key=lambda item: item[1].x()):
            found[id] = QPointF(max(rect.x(), free), top)
            free = _onward(found[id].x() + rect.width() + GRID)
    else:
        left = min(place.x() for place in places)
        for id, rect in sorted(rects.items(), key=lambda item: item[1].y()):
            found[id] = QPointF(left, max(rect.y(), free))
            free = _onward(found[id].y() + rect.height() + GRID)
    return found


def _onward(value: float) -> float:
    """The next line of the grid."""
    return GRID * ceil(value / GRID)
