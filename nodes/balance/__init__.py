"""Balance: what a trainer will make of the set. Its buckets, ported exactly and pure, and how often a picture is shown.

`sd_scripts`, `onetrainer` and `ai_toolkit` hold pure functions that exports use too; they know no node.
"""

from __future__ import annotations

from nodegraph.specs import NodeSpec
from nodes.balance.buckets import NODES as BUCKETS
from nodes.balance.repeats import NODES as REPEATS

NODES: tuple[NodeSpec, ...] = (*BUCKETS, *REPEATS)
