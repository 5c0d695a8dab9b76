"""Scores: numbers that models or other columns give a picture: how liked, how safe, who is on it."""

from __future__ import annotations

from nodegraph.specs import NodeSpec
from nodes.scores.aesthetic import NODES as AESTHETIC
from nodes.scores.composite import NODES as COMPOSITE
from nodes.scores.faces import NODES as FACES
from nodes.scores.safety import NODES as SAFETY

NODES: tuple[NodeSpec, ...] = (*AESTHETIC, *COMPOSITE, *SAFETY, *FACES)
