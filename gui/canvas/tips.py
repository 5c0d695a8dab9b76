"""Tips: what is said when the mouse rests on a node, a port or an edge."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QPointF

from gui.canvas.node_face import words
from gui.canvas.scene import CanvasScene
from gui.results import Results
from nodegraph.graph.model import Edge


def tip_at(scene: CanvasScene, results: Results, place: QPointF) -> str:
    """The tip for this place of the scene, or ""."""
    if node := scene.node_at(place):
        part = node.layout.part_at(place - node.pos())
        face = node.face
        if part.kind in ("input", "output"):
            return escape(words("{port}: carries an image set").format(port=part.name))
        if part.kind == "field":
            spec = scene.document.registry.nodes[scene.document.graph.nodes[node.id].type]
            field = next(one for one in face.fields if one.name == part.name)
            return _lines(f"{field.label}: {field.text}", spec.parameters[part.name].help)
        state = " · ".join(part for part in (face.state_word, face.counts, face.remark) if part)
        type_title = face.type_title if face.type_title != face.title else ""
        return _lines(face.title, type_title, state, face.message, *face.errors, *face.warnings)
    if edge := scene.edge_at(place):
        return _lines(str(edge.edge), _carried(edge.edge, results))
    return ""


def _carried(edge: Edge, results: Results) -> str:
    """How many images go along an edge, where it is known."""
    result = results.of(edge.source.node)
    count = result.dropped if edge.source.port == "dropped" else result.rows_out
    if result.rows_out is None or edge.source.port == "review" or count is None:
        return ""
    return words("{n} images").format(n=f"{count:,}")


def _lines(first: str, *rest: str) -> str:
    return "<br>".join([f"<b>{escape(first)}</b>", *(escape(text) for text in rest if text)])
