"""At a review node a person accepts or rejects pictures: into the journal, and on to the next one."""

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
from nodegraph.data.journal import read_journal
from nodegraph.graph.edits import AddNode
from nodegraph.graph.model import Node
from tests.gui.gallery_world import COUNT, World, panel, thumbnails, world


@pytest.fixture
def viewer(panel: GalleryPanel, world: World, qtbot: QtBot, tmp_path: Path) -> Iterator[Viewer]:
    """The pictures at a node where people decide, of a saved graph."""
    world.document.set_path(tmp_path / "graph.json")
    world.document.push(AddNode(Node("triage", "flow/triage")), "Add Triage")
    world.results.update("triage", state="done", files=dict(world.results.of("folder").files))
    world.selection.choose(["triage"])
    panel.open_viewer(0)
    assert panel.viewer is not None
    qtbot.addWidget(panel.viewer)
    yield panel.viewer


def verdicts(world: World) -> dict[int, str]:
    said = read_journal(world.document.journal).decisions.get("triage", {}).get("verdict", {})
    return {int(cid, 16): verdict for cid, verdict in said.items()}


def test_keys_decide_and_go_on_to_the_next_picture(viewer: Viewer, world: World, qtbot: QtBot) -> None:
    with qtbot.waitSignal(world.document.journal_changed):
        QTest.keyClick(viewer.view, Qt.Key.Key_A)
    assert viewer.position == 1
    QTest.keyClick(viewer.view, Qt.Key.Key_R)
    QTest.keyClick(viewer.view, Qt.Key.Key_L)
    assert verdicts(world) == {0: "accept", 1: "reject", 2: "review"}


def test_a_verdict_is_shown_and_taken_back_by_a_second_press(viewer: Viewer, world: World, qtbot: QtBot) -> None:
    qtbot.mouseClick(viewer.verdict.buttons["accept"], Qt.MouseButton.LeftButton)
    viewer.step(-1)
    assert [name for name, button in viewer.verdict.buttons.items() if button.isChecked()] == ["accept"]
    qtbot.mouseClick(viewer.verdict.buttons["accept"], Qt.MouseButton.LeftButton)
    assert verdicts(world) == {}
    assert viewer.position == 0, "whoever takes a verdict back wants to give another"


def test_the_last_word_counts(viewer: Viewer, world: World) -> None:
    viewer.verdict.press("accept")
    viewer.step(-1)
    viewer.verdict.press("reject")
    assert verdicts(world) == {0: "reject"}


def test_elsewhere_there_is_nothing_to_decide(viewer: Viewer, world: World) -> None:
    viewer.show_rows(viewer._rows, "sharp", 0)  # type: ignore[arg-type]
    assert not viewer.verdict.isVisible()
    QTest.keyClick(viewer.view, Qt.Key.Key_A)
    assert read_journal(world.document.journal).decisions == {}


def test_where_the_journal_cannot_be_written_the_picture_stays(viewer: Viewer, world: World) -> None:
    world.document.journal.mkdir()
    viewer.verdict.press("accept")
    assert viewer.position == 0
    assert not viewer.verdict.buttons["accept"].isChecked()
    assert "cannot be written" in viewer._state.text()


def test_the_gallery_says_how_many_wait_and_what_to_press(viewer: Viewer, world: World, panel: GalleryPanel) -> None:
    files = {"kept": world.results.of("sharp").files["kept"], "review": world.results.of("folder").files["images"]}
    world.results.update("triage", state="review", files=files)
    panel.renew()
    assert panel.waiting.text() == "12 pictures wait for you under To review."
    panel.choose_lane("review")
    assert panel.waiting.text().startswith("12 pictures wait for you: choose some")
    panel.by_hand.set_verdict("triage", [f"{0:032x}"], "accept")
    panel.by_hand.set_verdict("triage", [f"{1:032x}"], "review")
    assert panel.waiting.text().startswith("11 pictures wait for you: choose some")
    for number in range(1, COUNT):
        panel.by_hand.set_verdict("triage", [f"{number:032x}"], "reject")
    assert panel.waiting.text().startswith("All of them are decided.")
    world.selection.choose(["sharp"])
    assert panel.waiting.isHidden()


def test_a_tile_is_marked_with_what_was_decided(viewer: Viewer, world: World, panel: GalleryPanel) -> None:
    world.selection.choose(["triage"])
    before = panel.grid.viewport().grab().toImage()
    panel.by_hand.set_verdict("triage", [f"{1:032x}"], "reject")
    assert panel.grid.rows.value(1, "_verdict") == "reject"
    assert panel.grid.rows.value(0, "_verdict") is None
    assert "_verdict" not in panel.grid.rows.columns, "nobody sorts or searches by it"
    assert panel.grid.viewport().grab().toImage() != before
    panel.by_hand.set_verdict("triage", [f"{1:032x}"], None)
    assert panel.grid.rows.value(1, "_verdict") is None
