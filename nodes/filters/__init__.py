"""Filters: what stays, by limits, flags, a condition or a licence. Each says why a row was dropped."""

from __future__ import annotations

from nodegraph.specs import NodeSpec
from nodes.filters.expression import NODES as EXPRESSION
from nodes.filters.license import NODES as LICENSE
from nodes.filters.limits import NODES as LIMITS

NODES: tuple[NodeSpec, ...] = (
    *LIMITS,
    *EXPRESSION,
    *LICENSE,
)
