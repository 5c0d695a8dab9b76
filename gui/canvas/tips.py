"""Tips: what is said when the mouse rests on a node, a port or an edge, with pictures of what goes along there."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QIODevice, QObject, QPoint, QPointF
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QToolTip

from gui.canvas.node_face import words
from gui.canvas.node_paint import strip_of
from gui.canvas.scene import CanvasScene
from gui.tables import pictures_of, row_count
from nodegraph.graph.model import Edge, End

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView

SHOWN = 5
SIDE, RATIO = 56.0, 2.0


class Tips(QObject):
    """Shows the tip for a place of the canvas, and anew when a picture came that it lacked."""

    def __init__(self, canvas: CanvasView) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._at = QPoint()
        self._lacking: set[str] = set()

    def show(self, at: QPoint) -> None:
        """Shows the tip for this place of the viewport, or none where there is nothing to say."""
        canvas, self._at = self._canvas, at
        self._lacking.clear()
        text = tip_at(canvas.graph_scene, canvas.mapToScene(at), canvas.reach, self._lacking)
        QToolTip.showText(canvas.viewport().mapToGlobal(at), text, canvas.viewport())

    def renew(self, key: str) -> None:
        """A picture came."""
        if key in self._lacking and QToolTip.isVisible() and self._canvas.viewport().underMouse():
            self.show(self._at)


def tip_at(scene: CanvasScene, place: QPointF, reach: float, lacking: set[str]) -> str:
    """The tip for this place of the scene, or "". Keys of pictures that are still coming are put into `lacking`."""
    if node := scene.node_at(place):
        part = node.layout.part_at(place - node.pos())
        face = node.face
        if part.kind == "output":
            first = words("{node} gives: {port}").format(node=face.title, port=part.name)
            return _lines(first, *_given(scene, End(node.id, part.name), lacking))
        if part.kind == "input":
            return _input_tip(scene, node.id, part.name, lacking)
        if part.kind == "field":
            spec = scene.document.registry.nodes[scene.document.graph.nodes[node.id].type]
            field = next(one for one in face.fields if one.name == part.name)
            return _lines(f"{field.label}: {field.text}", escape(spec.parameters[part.name].help))
        state = " · ".join(part for part in (face.state_word, face.counts, face.remark) if part)
        type_title = face.type_title if face.type_title != face.title else ""
        rest = (type_title, state, face.message, *face.errors, *face.warnings)
        return _lines(face.title, *map(escape, rest))
    if edge := scene.edge_at(place, reach):
        return _edge_tip(scene, edge.edge, lacking)
    return ""


def _edge_tip(scene: CanvasScene, edge: Edge, lacking: set[str]) -> str:
    """What goes along an edge: from where to where, how many images, and a few of them."""
    titles = [_title(scene, end.node) for end in (edge.source, edge.target)]
    first = f"{titles[0]} · {edge.source.port} → {titles[1]}"
    return _lines(first, *_given(scene, edge.source, lacking))


def _input_tip(scene: CanvasScene, node: str, port: str, lacking: set[str]) -> str:
    edge = next((edge for edge in scene.document.graph.edges if edge.target == End(node, port)), None)
    if edge is not None:
        return _edge_tip(scene, edge, lacking)
    first = words("{node} takes: {port}").format(node=_title(scene, node), port=port)
    return _lines(first, escape(words("Drag from here to the output that feeds it.")))


def _title(scene: CanvasScene, node: str) -> str:
    item = scene.nodes.get(node)
    return item.face.title if item is not None else node


def _given(scene: CanvasScene, end: End, lacking: set[str]) -> list[str]:
    """How many images come out of a port, and some of them, as HTML; that nothing is known before a run."""
    result = scene.results.of(end.node)
    path = result.files.get(end.port)
    if path is None or not path.is_file():
        known = result.rows_out is not None and end.port not in ("dropped", "review")
        return [_counted(result.rows_out or 0) if known else escape(words("not run yet"))]
    pictures = {key: scene.thumbnail(key, file) for key, file in pictures_of(path, SHOWN).items()}
    lacking |= {key for key, picture in pictures.items() if picture is None}
    strip = _image(strip_of(list(pictures.values()), scene.style_, SIDE, RATIO)) if pictures else ""
    return [_counted(row_count(path)), strip]


def _counted(rows: int) -> str:
    return escape(words("{n} images").format(n=f"{rows:,}"))


def _image(strip: QPixmap) -> str:
    """The pictures inside the text itself: a tip has no folder of its own."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    strip.toImage().save(buffer, "PNG")  # type: ignore[call-overload]  # a device is taken, Qt's stubs forget it
    data = bytes(buffer.data().toBase64().data()).decode("ascii")
    width, height = round(strip.width() / RATIO), round(strip.height() / RATIO)
    return f'<img width="{width}" height="{height}" src="data:image/png;base64,{data}">'


def _lines(first: str, *rest: str) -> str:
    """A heading and lines of HTML below it."""
    return "<br>".join([f"<b>{escape(first)}</b>", *(line for line in rest if line)])
