"""What is done with the pictures that are chosen in the grid: decide about many, write captions, compare, copy."""

# ruff: noqa: F401, F811  (fixtures come from gallery_world)

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui.gallery.by_hand import ByHand
from gui.gallery.caption_field import TileCaption
from gui.gallery.panel import GalleryPanel
from gui.gallery.rows_model import RowsModel
from nodegraph.data.journal import read_journal
from nodegraph.graph.edits import AddNode, SetSeed
from nodegraph.graph.model import Node
from tests.gui.gallery_world import COUNT, World, panel, thumbnails, world

KEYS = Qt.KeyboardModifier


@pytest.fixture
def review(panel: GalleryPanel, world: World, qtbot: QtBot, tmp_path: Path) -> GalleryPanel:
    """The gallery in focus, at a node where people decide, of a saved graph."""
    world.document.set_path(tmp_path / "graph.json")
    world.document.push(AddNode(Node("triage", "flow/triage")), "Add Triage")
    world.results.update("triage", state="done", files=dict(world.results.of("folder").files))
    world.selection.choose(["triage"])
    return focused(panel, qtbot)


@pytest.fixture
def source(panel: GalleryPanel, world: World, qtbot: QtBot, tmp_path: Path) -> GalleryPanel:
    """The gallery in focus, at the source, of a saved graph."""
    world.document.set_path(tmp_path / "graph.json")
    world.selection.choose(["folder"])
    return focused(panel, qtbot)


def focused(panel: GalleryPanel, qtbot: QtBot) -> GalleryPanel:
    panel.activateWindow()
    panel.grid.setFocus()
    qtbot.waitUntil(panel.grid.hasFocus)
    panel.grid.setCurrentIndex(panel.grid.rows.index(0))
    return panel


def verdicts(world: World) -> dict[int, str]:
    said = read_journal(world.document.journal).decisions.get("triage", {}).get("verdict", {})
    return {int(cid, 16): verdict for cid, verdict in said.items()}


def writing(panel: GalleryPanel, qtbot: QtBot) -> TileCaption:
    """The field that is open on a tile."""
    qtbot.waitUntil(lambda: isinstance(QApplication.focusWidget(), TileCaption))
    field = QApplication.focusWidget()
    assert isinstance(field, TileCaption)
    return field


def test_one_key_decides_about_all_that_are_chosen_and_goes_on(review: GalleryPanel, world: World) -> None:
    QTest.keyClick(review.grid, Qt.Key.Key_Right, KEYS.ShiftModifier)
    QTest.keyClick(review.grid, Qt.Key.Key_Right, KEYS.ShiftModifier)
    assert review._count.text() == "3 chosen"
    QTest.keyClick(review.grid, Qt.Key.Key_R)
    assert verdicts(world) == {0: "reject", 1: "reject", 2: "reject"}
    assert (review.grid.chosen(), review.grid.currentIndex().row()) == ([3], 3)
    QTest.keyClick(review.grid, Qt.Key.Key_A)
    assert verdicts(world)[3] == "accept"


def test_elsewhere_the_keys_decide_nothing(source: GalleryPanel, world: World) -> None:
    QTest.keyClick(source.grid, Qt.Key.Key_R)
    assert not world.document.journal.exists()
    assert not source.chosen.verdicts["reject"].isVisible()


def test_the_last_decision_is_taken_back_whole(review: GalleryPanel, world: World) -> None:
    QTest.keyClick(review.grid, Qt.Key.Key_A)
    QTest.keyClick(review.grid, Qt.Key.Key_A, KEYS.ControlModifier)
    QTest.keyClick(review.grid, Qt.Key.Key_R)
    assert verdicts(world) == dict.fromkeys(range(COUNT), "reject")
    QTest.keyClick(review.grid, Qt.Key.Key_Z, KEYS.ControlModifier)
    assert verdicts(world) == {0: "accept"}
    QTest.keyClick(review.grid, Qt.Key.Key_Z, KEYS.ControlModifier)
    assert verdicts(world) == {}
    assert review.grid.currentIndex().row() == 0


def test_after_an_edit_of_the_graph_undo_is_that_of_the_graph(review: GalleryPanel, world: World) -> None:
    QTest.keyClick(review.grid, Qt.Key.Key_A)

    def is_taken() -> bool:
        event = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_Z, KEYS.ControlModifier)
        event.ignore()
        QApplication.sendEvent(review.grid, event)
        return event.isAccepted()

    assert is_taken()
    world.document.push(SetSeed(7), "Seed")
    assert not is_taken()


def test_captions_are_written_on_their_tiles_one_after_the_other(
    source: GalleryPanel, world: World, qtbot: QtBot
) -> None:
    QTest.keyClick(source.grid, Qt.Key.Key_F2)
    field = writing(source, qtbot)
    assert field.toPlainText() == "a dog on a mat"
    qtbot.keyClicks(field, "first")
    QTest.keyClick(field, Qt.Key.Key_Tab)
    qtbot.waitUntil(lambda: source.grid.currentIndex().row() == 1)
    field = writing(source, qtbot)
    assert field.toPlainText() == "a cat on a mat"
    qtbot.keyClicks(field, "second")
    QTest.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(source.grid.hasFocus)
    captions = {f"{0:032x}": "first", f"{1:032x}": "second"}
    assert read_journal(world.document.journal).captions == {"folder": captions}
    assert source.grid.rows.value(1, "caption") == "second"


def test_escape_leaves_the_caption_as_it_was(source: GalleryPanel, world: World, qtbot: QtBot) -> None:
    QTest.keyClick(source.grid, Qt.Key.Key_F2)
    field = writing(source, qtbot)
    qtbot.keyClicks(field, "never mind")
    QTest.keyClick(field, Qt.Key.Key_Escape)
    qtbot.waitUntil(source.grid.hasFocus)
    assert not world.document.journal.exists()


def test_what_was_written_is_kept_when_a_click_goes_elsewhere(source: GalleryPanel, world: World, qtbot: QtBot) -> None:
    QTest.keyClick(source.grid, Qt.Key.Key_F2)
    qtbot.keyClicks(writing(source, qtbot), "left alone")
    source.tools.field.setFocus(Qt.FocusReason.MouseFocusReason)
    assert read_journal(world.document.journal).captions == {"folder": {f"{0:032x}": "left alone"}}
    assert source.tools.field.hasFocus()


def test_where_no_captions_are_given_none_is_written(source: GalleryPanel, world: World) -> None:
    world.selection.choose(["sharp"])
    source.choose_lane("dropped")
    source.grid.setCurrentIndex(source.grid.rows.index(0))
    assert not source.grid.editable
    assert not source.chosen.caption.isVisible()


def test_two_that_are_chosen_open_side_by_side(source: GalleryPanel, qtbot: QtBot) -> None:
    QTest.keyClick(source.grid, Qt.Key.Key_Right, KEYS.ShiftModifier)
    QTest.keyClick(source.grid, Qt.Key.Key_C)
    assert source.viewer is not None
    qtbot.addWidget(source.viewer)
    assert source.viewer.other.isVisible()
    assert source.viewer._pinned is not None
    assert (source.viewer._pinned["rid"], source.viewer._rid) == ("picture-00.png", "picture-01.png")


def test_what_is_chosen_is_copied_as_files_and_inverted(source: GalleryPanel) -> None:
    QTest.keyClick(source.grid, Qt.Key.Key_C, KEYS.ControlModifier)
    data = QGuiApplication.clipboard().mimeData()
    assert [Path(url.toLocalFile()).name for url in data.urls()] == ["picture-00.png"]
    assert data.text().endswith("picture-00.png")
    QTest.keyClick(source.grid, Qt.Key.Key_I, KEYS.ControlModifier)
    assert source.grid.chosen() == list(range(1, COUNT))


def test_what_is_chosen_stays_so_while_rows_are_renewed(source: GalleryPanel) -> None:
    source.grid.selectAll()
    with_more = source.shown.with_columns(pl.lit(1.0).alias("score"))
    source.grid.rows.show_table(with_more)
    assert source.grid.chosen_count() == COUNT
    source.grid.rows.show_table(with_more.reverse())
    assert source.grid.rows.value(0, "rid") == f"picture-{COUNT - 1:02}.png"


def test_what_is_in_no_group_comes_last(qtbot: QtBot) -> None:
    rows = RowsModel()
    groups = ["", "b", None, "a", "b"]
    table = pl.DataFrame({"rid": list("01234"), "cid": list("01234"), "path": [""] * 5, "recipe": [""] * 5})
    rows.show_table(table.with_columns(pl.Series("duplicate_group", groups)))
    rows.sort_by("duplicate_group")
    assert [rows.value(place, "duplicate_group") for place in range(3)] == ["a", "b", "b"]


def test_decisions_of_another_document_are_not_taken_back(world: World, tmp_path: Path, qtbot: QtBot) -> None:
    by_hand = ByHand(world.document)
    by_hand.write_caption("folder", "01", "one")
    assert by_hand.is_last
    world.document.load(world.document.graph, tmp_path / "other.json")
    assert not by_hand.is_last
    assert by_hand.take_back() == ()
