"""Inspect: what a file is, and whether it can be decoded at all."""

from __future__ import annotations

from nodegraph.specs import NodeSpec
from nodes.inspect.probe import NODES as PROBE
from nodes.inspect.readable import NODES as READABLE

NODES: tuple[NodeSpec, ...] = (*READABLE, *PROBE)
