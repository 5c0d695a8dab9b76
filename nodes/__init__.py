"""The node library: a file per family, measures beside them. Knows nodegraph's public API and nothing of gui/."""

from __future__ import annotations

from nodegraph.specs import NodeSpec
from nodes.aesthetic import NODES as AESTHETIC
from nodes.caption import NODES as CAPTION
from nodes.clip import NODES as CLIP
from nodes.export import NODES as EXPORT
from nodes.sharpness import NODES as SHARPNESS

NODES: tuple[NodeSpec, ...] = (*SHARPNESS, *CLIP, *AESTHETIC, *CAPTION, *EXPORT)
