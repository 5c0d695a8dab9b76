"""Two pictures side by side are said to be no duplicates: into the journal, and out of it again."""

# ruff: noqa: F401, F811  (fixtures come from gallery_world)

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gui.gallery.panel import GalleryPanel
from gui.gallery.viewer import Viewer
from nodegraph.data.journal import Entry, apart_in, append, read_journal
from tests.gui.gallery_world import World, panel, thumbnails, world

FIRST, SECOND = f"{0:032x}", f"{1:032x}"
PAIR = frozenset({FIRST, SECOND})


@pytest.fixture
def viewer(panel: GalleryPanel, world: World, qtbot: QtBot, tmp_path: Path) -> Iterator[Viewer]:
    """The first two pictures side by side, of a saved graph."""
    world.document.set_path(tmp_path / "graph.json")
    world.selection.choose(["folder"])
    panel.open_viewer(0)
    assert panel.viewer is not None
    qtbot.addWidget(panel.viewer)
    panel.viewer.pin(True)
    panel.viewer.step(1)
    yield panel.viewer


def apart(world: World) -> frozenset[frozenset[str]]:
    return apart_in(read_journal(world.document.journal).decisions)


def test_a_click_takes_the_two_apart_and_another_takes_it_back(viewer: Viewer, world: World, qtbot: QtBot) -> None:
    with qtbot.waitSignal(world.document.journal_changed):  # upon which the run controller tells what is stale
        qtbot.mouseClick(viewer.apart, Qt.MouseButton.LeftButton)
    assert apart(world) == {PAIR}
    assert viewer.apart.isChecked()
    qtbot.mouseClick(viewer.apart, Qt.MouseButton.LeftButton)
    assert apart(world) == frozenset()
    assert not viewer.apart.isChecked()


def test_the_key_does_the_same(viewer: Viewer, world: World) -> None:
    QTest.keyClick(viewer.view, Qt.Key.Key_N)
    assert apart(world) == {PAIR}
    QTest.keyClick(viewer.view, Qt.Key.Key_N)
    assert apart(world) == frozenset()


def test_it_is_there_only_while_two_different_pictures_are_compared(viewer: Viewer, world: World) -> None:
    assert viewer.apart.isVisible()
    viewer.step(-1)
    assert not viewer.apart.isVisible()
    QTest.keyClick(viewer.view, Qt.Key.Key_N)
    viewer.step(1)
    viewer.pin(False)
    QTest.keyClick(viewer.view, Qt.Key.Key_N)
    assert not viewer.apart.isVisible()
    assert apart(world) == frozenset()


def test_it_shows_what_was_said_of_each_pair(viewer: Viewer) -> None:
    viewer.apart.click()
    viewer.step(1)
    assert not viewer.apart.isChecked()
    viewer.step(-1)
    assert viewer.apart.isChecked()


def test_what_was_said_at_another_node_the_other_way_round_is_taken_back_too(viewer: Viewer, world: World) -> None:
    append(world.document.journal, [Entry("elsewhere", SECOND, f"apart:{FIRST}", "yes")])
    viewer._by_hand._read()
    viewer.step(1)
    viewer.step(-1)
    assert viewer.apart.isChecked()
    viewer.apart.click()
    assert apart(world) == frozenset()


def test_where_the_journal_cannot_be_written_the_button_stays_up(viewer: Viewer, world: World) -> None:
    world.document.journal.mkdir()
    viewer.apart.click()
    assert not viewer.apart.isChecked()
    assert "cannot be written" in viewer._state.text()
