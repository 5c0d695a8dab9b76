"""The app with a hand in it, to be killed: `python -m tests.gui.acceptance.app_to_kill GRAPH` mutes a node by its key.

It says "saved" when the swap file is there, and waits for its end.
"""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from gui.app import main, make_application
from gui.main_window import MainWindow


def edit() -> None:
    """Mutes the folder, as soon as the graph is there and keys arrive at it."""
    window = next((one for one in QApplication.topLevelWidgets() if isinstance(one, MainWindow)), None)
    if window is None or not window.document.graph.nodes or not _listens(window):
        QTimer.singleShot(50, edit)
        return
    window.selection.choose(["folder"])
    QTest.keyClick(window.canvas, Qt.Key.Key_M)
    say(window)


def _listens(window: MainWindow) -> bool:
    window.canvas.setFocus()
    return window.isActiveWindow() and window.canvas.hasFocus()  # a window that has just been shown is neither


def say(window: MainWindow) -> None:
    """Says so when the swap is written."""
    if window.files.keeper.file.is_file():
        print("saved", flush=True)
    else:
        QTimer.singleShot(50, lambda: say(window))


if __name__ == "__main__":
    application = make_application(sys.argv[:1])
    QTimer.singleShot(0, edit)
    main(Path(sys.argv[1]))
