"""A node that is seen from afar still shows its pictures sharply and how far its run is."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QRectF, Signal
from PySide6.QtGui import QImage, QPainter, QPixmap

from gui.canvas.node_geometry import THUMBNAIL, THUMBNAILS
from gui.canvas.node_texts import LEFT
from gui.canvas.scene import CanvasScene
from gui.canvas.style import CanvasStyle
from gui.document import GraphDocument
from gui.results import Results
from gui.selection import Selection
from gui.theme.theme import load_theme
from nodegraph.graph.model import Graph, Node

SCALE = 0.4


class Red(QObject):
    """Thumbnails that are all there."""

    ready = Signal(str)

    def get(self, content_key: str, path: str = "") -> QPixmap:
        picture = QPixmap(64, 64)
        picture.fill("#ff0000")
        return picture


@pytest.fixture
def scene(document: GraphDocument, tmp_path: Path) -> CanvasScene:
    """One node with nothing wrong, that was not run yet."""
    node = Node("one", "source/folder", 1, {"folder": str(tmp_path)}, ui={"x": 0, "y": 0})
    document.load(Graph(nodes={"one": node}), None)
    return CanvasScene(document, Selection(document), Results(), Red(), CanvasStyle(load_theme("dark")))


def seen(scene: CanvasScene, scale: float = SCALE) -> QImage:
    """The node and nothing around it."""
    area = scene.nodes["one"].rect
    image = QImage((area.size() * scale).toSize(), QImage.Format.Format_RGB32)
    painter = QPainter(image)
    scene.render(painter, QRectF(image.rect()), area)
    painter.end()
    return image


def reds(image: QImage) -> int:
    return sum(image.pixelColor(x, y).red() > 240 for x in range(image.width()) for y in range(image.height()))


def test_pictures_are_larger_than_the_strip_of_a_node_that_is_near(scene: CanvasScene) -> None:
    scene.results.update("one", state="done", rows_in=4, rows_out=4, contents=("a", "b", "c", "d"))
    assert reds(seen(scene)) > 1.2 * THUMBNAILS * (THUMBNAIL * SCALE) ** 2


def test_pictures_stay_sharp_when_the_node_comes_near(scene: CanvasScene) -> None:
    scene.results.update("one", state="done", contents=("a",))
    seen(scene)
    seen(scene, 1.0)
    strip = scene.nodes["one"]._strip
    assert strip is not None and strip.devicePixelRatio() == 2


def test_the_lower_edge_is_as_long_as_what_is_done(scene: CanvasScene) -> None:
    scene.results.update("one", state="running", progress=0.5)
    image, running = seen(scene), scene.style_.state("running")
    edge = [image.pixel(x, image.height() - 3) == running.rgb() for x in range(3, image.width() - 3)]
    assert sum(edge) == pytest.approx(len(edge) / 2, abs=3)
    assert edge[0] and not edge[-1]


def test_a_fitted_graph_leaves_room_for_the_pictures_that_a_run_brings(scene: CanvasScene) -> None:
    before = scene.coming_rect()
    scene.results.update("one", state="done", contents=("a",))
    assert scene.coming_rect() == scene.coming_rect(["one"]) == before == scene.content_rect()


def test_letters_are_not_cut_at_the_height_of_their_row(scene: CanvasScene) -> None:
    def written(height: float) -> QImage:
        image = QImage(120, 80, QImage.Format.Format_RGB32)
        image.fill(0)
        painter = QPainter(image)
        painter.setFont(scene.style_.letters(0.5).text)
        painter.setPen(scene.style_.theme["text"])
        painter.drawText(QRectF(4, 40 - height / 2, 100, height), LEFT, "g\N{LATIN CAPITAL LETTER A WITH RING ABOVE}q")
        painter.end()
        return image

    assert written(8) == written(60)
