"""CLIP: how well pictures fit texts, labels and other pictures."""

from __future__ import annotations

from nodegraph.specs import NodeSpec
from nodes.clip.score import NODES as SCORE
from nodes.clip.similar import NODES as SIMILAR

NODES: tuple[NodeSpec, ...] = (
    *SCORE,
    *SIMILAR,
)
