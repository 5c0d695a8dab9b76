"""The viewer shows a picture, its way through the graph, and takes captions written by hand into the journal."""

# ruff: noqa: F401, F811  (fixtures come from gallery_world)

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gui.document import GraphDocument
from gui.gallery.by_hand import ByHand, caption_node
from gui.gallery.full_pictures import load
from gui.gallery.panel import GalleryPanel
from gui.gallery.thumbnails import Thumbnails
from gui.gallery.viewer import Viewer
from gui.gallery.way import stations_of, way_of
from gui.results import Results
from gui.theme.theme import load_theme
from nodegraph.data.journal import journal_path, read_journal
from nodegraph.graph.model import Graph, Node, graph_of
from tests.gui.gallery_world import COUNT, World, panel, thumbnails, world


@pytest.fixture
def viewer(panel: GalleryPanel, world: World, qtbot: QtBot, tmp_path: Path) -> Iterator[Viewer]:
    """The viewer on the first picture of the source, of a saved graph."""
    world.document.set_path(tmp_path / "graph.json")
    world.selection.choose(["folder"])
    panel.open_viewer(0)
    assert panel.viewer is not None
    qtbot.addWidget(panel.viewer)
    yield panel.viewer


def test_enter_opens_the_picture_and_keys_go_on(panel: GalleryPanel, world: World, qtbot: QtBot) -> None:
    world.selection.choose(["folder"])
    panel.grid.setCurrentIndex(panel.grid.rows.index(2))
    QTest.keyClick(panel.grid, Qt.Key.Key_Return)
    assert panel.viewer is not None
    qtbot.addWidget(panel.viewer)
    assert panel.viewer.position == 2
    panel.viewer.activateWindow()
    panel.viewer.view.setFocus()
    qtbot.waitUntil(panel.viewer.view.hasFocus)
    QTest.keyClick(panel.viewer.view, Qt.Key.Key_Right)
    assert panel.viewer.position == 3
    QTest.keyClick(panel.viewer.view, Qt.Key.Key_End)
    assert panel.viewer.position == COUNT - 1
    assert panel.grid.currentIndex().row() == COUNT - 1
    QTest.keyClick(panel.viewer.view, Qt.Key.Key_Escape)
    assert not panel.viewer.isVisible()


def test_the_full_picture_comes(viewer: Viewer, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: "64 \N{MULTIPLICATION SIGN} 40" in viewer.facts._file.text())


def test_a_large_picture_has_smaller_copies(tmp_path: Path) -> None:
    Image.new("RGB", (4000, 2000)).save(tmp_path / "large.png")
    assert [copy.width() for copy in load(str(tmp_path / "large.png"), "").copies] == [4000, 2000, 1000]


def test_what_is_no_picture_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"none")
    assert load(str(tmp_path / "a.jpg"), "").trouble


def test_zooming_keeps_the_point_under_the_cursor(viewer: Viewer, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not viewer.view._size().isEmpty())
    view = viewer.view
    view.resize(600, 400)
    view.sight.look(20.0, QPointF(0.5, 0.5))
    at = QPointF(200, 150)
    before = view.point_at(at)
    view.zoom_by(1.25, at)
    assert view.point_at(at).x() == pytest.approx(before.x(), abs=1e-6)
    assert view.point_at(at).y() == pytest.approx(before.y(), abs=1e-6)


def test_dragging_pans(viewer: Viewer, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not viewer.view._size().isEmpty())
    view = viewer.view
    view.sight.look(30.0, QPointF(0.5, 0.5))
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(100, 100))
    for step in (110, 130, 150):
        QTest.mouseMove(view, QPoint(step, 100))
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(150, 100))
    assert view.sight.centre.x() < 0.5


def test_side_by_side_one_stays_and_both_zoom(viewer: Viewer) -> None:
    QTest.keyClick(viewer.view, Qt.Key.Key_C)
    viewer.step(1)
    assert viewer.other.isVisible()
    assert viewer._pinned is not None and viewer._pinned["rid"] == "picture-00.png"
    assert viewer.other.sight is viewer.view.sight
    QTest.keyClick(viewer.view, Qt.Key.Key_Escape)
    assert viewer.isVisible() and not viewer.other.isVisible()


def test_side_by_side_tells_the_names_and_columns_of_both_and_swaps(viewer: Viewer) -> None:
    QTest.keyClick(viewer.view, Qt.Key.Key_C)
    viewer.step(2)
    columns = viewer.facts.columns
    items = {columns.topLevelItem(row).text(0): columns.topLevelItem(row) for row in range(columns.topLevelItemCount())}
    assert (items["sharpness"].text(1), items["sharpness"].text(2)) == ("0", "20")
    accent = viewer.facts._theme["accent"]
    assert items["sharpness"].foreground(2).color() == accent
    assert items["caption"].foreground(2).color() != accent, "both are dogs"
    assert (viewer.other._title, viewer.view._title) == ("picture-00.png", "picture-02.png")
    QTest.keyClick(viewer.view, Qt.Key.Key_X)
    assert (viewer.other._title, viewer.view._title) == ("picture-02.png", "picture-00.png")
    QTest.keyClick(viewer.view, Qt.Key.Key_C)
    assert (columns.columnCount(), viewer.view._title) == (2, "")


def test_a_node_of_the_way_is_opened_with_the_picture(
    viewer: Viewer, panel: GalleryPanel, world: World, qtbot: QtBot
) -> None:
    viewer.step(4)
    qtbot.waitUntil(lambda: viewer.facts.way.topLevelItemCount() == 2)
    last = viewer.facts.way.topLevelItem(1)
    assert last is not None and last.text(1) == "sharpness 40 is under 60"
    viewer.facts.way.itemActivated.emit(last, 0)
    assert world.selection.nodes == ("sharp",)
    assert panel.grid.rows.value(viewer.position, "rid") == "picture-04.png"
    assert viewer._node == "sharp", "what is decided now is decided there"


def test_what_is_written_in_the_file_is_shown_and_copied(viewer: Viewer, world: World, qtbot: QtBot) -> None:
    texts = PngInfo()
    texts.add_text("parameters", "a fish\nSteps: 20")
    Image.new("RGB", (64, 40)).save(world.rows["path"][3], pnginfo=texts)
    viewer.step(3)
    qtbot.waitUntil(lambda: viewer.facts.file.topLevelItemCount() == 2)
    item = viewer.facts.file.topLevelItem(1)
    assert item is not None and (item.text(0), item.text(1)) == ("parameters", "a fish Steps: 20")
    viewer.facts.file.setCurrentItem(item)
    viewer.facts.file.actions()[0].trigger()
    assert QGuiApplication.clipboard().text() == "a fish\nSteps: 20"


def test_the_way_tells_of_every_node(world: World) -> None:
    stations = stations_of(world.document, world.results, "sharp")
    assert [(stop.title, stop.port) for stop in way_of(stations, "picture-11.png")] == [
        ("Folder", "images"),
        ("Sharpness", "kept"),
    ]
    assert way_of(stations, "picture-04.png")[-1].reason == "sharpness 40 is under 60"
    assert way_of(stations, "picture-04.png")[0].values["caption"] == "a dog on a mat"


def test_the_way_is_shown(viewer: Viewer, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: viewer.facts.way.topLevelItemCount() == 2)


def test_a_caption_written_by_hand_goes_to_the_journal(
    viewer: Viewer,
    panel: GalleryPanel,
    world: World,
    qtbot: QtBot,
) -> None:
    field = viewer.facts.caption
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "a grey cat")
    with qtbot.waitSignal(world.document.journal_changed):  # upon which the run controller tells what is stale
        QTest.keyClick(field, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert read_journal(world.document.journal).captions == {"folder": {f"{0:032x}": "a grey cat"}}
    assert panel.grid.rows.value(0, "caption") == "a grey cat"
    assert viewer.position == 0
    qtbot.mouseClick(viewer.facts.reset, Qt.MouseButton.LeftButton)
    assert read_journal(world.document.journal).captions == {}
    assert field.toPlainText() == "a dog on a mat"


def test_a_caption_is_kept_when_the_next_picture_is_shown(viewer: Viewer, world: World) -> None:
    viewer.facts.caption.setPlainText("typed")
    viewer.step(1)
    assert read_journal(world.document.journal).captions == {"folder": {f"{0:032x}": "typed"}}


def test_the_journal_of_a_document_without_a_file_goes_along_when_it_is_saved(
    document: GraphDocument, tmp_path: Path
) -> None:
    document.load(graph_of([Node("folder", "source/folder")]), None)
    captions = ByHand(document)
    captions.write_caption("folder", "01", "first")
    unsaved = document.journal
    document.set_path(tmp_path / "saved.json")
    assert not unsaved.exists()
    assert captions.caption_of("folder", "01") == "first"
    document.set_path(tmp_path / "again.json")
    assert journal_path(tmp_path / "saved.json").is_file() and journal_path(tmp_path / "again.json").is_file()
    document.load(Graph(), tmp_path / "other.json")
    assert captions.caption_of("folder", "01") is None
    assert not journal_path(tmp_path / "other.json").exists()


def test_a_caption_belongs_to_the_nearest_node_that_gives_one(document: GraphDocument, quickstart: Graph) -> None:
    document.load(quickstart, None)
    registry = document.registry
    assert caption_node(quickstart, registry, "kohya") == "trigger"
    assert caption_node(quickstart, registry, "captions") == "captions"
    assert caption_node(quickstart, registry, "best") == "folder"
