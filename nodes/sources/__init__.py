"""Sources: where the pictures of a graph come from.

Each source lists files and says why it gives some of them not. Folders of the user are only read; what is unpacked or
downloaded goes into a folder that the user names, through `nodes/sources/unpacking.py`.
"""

from __future__ import annotations

from nodegraph.specs import NodeSpec
from nodes.sources.cvat import cvat
from nodes.sources.flickr import flickr
from nodes.sources.folder import folder, reference
from nodes.sources.hub import hub
from nodes.sources.imagefolder import imagefolder
from nodes.sources.kohya import kohya
from nodes.sources.label_studio import label_studio
from nodes.sources.urls import urls
from nodes.sources.webdataset import webdataset

NODES: tuple[NodeSpec, ...] = (folder, reference, kohya, imagefolder, webdataset, label_studio, cvat, urls, flickr, hub)
