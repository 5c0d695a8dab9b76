"""Reports: a node that tells on one page what a graph kept, what it dropped and why."""

from __future__ import annotations

from nodegraph.specs import NodeSpec
from nodes.report.bias import NODES as BIAS
from nodes.report.html import html
from nodes.report.lint import NODES as LINT

NODES: tuple[NodeSpec, ...] = (html, *BIAS, *LINT)
