"""What a finder of duplicates dropped is looked at beside what it kept, and said to be no duplicate."""

# ruff: noqa: F401, F811  (fixtures come from gallery_world)

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gui.gallery.panel import GalleryPanel
from gui.gallery.viewer import Viewer
from nodegraph.data.journal import apart_in, read_journal
from nodegraph.data.ledger import ledger_of
from nodegraph.graph.edits import AddNode, Connect
from nodegraph.graph.model import Edge, Node
from tests.gui.gallery_world import World, panel, thumbnails, world


@pytest.fixture
def viewer(panel: GalleryPanel, world: World, qtbot: QtBot, tmp_path: Path) -> Iterator[Viewer]:
    """The second of two that were dropped as copies of the first and the fifth picture."""
    world.document.set_path(tmp_path / "graph.json")
    world.document.push(AddNode(Node("dups", "duplicates/hash")), "Add")
    world.document.push(Connect(Edge.parse("folder.images", "dups.images")), "Connect")
    groups = ["picture-00.png", "picture-00.png", None, None, "picture-04.png", "picture-04.png"]
    found = world.rows.head(6).with_columns(
        pl.Series("duplicate_group", groups, pl.String), pl.Series("duplicate_distance", [0.0, 3, None, None, 0, 5])
    )
    dropped = found[[1, 5]]
    ledger = ledger_of(
        dropped.select("rid", "cid", pl.lit("dups").alias("node"), pl.lit("duplicate").alias("rule")).with_columns(
            pl.lit("same picture as").alias("reason")
        )
    )
    files = {name: tmp_path / f"dups.{name}.arrow" for name in ("kept", "dropped")}
    found[[0, 2, 3, 4]].write_ipc(files["kept"])
    dropped.write_ipc(files["dropped"])
    ledger.write_ipc(tmp_path / "dups.ledger.arrow")
    world.results.update("dups", state="done", files=files, ledger=tmp_path / "dups.ledger.arrow")
    world.selection.choose(["dups"])
    panel.choose_lane("dropped")
    panel.open_viewer(0)
    assert panel.viewer is not None
    qtbot.addWidget(panel.viewer)
    yield panel.viewer


def test_what_was_dropped_has_the_columns_that_its_finder_gave(viewer: Viewer, panel: GalleryPanel) -> None:
    assert panel.grid.rows.value(1, "duplicate_group") == "picture-04.png"
    assert panel.grid.rows.value(1, "duplicate_distance") == 5


def test_each_is_shown_beside_the_one_that_was_kept_of_its_group(viewer: Viewer) -> None:
    QTest.keyClick(viewer.view, Qt.Key.Key_D)
    assert (viewer.other._title, viewer.view._title) == ("picture-00.png", "picture-01.png")
    viewer.step(1)
    assert (viewer.other._title, viewer.view._title) == ("picture-04.png", "picture-05.png")
    QTest.keyClick(viewer.view, Qt.Key.Key_D)
    assert not viewer.other.isVisible()


def test_the_two_are_said_to_be_no_duplicates(viewer: Viewer, world: World) -> None:
    QTest.keyClick(viewer.view, Qt.Key.Key_D)
    QTest.keyClick(viewer.view, Qt.Key.Key_N)
    said = apart_in(read_journal(world.document.journal).decisions)
    assert said == {frozenset({f"{0:032x}", f"{1:032x}"})}


def test_what_is_in_no_group_stands_alone(viewer: Viewer, panel: GalleryPanel) -> None:
    panel.choose_lane("kept")
    QTest.keyClick(viewer.view, Qt.Key.Key_Home)
    QTest.keyClick(viewer.view, Qt.Key.Key_D)
    assert not viewer.other.isVisible(), "the kept one itself"
    viewer.step(1)
    assert not viewer.other.isVisible()


def test_elsewhere_there_is_no_such_button(viewer: Viewer, world: World) -> None:
    world.selection.choose(["folder"])
    viewer.step(1)
    assert not viewer._beside.isVisible()
