"""The node library: a file per family, measures beside them. Knows nodegraph's public API and nothing of gui/."""

from __future__ import annotations

from nodegraph.specs import NodeSpec
from nodes.aesthetic import NODES as AESTHETIC
from nodes.arrange import NODES as ARRANGE
from nodes.audit import NODES as AUDIT
from nodes.balance import NODES as BALANCE
from nodes.caption import NODES as CAPTION
from nodes.caption_clean import NODES as CAPTION_CLEAN
from nodes.caption_duplicates import NODES as CAPTION_DUPLICATES
from nodes.caption_edit import NODES as CAPTION_EDIT
from nodes.caption_endpoint import NODES as CAPTION_ENDPOINT
from nodes.caption_layers import NODES as CAPTION_LAYERS
from nodes.caption_lint import NODES as CAPTION_LINT
from nodes.caption_statistics import NODES as CAPTION_STATISTICS
from nodes.caption_text import NODES as CAPTION_TEXT
from nodes.clip import NODES as CLIP
from nodes.combine import NODES as COMBINE
from nodes.composite import NODES as COMPOSITE
from nodes.compression import NODES as COMPRESSION
from nodes.diverse import NODES as DIVERSE
from nodes.duplicates import NODES as DUPLICATES
from nodes.export import NODES as EXPORT
from nodes.expression import NODES as EXPRESSION
from nodes.faces import NODES as FACES
from nodes.filters import NODES as FILTERS
from nodes.license import NODES as LICENSE
from nodes.merge import NODES as MERGE
from nodes.probe import NODES as PROBE
from nodes.quality import NODES as QUALITY
from nodes.readable import NODES as READABLE
from nodes.report import NODES as REPORT
from nodes.resolution import NODES as RESOLUTION
from nodes.safety import NODES as SAFETY
from nodes.shape import NODES as SHAPE
from nodes.sharpness import NODES as SHARPNESS
from nodes.similar import NODES as SIMILAR
from nodes.sources import NODES as SOURCES
from nodes.tagger import NODES as TAGGER
from nodes.text_filter import NODES as TEXT_FILTER
from nodes.text_quality import NODES as TEXT_QUALITY
from nodes.triage import NODES as TRIAGE
from nodes.watermark import NODES as WATERMARK

NODES: tuple[NodeSpec, ...] = (
    *SOURCES,
    *READABLE,
    *PROBE,
    *CAPTION_STATISTICS,
    *TEXT_QUALITY,
    *QUALITY,
    *SHARPNESS,
    *RESOLUTION,
    *COMPRESSION,
    *WATERMARK,
    *CLIP,
    *SIMILAR,
    *AESTHETIC,
    *COMPOSITE,
    *SAFETY,
    *FACES,
    *FILTERS,
    *TEXT_FILTER,
    *LICENSE,
    *EXPRESSION,
    *DUPLICATES,
    *CAPTION_DUPLICATES,
    *ARRANGE,
    *AUDIT,
    *MERGE,
    *COMBINE,
    *DIVERSE,
    *TRIAGE,
    *BALANCE,
    *SHAPE,
    *CAPTION,
    *TAGGER,
    *CAPTION_ENDPOINT,
    *CAPTION_EDIT,
    *CAPTION_CLEAN,
    *CAPTION_LAYERS,
    *CAPTION_TEXT,
    *CAPTION_LINT,
    *EXPORT,
    *REPORT,
)
