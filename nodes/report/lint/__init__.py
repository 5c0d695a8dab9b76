"""The trainer lint: the rules by which trainers read folders, captions and configurations, held against a set.

Rules are pure functions that give findings; `folder` and the node read the disk. Nothing but the page is ever written.
"""

from __future__ import annotations

from nodegraph.specs import NodeSpec
from nodes.report.lint.node import lint

NODES: tuple[NodeSpec, ...] = (lint,)
