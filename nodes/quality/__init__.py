"""Quality: what is wrong with a picture as such: dark, blurred, enlarged, badly compressed, marked, oddly sized."""

from __future__ import annotations

from nodegraph.specs import NodeSpec
from nodes.quality.compression import NODES as COMPRESSION
from nodes.quality.issues import NODES as ISSUES
from nodes.quality.resolution import NODES as RESOLUTION
from nodes.quality.sharpness import NODES as SHARPNESS
from nodes.quality.watermark import NODES as WATERMARK

NODES: tuple[NodeSpec, ...] = (*ISSUES, *SHARPNESS, *RESOLUTION, *COMPRESSION, *WATERMARK)
