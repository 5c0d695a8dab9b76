"""Flow: nodes that part a set for people, compare two sets, and put them together."""

from __future__ import annotations

from nodegraph.specs import NodeSpec
from nodes.flow.audit import NODES as AUDIT
from nodes.flow.combine import NODES as COMBINE
from nodes.flow.merge import NODES as MERGE
from nodes.flow.triage import NODES as TRIAGE

NODES: tuple[NodeSpec, ...] = (
    *TRIAGE,
    *AUDIT,
    *MERGE,
    *COMBINE,
)
