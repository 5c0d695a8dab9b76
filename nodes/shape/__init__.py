"""Shape: nodes that edit pictures. They write recipes, which every decode and every export follows; no file is changed.

Such a node sees the whole set at once, so that what is measured below it is remembered under the new recipe.
"""

from __future__ import annotations

from nodegraph.specs import NodeSpec
from nodes.shape.augment import NODES as AUGMENT
from nodes.shape.blur_faces import NODES as BLUR_FACES
from nodes.shape.colour import NODES as COLOUR
from nodes.shape.focus import NODES as FOCUS
from nodes.shape.resize import NODES as RESIZE

NODES: tuple[NodeSpec, ...] = (*COLOUR, *FOCUS, *RESIZE, *BLUR_FACES, *AUGMENT)
