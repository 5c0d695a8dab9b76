"""The whole window for tests: made with answers instead of dialogs, and closed in order."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PySide6.QtTest import QTest

from gui.main_window import MainWindow
from gui.settings import Settings
from nodegraph.registry import Registry
from tests.gui.test_files_controller import Answers


@contextmanager
def open_window(registry: Registry, settings: Settings, swaps: Path, **answers: Any) -> Iterator[MainWindow]:
    """A shown window; what it asks is answered by `answers`."""
    answers = {"unsaved": "discard", "recover": "recover", "may_write": True, **answers}
    window = MainWindow(registry, settings, questions=Answers(**answers), swaps=swaps)
    window.resize(1280, 800)
    window.show()
    assert QTest.qWaitForWindowActive(window)  # keys that come before are lost
    try:
        yield window
    finally:
        window.close()
        window.deleteLater()
