"""Clipboard: nodes as the text of a graph file, so that they can be carried between windows, mails and editors."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from PySide6.QtCore import QPointF

from gui.canvas.arrange import coordinate
from gui.canvas.copying import part_of
from gui.canvas.edge_item import place_or
from gui.canvas.notes import rect_of
from nodegraph.graph.io import canonical, loads
from nodegraph.graph.model import Graph
from nodegraph.problems import ProblemError


def as_text(graph: Graph, ids: Iterable[str], places: Mapping[str, QPointF], notes: Collection[int] = ()) -> str:
    """These nodes and notes, with the edges among them and the groups of them, as text."""
    part = part_of(graph, ids, notes)
    nodes = {
        id: replace(node, ui={**node.ui, "x": coordinate(places[id].x()), "y": coordinate(places[id].y())})
        for id, node in part.nodes.items()
    }
    return canonical(replace(part, nodes=nodes))


def from_text(text: str) -> Graph | None:
    """The graph that the text holds, or None where it holds none."""
    if '"nodegraph"' not in text:
        return None
    try:
        graph = loads(text)
    except ProblemError:
        return None
    return graph if graph.nodes or graph.notes else None


def places_of(graph: Graph) -> dict[str, QPointF]:
    """Where the nodes of a pasted graph lie; those without a place lie in a row."""
    return {id: place_or(node.ui, QPointF(index * 260.0, 0.0)) for index, (id, node) in enumerate(graph.nodes.items())}


def corner_of(graph: Graph) -> QPointF:
    """The upper left corner of what is pasted."""
    places = [*places_of(graph).values(), *(rect_of(note, index).topLeft() for index, note in enumerate(graph.notes))]
    return QPointF(min(place.x() for place in places), min(place.y() for place in places))
