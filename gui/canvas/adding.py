"""Adding: where a new node goes and what it is wired to: a loose end, the edge it is put into, chosen nodes. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil, floor

from PySide6.QtCore import QPointF, QRectF, QSizeF

from gui.canvas.arrange import coordinate
from gui.canvas.groups import regrouped
from gui.canvas.links import LinkEnd, connecting, fitting_port, ordered, ports
from gui.canvas.node_face import main_parameters
from gui.canvas.node_geometry import GRID, TITLE, WIDTH, layout_of, snapped
from gui.canvas.tidy import ACROSS
from nodegraph.graph.edit import AddNode, Edit, SetGroups, Several, applied, new_id
from nodegraph.graph.model import Edge, End, Graph, Node
from nodegraph.registry import Registry

PORT = TITLE * 2
"""About so far below a node's upper edge is its first port."""

DOWNWARDS = (QPointF(0, 1),)
ALL_WAYS = (QPointF(0, 1), QPointF(1, 0), QPointF(0, -1), QPointF(-1, 0))


@dataclass(frozen=True, slots=True)
class Beside:
    """A node is wanted while these are chosen: it goes to the right of the last one and takes what they give."""

    nodes: tuple[str, ...]


Wiring = tuple[End, bool] | Edge | Beside | None
"""What a new node is wired to: a loose end (and whether it is an output), an edge that it is put into, or nodes."""


def adding(
    graph: Graph,
    registry: Registry,
    type: str,
    place: QPointF,
    wiring: Wiring,
    rects: Mapping[str, QRectF],
    others: Sequence[QRectF] = (),
) -> tuple[Several, str]:
    """The edit that adds a node at `place`, or beside the nodes it is wired to, in free space; and the node's id.

    `rects` are the nodes that lie there by id, `others` what else may not be covered. Raises a ProblemError for a type
    that no node can have.
    """
    spec = registry.nodes.get(type)
    bare = Node(new_id(graph, type), type, rev=spec.rev if spec else 1)
    with_node = applied(graph, [AddNode(bare)])
    links = wires(with_node, registry, bare.id, wiring)
    size = size_of(with_node, registry, bare.id)
    wanted, ways = _wanted(place, wiring, rects, size, feeds=any(source.node == bare.id for source, _ in links))
    place = free_place(snapped(wanted), size, [*rects.values(), *others], ways)
    ui = {"x": coordinate(place.x()), "y": coordinate(place.y())}
    edits: list[Edit] = [AddNode(replace(bare, ui=ui))]
    edits += [connecting(with_node, source, target) for source, target in links]
    groups = regrouped(graph.groups, {bare.id: QRectF(place, size)})
    if groups != graph.groups:
        edits.append(SetGroups(groups))
    return Several(tuple(edits)), bare.id


def size_of(graph: Graph, registry: Registry, id: str) -> QSizeF:
    """How large a node is, with room for the pictures that a run will bring."""
    node = graph.nodes[id]
    spec = registry.nodes.get(node.type)
    names = tuple(parameter.name for parameter in main_parameters(spec)) if spec else ()
    inputs, outputs = ports(graph, registry, id)
    return layout_of(inputs, outputs, names, strip=True, collapsed=node.ui.get("collapsed") is True).size.size()


def wires(graph: Graph, registry: Registry, id: str, wiring: Wiring) -> list[tuple[End, End]]:
    """From where to where node `id` is wired, so far as its ports fit."""
    inputs, outputs = ports(graph, registry, id)
    if isinstance(wiring, Edge):
        if not inputs or not outputs or id in (wiring.source.node, wiring.target.node):
            return []
        return [(wiring.source, End(id, inputs[0])), (End(id, outputs[0]), wiring.target)]
    if isinstance(wiring, Beside):
        return _beside(graph, registry, id, [node for node in wiring.nodes if node in graph.nodes])
    if wiring is None or wiring[0].node not in graph.nodes:
        return []
    start = LinkEnd(*wiring)
    end = fitting_port(graph, registry, start, id)
    return [ordered(start, LinkEnd(end, not start.is_output))] if end is not None else []


def free_place(place: QPointF, size: QSizeF, taken: Sequence[QRectF], ways: Sequence[QPointF] = ALL_WAYS) -> QPointF:
    """The nearest place in one of these directions where a node of this size lies on nothing that is there."""
    return min((_pushed(place, size, taken, way) for way in ways), key=lambda one: (one - place).manhattanLength())


def _pushed(place: QPointF, size: QSizeF, taken: Sequence[QRectF], way: QPointF) -> QPointF:
    """Pushed on in one direction, from one thing that is in the way to the next."""
    for _ in range(len(taken) + 1):
        rect = QRectF(place, size).adjusted(1 - GRID, 1 - GRID, GRID - 1, GRID - 1)
        hit = next((one for one in taken if one.intersects(rect)), None)
        if hit is None:
            return place
        x = hit.right() + GRID if way.x() > 0 else hit.left() - GRID - size.width() if way.x() < 0 else place.x()
        y = hit.bottom() + GRID if way.y() > 0 else hit.top() - GRID - size.height() if way.y() < 0 else place.y()
        place = QPointF(_onward(x, way.x()), _onward(y, way.y()))
    return place


def _onward(value: float, way: float) -> float:
    """The next line of the grid in this direction."""
    return GRID * (ceil(value / GRID) if way > 0 else floor(value / GRID)) if way else value


def _beside(graph: Graph, registry: Registry, id: str, chosen: Sequence[str]) -> list[tuple[End, End]]:
    inputs, outputs = ports(graph, registry, id)
    if inputs:
        given = {node: outputs for node in chosen if (outputs := ports(graph, registry, node)[1])}
        last = next(reversed(given), "")
        alike = [port for port in inputs if port in given.get(last, ())]
        if len(alike) > 1:  # such as an audit, which looks at what a filter kept and what it dropped
            return [(End(last, port), End(id, port)) for port in alike]
        givers = [End(node, outputs[0]) for node, outputs in given.items()]
        fitting = givers if len(inputs) > 1 else givers[-1:]
        return [(giver, End(id, port)) for giver, port in zip(fitting, inputs, strict=False)]
    if outputs and chosen:
        fed = graph.inputs_of(chosen[-1])
        free = next((port for port in ports(graph, registry, chosen[-1])[0] if port not in fed), None)
        return [(End(id, outputs[0]), End(chosen[-1], free))] if free else []
    return []


def _wanted(
    place: QPointF, wiring: Wiring, rects: Mapping[str, QRectF], size: QSizeF, *, feeds: bool
) -> tuple[QPointF, Sequence[QPointF]]:
    """Where the node would lie best, and in which directions it may give way."""
    if isinstance(wiring, Edge):
        return place - QPointF(size.width() / 2, PORT), ALL_WAYS
    if isinstance(wiring, Beside):
        near = next((rects[node] for node in reversed(wiring.nodes) if node in rects), None)
        if near is None:
            return place, ALL_WAYS
        return near.topLeft() + QPointF(-WIDTH - ACROSS if feeds else near.width() + ACROSS, 0), DOWNWARDS
    if wiring is not None:
        return place - QPointF(0 if wiring[1] else WIDTH, PORT), ALL_WAYS
    return place, ALL_WAYS
