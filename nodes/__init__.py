"""The node library: a file per family, measures beside them. Knows nodegraph's public API and nothing of gui/."""

from __future__ import annotations

from nodegraph.specs import NodeSpec
from nodes.aesthetic import NODES as AESTHETIC
from nodes.arrange import NODES as ARRANGE
from nodes.caption import NODES as CAPTION
from nodes.caption_text import NODES as CAPTION_TEXT
from nodes.clip import NODES as CLIP
from nodes.duplicates import NODES as DUPLICATES
from nodes.export import NODES as EXPORT
from nodes.expression import NODES as EXPRESSION
from nodes.filters import NODES as FILTERS
from nodes.sharpness import NODES as SHARPNESS

NODES: tuple[NodeSpec, ...] = (
    *SHARPNESS,
    *CLIP,
    *AESTHETIC,
    *FILTERS,
    *EXPRESSION,
    *DUPLICATES,
    *ARRANGE,
    *CAPTION,
    *CAPTION_TEXT,
    *EXPORT,
)
