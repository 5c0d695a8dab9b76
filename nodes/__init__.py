"""The node library: a file per family, measures beside them. Knows nodegraph's public API and nothing of gui/."""

from __future__ import annotations

from nodegraph.specs import NodeSpec
from nodes.export import NODES as EXPORT

NODES: tuple[NodeSpec, ...] = (*EXPORT,)
