"""The trainer lint: the rules by which trainers read folders, captions and configurations, held against a set.

Rules are pure functions that give findings; `folder` and the node read the disk, and nothing is ever written but the page.
"""

from __future__ import annotations

from nodegraph.specs import NodeSpec
from nodes.report.lint.node import lint

NODES: tuple[NodeSpec, ...] = (lint,)
