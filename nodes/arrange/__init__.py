"""Arrange: nodes that look at the whole set to choose among its rows or to part it."""

from __future__ import annotations

from nodegraph.specs import NodeSpec
from nodes.arrange.choice import NODES as CHOICE
from nodes.arrange.diverse import NODES as DIVERSE

NODES: tuple[NodeSpec, ...] = (
    *CHOICE,
    *DIVERSE,
)
