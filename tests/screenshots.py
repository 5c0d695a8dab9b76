"""Pictures of the real window, for the README and for the eye: `python -m tests.screenshots DIR`.

Under Xvfb where DISPLAY is set, else offscreen. Nothing of the person who runs it is read or written.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PySide6.QtGui import QPixmap
    from PySide6.QtWidgets import QWidget

    from gui.main_window import MainWindow

SIZES = ((1920, 1080), (1280, 800))
PATIENCE = 240.0


def main(target: Path) -> None:
    """Makes all pictures."""
    if not os.environ.get("DISPLAY"):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="nodegraph-pictures-") as home:
        for name in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"):
            os.environ[name] = home
        os.environ["NODEGRAPH_CACHE"] = str(Path(home) / "cache")
        _make_all(target, Path(home))


def _make_all(target: Path, home: Path) -> None:
    from PySide6.QtCore import QSettings

    from gui.app import make_application
    from gui.main_window import MainWindow
    from gui.settings import Settings
    from nodegraph.registry import installed_registry
    from tests.gui.test_files_controller import Answers

    application = make_application([])
    registry = installed_registry()
    for width, height in SIZES:
        for theme in ("dark", "light"):
            store = QSettings(str(home / f"{theme}-{width}.ini"), QSettings.Format.IniFormat)
            settings = Settings(store)
            settings.set_theme(theme)
            settings.set_flag("hints-dismissed")
            answers: Any = Answers(may_write=True, unsaved="discard")
            window = MainWindow(registry, settings, questions=answers, swaps=home / "swaps")
            window.resize(width, height)
            window.show()
            window.docks.arrange()
            window.start()
            for name, shown in SCENES:
                shot = shown(window)
                application.processEvents()
                shot.save(str(target / f"{name}-{theme}-{width}x{height}.png"))
            window.close()
            window.deleteLater()
            application.processEvents()


def quickstart(window: MainWindow) -> QPixmap:
    """The quickstart after its run."""
    if window.run.run():
        until(lambda: not window.run.busy, PATIENCE)
    settle(1.5)
    _fit(window, "best")
    settle()
    return window.grab()


def threshold(window: MainWindow) -> QPixmap:
    """The threshold editor of a filter on sharpness."""
    from nodegraph.graph.edit import AddNode, Connect, Several
    from nodegraph.graph.model import Edge, Node

    limits = {"column": "sharpness", "low": 300.0}
    rev = window.registry.nodes["filter/threshold"].rev
    node = Node("threshold", "filter/threshold", rev, limits, ui={"x": 260, "y": 520})
    wire = Edge.parse("sharpness.images", "threshold.images")
    window.document.push(Several((AddNode(node), Connect(wire))), "filter")
    if window.run.run(["threshold"]):
        until(lambda: not window.run.busy, PATIENCE)
    _fit(window, "threshold")
    settle(1.5)
    shot = window.grab()
    window.document.undo_stack.undo()
    _fit(window)
    return shot


def reasons(window: MainWindow) -> QPixmap:
    """The gallery with what a node dropped and why."""
    window.selection.choose(["size"])
    dropped = [lane.key for lane in window.gallery.lanes if "drop" in lane.key]
    if dropped:
        window.gallery.choose_lane(dropped[0])
    settle()
    return window.grab()


def viewer(window: MainWindow) -> QPixmap:
    """The full-size viewer."""
    window.selection.choose(["captions"])
    settle()
    window.gallery.open_viewer(0)
    settle()
    shown = window.gallery.viewer
    if shown is None:
        return window.grab()
    shown.resize(window.size())
    settle()
    shot = shown.grab()
    shown.close()
    return shot


def palette(window: MainWindow) -> QPixmap:
    """The palette of nodes."""
    from PySide6.QtCore import QPoint, QPointF

    window.selection.choose([])
    window._open_palette(window.canvas.mapToGlobal(QPoint(160, 90)), QPointF(0, 500), None)
    window.palette_popup.field.setText("cap")
    settle()
    shot = _with(window, window.palette_popup)
    window.palette_popup.close()
    return shot


def problems(window: MainWindow) -> QPixmap:
    """A graph with problems."""
    from nodegraph.graph.edit import ClearParam, SetParam

    window.document.push(ClearParam("folder", "folder"), "clear")
    window.document.push(SetParam("best", "column", "aesthetic"), "set")
    window.document.check()
    window.docks.show("problems")
    window.selection.choose(["best"])
    settle()
    shot = window.grab()
    window.docks.show("gallery")
    return shot


SCENES: tuple[tuple[str, Callable[[MainWindow], QPixmap]], ...] = (
    ("quickstart", quickstart),
    ("threshold", threshold),
    ("gallery", reasons),
    ("viewer", viewer),
    ("palette", palette),
    ("problems", problems),
)


def _fit(window: MainWindow, *chosen: str) -> None:
    """Shows the whole graph, then chooses nodes."""
    window.selection.choose([])
    window.canvas.fit()
    window.selection.choose(chosen)


def _with(window: MainWindow, popup: QWidget) -> QPixmap:
    """The window with another window where it stands over it."""
    from PySide6.QtGui import QPainter

    shot = window.grab()
    painter = QPainter(shot)
    painter.drawPixmap(window.mapFromGlobal(popup.mapToGlobal(popup.rect().topLeft())), popup.grab())
    painter.end()
    return shot


def settle(seconds: float = 0.8) -> None:
    """Lets timers, thumbnails and layouts come to rest."""
    until(lambda: False, seconds)


def until(reached: Callable[[], bool], seconds: float) -> None:
    """Works on events until something is so, for so long at most."""
    from time import monotonic

    from PySide6.QtCore import QCoreApplication, QEventLoop

    end = monotonic() + seconds
    while monotonic() < end and not reached():
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 30)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "screenshots"))
