"""Pictures of the graph: as pixels and as SVG, everything at full detail and nothing chosen."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QIODevice, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QGraphicsItem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gui.canvas.scene import CanvasScene

ROOM = 30.0
SCALE = 2.0
SKETCH = QSizeF(800, 460)
"""Pixels of a screen that a sketch fits into."""

LARGEST = 12000.0
"""So many pixels a side has at most: a painter cannot do much more."""


def picture_of(scene: CanvasScene) -> QImage:
    """The whole graph as an image."""
    area = _area(scene)
    scale = min(SCALE, LARGEST / max(area.width(), area.height()))
    image = QImage((area.size() * scale).toSize(), QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(scene.style_.theme["canvas"])
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    with _unmarked(scene):
        scene.render(painter, QRectF(image.rect()), area)
    painter.end()
    return image


def sketch_of(scene: CanvasScene) -> QImage:
    """The whole graph in the room of a dialog: with letters that can be read at that size."""
    area = _area(scene)
    room = area.size().boundedTo(SKETCH)
    size = area.size().scaled(room, Qt.AspectRatioMode.KeepAspectRatio).toSize()
    image = QImage(size * SCALE, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(SCALE)  # twice the pixels, but letters for the size as it is seen
    image.fill(scene.style_.theme["canvas"])
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    with _unmarked(scene):
        scene.render(painter, QRectF(0, 0, size.width(), size.height()), area)
    painter.end()
    return image


def svg_of(scene: CanvasScene) -> bytes:
    """The whole graph as SVG."""
    from PySide6.QtSvg import QSvgGenerator

    area = _area(scene)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(QSize(round(area.width()), round(area.height())))
    generator.setViewBox(QRectF(0, 0, area.width(), area.height()))
    generator.setTitle(scene.document.graph.title or "nodegraph")
    painter = QPainter(generator)
    painter.fillRect(QRectF(0, 0, area.width(), area.height()), scene.style_.canvas)
    with _unmarked(scene):
        scene.render(painter, QRectF(0, 0, area.width(), area.height()), area)
    painter.end()
    return bytes(buffer.data().data())


def _area(scene: CanvasScene) -> QRectF:
    whole = scene.content_rect()
    return (whole if not whole.isEmpty() else QRectF(0, 0, 400, 300)).adjusted(-ROOM, -ROOM, ROOM, ROOM)


@contextmanager
def _unmarked(scene: CanvasScene) -> Iterator[None]:
    """Nothing chosen, nothing from remembered pixels, edges as curves; afterwards as before."""
    mode, edges_shown = scene.cache_mode, scene.edge_root.isVisible()
    chosen = [item for item in scene.nodes.values() if item.chosen]
    lights = [(item, item.chosen, item.lit) for item in scene.edges.values() if item.chosen or item.lit]
    scene.set_cache_mode(QGraphicsItem.CacheMode.NoCache)
    scene.edge_root.setVisible(True)
    for node in chosen:
        node.show_chosen(False)
    for edge, _, _ in lights:
        edge.light(chosen=False, lit=False)
    try:
        yield
    finally:
        for node in chosen:
            node.show_chosen(True)
        for edge, was_chosen, was_lit in lights:
            edge.light(chosen=was_chosen, lit=was_lit)
        scene.edge_root.setVisible(edges_shown)
        scene.set_cache_mode(mode)
