"""Clipboard: nodes as the text of a graph file, so that they can be carried between windows, mails and editors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from PySide6.QtCore import QPointF

from gui.canvas.arrange import coordinate, part_of
from gui.canvas.edge_item import place_in
from nodegraph.graph.io import canonical, loads
from nodegraph.graph.model import Graph
from nodegraph.problems import ProblemError


def as_text(graph: Graph, ids: Iterable[str], places: Mapping[str, QPointF]) -> str:
    """These nodes and the edges among them as text."""
    part = part_of(graph, ids)
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
    return graph if graph.nodes else None


def places_of(graph: Graph) -> dict[str, QPointF]:
    """Where the nodes of a pasted graph lie; those without a place lie in a row."""
    return {
        id: place_in(node.ui) or QPointF(index * 260.0, 0.0) for index, (id, node) in enumerate(graph.nodes.items())
    }
