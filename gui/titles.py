"""Titles: what a node is called wherever the app speaks of it."""

from __future__ import annotations

from nodegraph.graph.model import Graph
from nodegraph.registry import Registry


def title_of(graph: Graph, registry: Registry, node: str) -> str:
    """What a node is called: its label, else its type's title, else its id."""
    one = graph.nodes.get(node)
    if one is None:
        return node
    return one.label or (registry.nodes[one.type].title if one.type in registry.nodes else node)
