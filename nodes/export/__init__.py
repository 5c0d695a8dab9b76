"""Exports: nodes that write a training set to a folder.

Planned first, written beside it, checked, swapped in as a whole. Sources are only read.
"""

from __future__ import annotations

from nodegraph.specs import NodeSpec
from nodes.export.ai_toolkit import ai_toolkit
from nodes.export.coco import coco
from nodes.export.cvat import cvat
from nodes.export.delta import delta
from nodes.export.imagefolder import imagefolder
from nodes.export.kohya import kohya
from nodes.export.label_studio import label_studio
from nodes.export.onetrainer import onetrainer
from nodes.export.webdataset import webdataset

NODES: tuple[NodeSpec, ...] = (kohya, imagefolder, onetrainer, ai_toolkit, webdataset, label_studio, coco, cvat, delta)
