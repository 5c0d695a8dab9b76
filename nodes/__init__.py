"""The node library: a package or file a family, with measures beside. Knows nodegraph's public API, nothing of gui/."""

from __future__ import annotations

from nodegraph.specs import NodeSpec
from nodes.arrange import NODES as ARRANGE
from nodes.balance import NODES as BALANCE
from nodes.captions import NODES as CAPTIONS
from nodes.clip import NODES as CLIP
from nodes.duplicates import NODES as DUPLICATES
from nodes.export import NODES as EXPORT
from nodes.filters import NODES as FILTERS
from nodes.flow import NODES as FLOW
from nodes.inspect import NODES as INSPECT
from nodes.quality import NODES as QUALITY
from nodes.report import NODES as REPORT
from nodes.scores import NODES as SCORES
from nodes.shape import NODES as SHAPE
from nodes.sources import NODES as SOURCES

NODES: tuple[NodeSpec, ...] = (
    *SOURCES,
    *INSPECT,
    *QUALITY,
    *CLIP,
    *SCORES,
    *FILTERS,
    *DUPLICATES,
    *ARRANGE,
    *FLOW,
    *BALANCE,
    *SHAPE,
    *CAPTIONS,
    *EXPORT,
    *REPORT,
)
