"""An empty canvas says how to begin, and gets out of the way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from gui.main_window import MainWindow
from gui.settings import Settings
from nodegraph.graph.edits import AddNode
from nodegraph.graph.model import Node
from nodegraph.registry import Registry
from tests.gui.window import open_window


@pytest.fixture
def window(qtbot: QtBot, registry: Registry, settings: Settings, tmp_path: Path) -> Iterator[MainWindow]:
    with open_window(registry, settings, tmp_path / "swaps") as shown:
        yield shown


def test_it_is_seen_while_there_is_nothing_else(window: MainWindow) -> None:
    assert window.invitation.isVisible()
    window.document.push(AddNode(Node("folder", "source/folder", 1, {})), "add")
    assert not window.invitation.isVisible()
    window.document.undo_stack.undo()
    assert window.invitation.isVisible()


def test_it_stays_in_the_middle_when_the_canvas_is_scrolled_or_made_smaller(window: MainWindow) -> None:
    def off() -> QPoint:
        return window.invitation.geometry().center() - window.canvas.viewport().rect().center()

    window.canvas.horizontalScrollBar().setValue(window.canvas.horizontalScrollBar().value() + 170)
    window.canvas.verticalScrollBar().setValue(window.canvas.verticalScrollBar().value() - 90)
    assert off().manhattanLength() <= 2
    window.resize(1000, 700)
    assert off().manhattanLength() <= 2


def test_its_buttons_are_the_actions_of_the_menu(window: MainWindow, qtbot: QtBot) -> None:
    seen: list[str] = []
    for id in ("graph.add", "file.template"):
        window.actions[id].triggered.disconnect()
        window.actions[id].triggered.connect(lambda _on=False, id=id: seen.append(id))
    for button in window.invitation.findChildren(QPushButton):
        button.click()
    assert seen == ["graph.add", "file.template"]
