"""Two nodes or two runs are compared: what is only in the one, why, what changed, with the pictures."""

# ruff: noqa: F401, F811  (fixtures come from gallery_world)

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gui.document import GraphDocument
from gui.gallery.by_hand import ByHand
from gui.gallery.compare import choices_of, compared, first_pair
from gui.gallery.compare_dialog import CompareDialog
from gui.gallery.lanes import REASON
from gui.gallery.thumbnails import Thumbnails
from gui.results import Results
from gui.theme.theme import load_theme
from nodegraph.graph.model import Node, graph_of
from tests.gui.gallery_world import World, thumbnails, world


@pytest.fixture
def dialog(world: World, thumbnails: Thumbnails, qtbot: QtBot) -> Iterator[CompareDialog]:
    """What came into the filter, and what it kept."""
    world.selection.choose(["folder", "sharp"])
    shared = (world.document, world.selection, world.results, thumbnails)
    made = CompareDialog(*shared, ByHand(world.document), load_theme("dark"))
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(made)
    made.show()
    yield made
    made.close()


def counts(dialog: CompareDialog) -> list[str]:
    return [dialog._parts.button(part).text().split()[-1] for part in range(4)]


def test_comparing_parts_rows_and_finds_other_captions() -> None:
    a = pl.DataFrame({"rid": ["1", "2", "3"], "cid": ["x", "y", "z"], "caption": ["p", None, "r"]})
    b = pl.DataFrame({"rid": ["2", "3", "4"], "cid": ["y", "z", "w"], "caption": [None, "changed", "s"]})
    found = compared(a, b)
    assert (found.only_a["rid"].to_list(), found.only_b["rid"].to_list()) == (["1"], ["4"])
    assert found.both["rid"].to_list() == ["2", "3"]
    assert found.changed.select("rid", "caption", "caption_before").rows() == [("3", "changed", "r")]
    assert found.both.columns == b.columns


def test_without_captions_nothing_changed() -> None:
    a = pl.DataFrame({"rid": ["1"], "cid": ["x"]})
    assert compared(a, a).changed.height == 0


def test_the_dialog_compares_the_selected_nodes(dialog: CompareDialog, qtbot: QtBot) -> None:
    assert counts(dialog) == ["6", "0", "6", "0"]
    assert not dialog._parts.button(3).isVisible()
    qtbot.mouseClick(dialog._parts.button(2), Qt.MouseButton.LeftButton)
    assert dialog.grid.rows.rowCount() == 6


def test_what_the_other_side_dropped_says_why(dialog: CompareDialog) -> None:
    assert dialog.grid.rows.value(4, REASON) == "Sharpness: sharpness 40 is under 60"


def test_what_is_compared_is_sorted_searched_and_looked_at(dialog: CompareDialog, qtbot: QtBot) -> None:
    dialog.tools.order.setCurrentIndex(dialog.tools.order.findData("sharpness"))
    qtbot.mouseClick(dialog.tools.down, Qt.MouseButton.LeftButton)
    assert dialog.grid.rows.value(0, "rid") == "picture-05.png"
    qtbot.keyClicks(dialog.tools.field, "cat")
    QTest.keyClick(dialog.tools.field, Qt.Key.Key_Return)
    assert dialog.grid.rows.rowCount() == 3
    dialog.grid.setCurrentIndex(dialog.grid.rows.index(1))
    QTest.keyClick(dialog.grid, Qt.Key.Key_Return)
    assert dialog.viewer is not None
    assert dialog.viewer._rid == "picture-03.png"
    dialog.close()
    assert not dialog.viewer.isVisible()


def test_one_selected_node_is_compared_with_what_came_into_it(world: World) -> None:
    choices = choices_of(world.document, world.results)
    first, second = first_pair(world.document, choices, ("sharp",))
    assert (choices[first].title, choices[second].title) == ("Folder: images", "Sharpness: kept")
    assert first_pair(world.document, [], ()) == (0, -1)


def test_runs_before_can_be_chosen_and_are_begun_with(document: GraphDocument, tmp_path: Path) -> None:
    document.load(graph_of([Node("folder", "source/folder")]), None)
    for run in ("3", "12"):
        (tmp_path / run).mkdir()
        pl.DataFrame({"rid": ["1"], "cid": ["x"]}).write_ipc(tmp_path / run / "folder.images.arrow")
    results = Results()
    results.update("folder", files={"images": tmp_path / "12" / "folder.images.arrow"})
    choices = choices_of(document, results)
    assert [choice.title.partition(",")[0] for choice in choices] == ["Folder: images", "Folder: images (run 3"]
    assert first_pair(document, choices, ("folder",)) == (1, 0)
