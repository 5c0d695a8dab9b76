"""Captions: who writes them, how their text is put right and measured, and whose words stay."""

from __future__ import annotations

from nodegraph.specs import NodeSpec
from nodes.captions.clean import NODES as CLEAN
from nodes.captions.edit import NODES as EDIT
from nodes.captions.endpoint import NODES as ENDPOINT
from nodes.captions.layers import NODES as LAYERS
from nodes.captions.lint import NODES as LINT
from nodes.captions.model import NODES as MODEL
from nodes.captions.statistics import NODES as STATISTICS
from nodes.captions.tagger import NODES as TAGGER
from nodes.captions.template import NODES as TEMPLATE
from nodes.captions.text_filter import NODES as TEXT_FILTER
from nodes.captions.text_quality import NODES as TEXT_QUALITY

NODES: tuple[NodeSpec, ...] = (
    *STATISTICS,
    *TEXT_QUALITY,
    *TEXT_FILTER,
    *MODEL,
    *TAGGER,
    *ENDPOINT,
    *EDIT,
    *CLEAN,
    *LAYERS,
    *TEMPLATE,
    *LINT,
)
