"""Tidy: a layered layout, sources left and exports right, in rows where it is long, with few edges that cross."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from statistics import fmean

from PySide6.QtCore import QPointF, QSizeF

from gui.canvas.node_geometry import snapped
from nodegraph.graph.model import Graph

ACROSS = 72.0
DOWN = 40.0
BETWEEN_ROWS = 80.0
"""Room between two rows for the edge that leads back."""

SWEEPS = 4
SHAPE = 2.0
"""How much wider than high the place is where graphs are looked at."""

MOST_ROWS = 60
WORTH_A_ROW = 0.8
"""Another row must show the graph at least so much larger."""


def tidied(graph: Graph, sizes: Mapping[str, QSizeF], ids: Iterable[str], start: QPointF) -> dict[str, QPointF]:
    """New places for these nodes, the first layer's upper left corner at `start`.

    What follows one another is level, so that the main line is straight; a long chain goes on in the next row. Where
    nothing else decides, nodes stand in the order of `ids`.
    """
    wanted = [id for id in ids if id in sizes]
    layers = _layers(graph, wanted)
    _order(graph, layers)
    network = graph.network()
    places: dict[str, QPointF] = {}
    top = start.y()
    for row in _rows(graph, layers, sizes):
        x, bottom, here = start.x(), top, set[str]()
        for layer in row:
            y = top
            for id in layer:
                fed = [places[one].y() for one in network.predecessors(id) if one in here]
                y = max(y, min(fed, default=y))
                places[id] = snapped(QPointF(x, y))
                y = places[id].y() + sizes[id].height() + DOWN
                bottom = max(bottom, y)
            here.update(layer)
            x += max(sizes[id].width() for id in layer) + ACROSS
        top = bottom + BETWEEN_ROWS - DOWN
    return places


def _rows(graph: Graph, layers: list[list[str]], sizes: Mapping[str, QSizeF]) -> list[list[list[str]]]:
    """The layers in as many rows as show them largest. A row ends only where a single edge leads on."""
    widths = [max((sizes[id].width() for id in layer), default=0.0) + ACROSS for layer in layers]
    heights = [sum(sizes[id].height() + DOWN for id in layer) - DOWN for layer in layers]
    breaks = _clean_breaks(graph, layers)
    best, least = [layers], float("inf")
    for count in range(1, min(len(layers), MOST_ROWS) + 1):
        ends = _row_ends(widths, breaks, sum(widths) / count)
        rows = list(pairwise([0, *ends]))
        wide = max((sum(widths[one:other]) for one, other in rows), default=0.0)
        high = sum(max(heights[one:other]) + BETWEEN_ROWS for one, other in rows) - BETWEEN_ROWS
        size = max(wide / SHAPE, high)
        if size < least * (1.0 if count == 1 else WORTH_A_ROW):
            best, least = [layers[one:other] for one, other in rows], size
    return best


def _row_ends(widths: list[float], breaks: set[int], room: float) -> list[int]:
    """Where rows end that are at most so wide, if they can."""
    ends: list[int] = []
    width = 0.0
    for index, one in enumerate(widths):
        if index in breaks and width and width + one > room + 1:
            ends.append(index)
            width = 0.0
        width += one
    return [*ends, len(widths)]


def _clean_breaks(graph: Graph, layers: list[list[str]]) -> set[int]:
    """The layers before which only one edge leads on from all that is before."""
    layer_of = {id: index for index, layer in enumerate(layers) for id in layer}
    crossing = [0] * (len(layers) + 1)
    for edge in graph.edges:
        one, other = layer_of.get(edge.source.node), layer_of.get(edge.target.node)
        if one is not None and other is not None:
            for index in range(one + 1, other + 1):
                crossing[index] += 1
    return {index for index, count in enumerate(crossing) if count == 1}


def _layers(graph: Graph, ids: list[str]) -> list[list[str]]:
    """The nodes by their longest way from a source; the nodes of a loop share one layer."""
    import networkx as nx

    part = nx.DiGraph(graph.network().subgraph(ids))
    knots = nx.condensation(part)
    rank = {id: place for place, id in enumerate(ids)}
    layers: list[list[str]] = []
    for generation in nx.topological_generations(knots):
        layers.append(sorted((id for knot in generation for id in knots.nodes[knot]["members"]), key=rank.__getitem__))
    return layers


def _order(graph: Graph, layers: list[list[str]]) -> None:
    """Sorts each layer by the mean position of its neighbours, to and fro."""
    network = graph.network()
    for sweep in range(SWEEPS):
        forward = sweep % 2 == 0
        around = network.predecessors if forward else network.successors
        rank: dict[str, float] = {}
        for layer in layers if forward else reversed(layers):
            old = {id: position for position, id in enumerate(layer)}

            def key(id: str, old: dict[str, int] = old) -> tuple[float, int]:
                known = [rank[other] for other in around(id) if other in rank]  # noqa: B023  (used in this round only)
                return (fmean(known) if known else old[id] + 0.5, old[id])

            layer.sort(key=key)
            rank.update({id: float(position) for position, id in enumerate(layer)})
