"""The gallery shows what a node keeps and drops, with reasons, sorted and searched."""

# ruff: noqa: F401, F811  (fixtures come from gallery_world)

from __future__ import annotations

from pathlib import Path

from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gui.gallery.panel import GalleryPanel
from gui.gallery.thumbnails import Thumbnails
from nodegraph.cache.thumbnails import ThumbnailStore
from tests.gui.gallery_world import COUNT, World, panel, thumbnails, world


def names(panel: GalleryPanel) -> list[str]:
    rows = panel.grid.rows
    return [rows.data(rows.index(number)) for number in range(rows.rowCount())]


def words_in(panel: GalleryPanel) -> str:
    return f"{panel._title.text()} {panel._advice.text()}"


def test_without_a_node_it_says_what_to_do(panel: GalleryPanel, world: World) -> None:
    world.results.clear()
    assert "Click a node" in words_in(panel)


def test_before_a_run_it_says_to_run(panel: GalleryPanel, world: World) -> None:
    world.results.clear()
    world.selection.choose(["sharp"])
    assert "Run the graph to see pictures here" in words_in(panel)


def test_kept_and_dropped_are_lanes_with_counts(panel: GalleryPanel, world: World) -> None:
    world.selection.choose(["sharp"])
    assert [(lane.title, lane.count) for lane in panel.lanes] == [("Kept", 6), ("Dropped", 6)]
    assert len(names(panel)) == 6


def test_a_dropped_picture_says_by_which_node_and_why(panel: GalleryPanel, world: World, qtbot: QtBot) -> None:
    world.selection.choose(["sharp"])
    qtbot.mouseClick(panel._heads.button(1), Qt.MouseButton.LeftButton)
    assert panel.grid.rows.row(4)["_reason"] == "Sharpness: sharpness 40 is under 60"
    assert panel.grid.rows.row(4)["path"].endswith("picture-04.png")


def test_tools_are_offered_only_where_there_is_something_to_sort(panel: GalleryPanel, world: World) -> None:
    world.selection.choose(["sharp"])
    assert not panel.tools.isHidden()
    world.results.clear()
    assert panel.tools.isHidden()


def test_sorts_by_any_column(panel: GalleryPanel, world: World, qtbot: QtBot) -> None:
    world.selection.choose(["folder"])
    panel.tools.order.setCurrentIndex(panel.tools.order.findData("sharpness"))
    qtbot.mouseClick(panel.tools.down, Qt.MouseButton.LeftButton)
    assert names(panel)[:2] == ["picture-11.png", "picture-10.png"]


def test_searches_names_and_captions(panel: GalleryPanel, world: World, qtbot: QtBot) -> None:
    world.selection.choose(["folder"])
    qtbot.keyClicks(panel.tools.field, "DOG")
    qtbot.waitUntil(lambda: len(names(panel)) == 6)
    panel.tools.field.setText("picture-1")
    qtbot.waitUntil(lambda: names(panel) == ["picture-10.png", "picture-11.png"])
    panel.tools.field.setText("nowhere")
    qtbot.waitUntil(lambda: "Nothing matches" in words_in(panel))


def test_searches_by_condition_and_says_what_is_wrong_with_it(panel: GalleryPanel, world: World, qtbot: QtBot) -> None:
    world.selection.choose(["folder"])
    qtbot.mouseClick(panel.tools.condition, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(panel.tools.field, "sharpness > 80")
    QTest.keyClick(panel.tools.field, Qt.Key.Key_Return)
    assert len(names(panel)) == 3
    panel.tools.field.setText("sharpnes > 80")
    QTest.keyClick(panel.tools.field, Qt.Key.Key_Return)
    assert "sharpnes" in panel.tools.trouble.text()
    assert len(names(panel)) == COUNT


def test_names_of_columns_are_offered_while_a_condition_is_typed(
    panel: GalleryPanel, world: World, qtbot: QtBot
) -> None:
    world.selection.choose(["folder"])
    field, words = panel.tools.field, panel.tools.words
    qtbot.keyClicks(field, "sha")
    assert not words.popup().isVisible(), "these are words of names and captions"
    field.clear()
    qtbot.mouseClick(panel.tools.condition, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(field, "not sha")
    assert words.currentCompletion() == "sharpness"
    words.activated.emit("sharpness")
    assert field.text() == "not sharpness"


def test_pictures_come_from_their_files_off_the_thread(panel: GalleryPanel, world: World, qtbot: QtBot) -> None:
    world.selection.choose(["folder"])
    thumbnails = panel._thumbnails
    qtbot.waitUntil(lambda: thumbnails.get(panel.grid.rows.content(0)) is not None)


def test_shows_rows_of_a_later_run_at_once(panel: GalleryPanel, world: World, qtbot: QtBot, tmp_path: Path) -> None:
    world.selection.choose(["folder"])
    path = tmp_path / "later.arrow"
    world.rows.head(3).write_ipc(path)
    world.results.update("folder", files={"images": path})
    qtbot.waitUntil(lambda: len(names(panel)) == 3)


def test_while_a_node_runs_its_first_pictures_are_shown(panel: GalleryPanel, world: World, qtbot: QtBot) -> None:
    world.results.clear()
    world.selection.choose(["sharp"])
    world.results.update("sharp", state="running", contents=("00" * 16, "01" * 16))
    qtbot.waitUntil(lambda: len(names(panel)) == 2)


def test_remembered_thumbnails_are_kept_within_their_bytes(qtbot: QtBot, tmp_path: Path) -> None:
    from io import BytesIO

    data = BytesIO()
    Image.new("RGB", (100, 100)).save(data, "JPEG")
    with ThumbnailStore.open(tmp_path) as store:
        for number in range(5):
            store.put(f"{number:032x}", data.getvalue())
    thumbnails = Thumbnails(tmp_path, kept_bytes=100_000)
    try:
        for number in range(5):
            key = f"{number:032x}"
            with qtbot.waitSignal(thumbnails.ready) as came:
                assert thumbnails.get(key) is None
            assert came.args == [key]
            assert thumbnails.get(key) is not None
        assert thumbnails.bytes <= 100_000
        assert thumbnails.get(f"{0:032x}") is None
    finally:
        thumbnails.shutdown()


def test_a_file_that_is_no_picture_is_shown_as_such(thumbnails: Thumbnails, qtbot: QtBot, tmp_path: Path) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"not a picture")
    with qtbot.waitSignal(thumbnails.ready):
        thumbnails.get("ab" * 16, str(broken))
    assert thumbnails.is_broken("ab" * 16)


def test_where_no_node_is_chosen_the_last_one_with_pictures_is_shown_and_named(
    panel: GalleryPanel, world: World, qtbot: QtBot
) -> None:
    assert [lane.title for lane in panel.lanes] == ["Kept", "Dropped"] and len(names(panel)) == 6
    assert panel._whose.isVisible() and panel._whose.text() == "Sharpness"
    world.selection.choose(["folder"])
    assert len(names(panel)) == COUNT and panel._whose.isHidden()
    world.selection.choose([])
    qtbot.waitUntil(lambda: panel._whose.isVisible() and len(names(panel)) == 6)
    assert world.selection.nodes == ()
    world.results.update("sharp", files={})
    panel.renew()
    assert panel._whose.text() == world.document.registry.nodes["source/folder"].title
