"""Tidy: a layered layout, sources left and exports right, each layer ordered so that edges cross little."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from statistics import fmean

from PySide6.QtCore import QPointF, QSizeF

from gui.canvas.node_geometry import snapped
from nodegraph.graph.model import Graph

ACROSS = 72.0
DOWN = 40.0
SWEEPS = 4


def tidied(graph: Graph, sizes: Mapping[str, QSizeF], ids: Iterable[str], start: QPointF) -> dict[str, QPointF]:
    """New places for these nodes, the first layer's upper left corner at `start`."""
    wanted = [id for id in ids if id in sizes]
    layers = _layers(graph, wanted)
    _order(graph, layers)
    places: dict[str, QPointF] = {}
    x = start.x()
    heights = [sum(sizes[id].height() + DOWN for id in layer) - DOWN for layer in layers]
    tallest = max(heights, default=0.0)
    for layer, height in zip(layers, heights, strict=True):
        y = start.y() + (tallest - height) / 2
        for id in layer:
            places[id] = snapped(QPointF(x, y))
            y += sizes[id].height() + DOWN
        x += max(sizes[id].width() for id in layer) + ACROSS
    return places


def _layers(graph: Graph, ids: list[str]) -> list[list[str]]:
    """The nodes by their longest way from a source; the nodes of a loop share one layer."""
    import networkx as nx

    part = nx.DiGraph(graph.network().subgraph(ids))
    knots = nx.condensation(part)
    layers: list[list[str]] = []
    for generation in nx.topological_generations(knots):
        layers.append(sorted(id for knot in generation for id in knots.nodes[knot]["members"]))
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
