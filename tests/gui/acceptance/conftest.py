"""What the app's acceptance tests share: a window with answers instead of dialogs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from gui.main_window import MainWindow
from gui.settings import Settings
from nodegraph.registry import Registry
from tests.gui.window import open_window


@pytest.fixture
def window(qtbot: QtBot, registry: Registry, settings: Settings, tmp_path: Path) -> Iterator[MainWindow]:
    """The window with an empty graph, as large as a laptop's screen."""
    settings.set_flag("hints-dismissed")
    with open_window(registry, settings, tmp_path / "swaps", save_path=tmp_path / "saved.json") as made:
        made.resize(1440, 900)
        to_the_front(made, qtbot)
        yield made


def to_the_front(window: MainWindow, qtbot: QtBot) -> None:
    """Keys go to this window, and there to the canvas."""
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.canvas.setFocus()
