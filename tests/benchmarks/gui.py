"""How fast the app is: `python -m tests.benchmarks.gui [--quick]`. Offscreen, in one process but for the first window.

Prints milliseconds of wall time. A frame is the change and the painting of what it changed. The limits are those of a
machine that does nothing else; where this one was busy, that is said.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_QPA_FONTDIR", "/usr/share/fonts/truetype/dejavu")
os.environ.setdefault("QT_QPA_UPDATE_IDLE_TIME", "0")  # painting is what is measured, not Qt's wait of 5 ms for more

import numpy as np
import polars as pl
from PySide6.QtCore import QEvent, QObject, QPoint, QSettings, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPixmap
from PySide6.QtWidgets import QApplication, QWidget

from gui.actions import Actions
from gui.app import make_application
from gui.canvas.view import CanvasView
from gui.document import GraphDocument
from gui.gallery.panel import GalleryPanel
from gui.inspector.threshold.editor import ThresholdEditor
from gui.main_window import MainWindow
from gui.results import Results
from gui.selection import Selection
from gui.settings import Settings
from gui.theme.theme import load_theme
from nodegraph.graph.io import load
from nodegraph.graph.model import Graph, Node, graph_of
from nodegraph.registry import Registry, installed_registry
from tests.benchmarks.conditions import machine
from tests.gui.hands import MIDDLE, move, press, release, way

QUICKSTART = Path(__file__).parents[2] / "example_graphs" / "quickstart.json"
FIRST_WINDOW = """
import time
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from gui.app import main, make_application
from gui.main_window import MainWindow
application = make_application(["app"])
def seen():
    windows = [one for one in application.topLevelWidgets() if isinstance(one, MainWindow)]
    for window in windows:
        if not window.isVisible() or not window.document.graph.nodes:
            continue
        window.repaint()
        print(time.time(), flush=True)
        import os
        os._exit(0)
    QTimer.singleShot(1, seen)
QTimer.singleShot(0, seen)
main(None)
"""


class Pictures(QObject):
    """Thumbnails that are all there: what is measured is painting, not decoding."""

    ready = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._made: list[QPixmap] = []
        for shade in range(24):
            pixmap = QPixmap(256, 192)
            pixmap.fill(QColor.fromHsv(shade * 15, 150, 180))
            self._made.append(pixmap)

    def get(self, content_key: str, path: str = "") -> QPixmap | None:
        """A picture of one colour."""
        return self._made[hash(content_key) % len(self._made)]

    def is_broken(self, content_key: str) -> bool:
        """Never."""
        return False


class Painted(QObject):
    """Knows whether a widget was painted since it was asked last."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self._yes = False
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Hears of painting."""
        if event.type() == QEvent.Type.Paint:
            self._yes = True
        return False

    def wait(self, application: QApplication) -> None:
        """Until it is painted; a change that changes nothing to see ends after 50 ms."""
        end = time.perf_counter() + 0.05
        application.processEvents()
        while not self._yes and time.perf_counter() < end:
            application.processEvents()
        application.processEvents()  # the event is heard before it is dealt with, and more may be painted
        self._yes = False


class Stopwatch:
    """Times of many frames; prints the middle, the 95th and 99th of a hundred, and the longest."""

    def __init__(self) -> None:
        self.times: list[float] = []

    @contextmanager
    def frame(self) -> Iterator[None]:
        """One frame."""
        start = time.perf_counter()
        yield
        self.times.append((time.perf_counter() - start) * 1000)

    def say(self, what: str, limit: str) -> None:
        """One line."""
        p50, p95, p99 = (float(np.percentile(self.times, percent)) for percent in (50, 95, 99))
        numbers = f"p50 {p50:7.1f}  p95 {p95:7.1f}  p99 {p99:7.1f}  max {max(self.times):7.1f}"
        print(f"{what:<52}{numbers}   {limit}", flush=True)


def first_window(starts: int) -> None:
    """From the call of the command's interpreter to the first painted graph."""
    watch = Stopwatch()
    with tempfile.TemporaryDirectory() as home:
        names = ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "NODEGRAPH_CACHE")
        there = {**os.environ, **dict.fromkeys(names, home)}
        for _ in range(starts):
            before = time.time()
            done = subprocess.run(
                [sys.executable, "-c", FIRST_WINDOW], env=there, capture_output=True, text=True, check=True, timeout=60
            )
            watch.times.append((float(done.stdout) - before) * 1000)
    watch.say("First window with the quickstart, from the call", "")


def loop_delay(application: QApplication, registry: Registry, seconds: float) -> None:
    """How late the event loop is while the engine measures with all it has: idle first, then running."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["NODEGRAPH_CACHE"] = str(Path(folder) / "cache")
        settings = Settings(QSettings(str(Path(folder) / "settings.ini"), QSettings.Format.IniFormat))
        settings.set_flag("hints-dismissed")
        window = MainWindow(registry, settings, swaps=Path(folder) / "swaps")
        window.show()
        window.files.new_from(load(QUICKSTART))
        late_by(application, lambda: False, 2.0).say("Event loop late by, idle", "")
        window.run.confirmation_wanted.disconnect()
        window.run.confirmation_wanted.connect(lambda _paths: window.run.confirm(True))
        os.environ["HOME"] = folder
        window.run.run()
        watch = late_by(application, lambda: not window.run.busy, seconds)
        watch.say("Event loop late by, the engine running", "p99 <= 16, max <= 50")
        window.document.undo_stack.setClean()
        window.close()
        window.deleteLater()
        application.processEvents()


def late_by(application: QApplication, ended: Callable[[], bool], seconds: float) -> Stopwatch:
    """A timer of 4 ms; by how much each tick came late."""
    watch, interval = Stopwatch(), 4
    last = time.perf_counter()

    def tick() -> None:
        nonlocal last
        now = time.perf_counter()
        watch.times.append(max(0.0, (now - last) * 1000 - interval))
        last = now
        if now > end or ended():
            application.exit()

    timer = QTimer(interval=interval, timerType=Qt.TimerType.PreciseTimer)
    timer.timeout.connect(tick)
    end = time.perf_counter() + seconds
    timer.start()
    application.exec()
    timer.stop()
    return watch


def many_nodes(count: int) -> Graph:
    """A chain of sharpness and resolution nodes, in rows of twenty."""
    nodes, edges = [], []
    for number in range(count):
        place = {"x": number % 20 * 260, "y": number // 20 * 220}
        nodes.append(Node(f"n{number:04d}", "filter/resolution" if number % 2 else "quality/sharpness", 1, ui=place))
        if number % 20:
            port = "images" if number % 2 else "kept"
            edges.append((f"n{number - 1:04d}.{port}", f"n{number:04d}.images"))
    return graph_of(nodes, edges)


def panning(application: QApplication, registry: Registry, count: int, frames: int) -> None:
    """The canvas dragged by the middle button, at full size and with all nodes in sight."""
    document, results = GraphDocument(registry), Results()
    start = time.perf_counter()
    document.load(many_nodes(count), None)
    canvas = CanvasView(document, Selection(document), results, Pictures(), load_theme("dark"), Actions())
    canvas.resize(1400, 900)
    canvas.show()
    for id in document.graph.nodes:
        contents = tuple(f"{id}{number}" for number in range(4))
        results.update(id, state="done", rows_in=5000, rows_out=4000, contents=contents)
    application.processEvents()
    print(f"{f'{count} nodes on the canvas':<52}{(time.perf_counter() - start) * 1000:11.1f}")
    painted = Painted(canvas.viewport())
    for name, zoom in (("at full size", canvas.zoom_reset), ("all in sight", canvas.fit)):
        zoom()
        wait(application, 0.4)
        watch = Stopwatch()
        at = QPoint(700, 450)
        press(canvas.viewport(), at, MIDDLE)
        for number in range(frames):
            at += QPoint(7 if number // 30 % 2 else -7, 4 if number // 20 % 2 else -4)
            with watch.frame():
                move(canvas.viewport(), at, MIDDLE)
                painted.wait(application)
        release(canvas.viewport(), at, MIDDLE)
        watch.say(f"Panning {count} nodes with thumbnails, {name}", "p95 <= 16" if count == 300 else "")
    canvas.deleteLater()
    application.processEvents()


def rows_of(count: int) -> pl.DataFrame:
    """A table as a scorer gives it."""
    numbers = np.random.default_rng(0).gamma(3.0, 40.0, count)
    return pl.DataFrame(
        {
            "rid": [f"folder/{number:06d}.jpg" for number in range(count)],
            "cid": [f"{number:064x}" for number in range(count)],
            "path": [f"/pictures/{number:06d}.jpg" for number in range(count)],
            "recipe": [""] * count,
            "sharpness": numbers.astype(np.float32),
        }
    )


def cut_graph(registry: Registry) -> Graph:
    """A folder, its sharpness and a threshold."""
    rev = registry.nodes["filter/threshold"].rev
    nodes = [
        Node("folder", "source/folder", 1, {"folder": "asset:samples"}),
        Node("sharpness", "quality/sharpness"),
        Node("cut", "filter/threshold", rev, {"column": "sharpness", "low": 60.0}),
    ]
    return graph_of(nodes, [("folder.images", "sharpness.images"), ("sharpness.images", "cut.images")])


def gallery_and_threshold(application: QApplication, registry: Registry, rows: int, frames: int) -> None:
    """A gallery that is scrolled, and a limit that is dragged, over the same rows."""
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "sharpness.images.arrow"
        rows_of(rows).write_ipc(table)
        document, results, theme = GraphDocument(registry), Results(), load_theme("dark")
        document.load(cut_graph(registry), None)
        results.update("sharpness", state="done", rows_in=rows, rows_out=rows, files={"images": table})
        selection = Selection(document)
        gallery = GalleryPanel(document, selection, results, Pictures(), theme)  # type: ignore[arg-type]
        gallery.resize(1400, 900)
        gallery.show()
        start = time.perf_counter()
        selection.choose(["sharpness"])
        application.processEvents()
        print(f"{f'Gallery of {rows:,} shown':<52}{(time.perf_counter() - start) * 1000:11.1f}")
        wait(application, 1.0)
        scroll(application, gallery, frames, rows)
        gallery.shutdown()
        gallery.deleteLater()
        drag(application, document, results, rows, frames)


def scroll(application: QApplication, gallery: GalleryPanel, frames: int, rows: int) -> None:
    """By the wheel's step, then by jumps over all rows."""
    bar, painted = gallery.grid.verticalScrollBar(), Painted(gallery.grid.viewport())
    for name, step in (("scrolled", 60), ("by jumps", max(1, bar.maximum() // frames))):
        bar.setValue(0)
        application.processEvents()
        watch = Stopwatch()
        for number in range(frames):
            with watch.frame():
                bar.setValue((number + 1) * step)
                painted.wait(application)
        watch.say(f"Gallery of {rows:,} {name}", "p95 <= 16")


def drag(application: QApplication, document: GraphDocument, results: Results, rows: int, frames: int) -> None:
    """The lower limit dragged to and fro: each step to painted counts and pictures."""
    theme = load_theme("dark")
    editor = ThresholdEditor(document, results, Pictures(), theme)  # type: ignore[arg-type]
    editor.resize(340, 500)
    editor.show_node("cut")
    editor.show()
    application.processEvents()
    histogram, watch, painted = editor.histogram, Stopwatch(), Painted(editor.strips["low"])
    at = QPoint(round(histogram.place_of("low")), 40)
    press(histogram, at)
    far = at + QPoint(180, 0)
    for place in [*way(at, far, frames // 2), *way(far, at, frames // 2)]:
        with watch.frame():
            move(histogram, place)
            painted.wait(application)
    release(histogram, at)
    watch.say(f"Threshold dragged over {rows:,} rows, a step", "<= 50")
    editor.deleteLater()
    application.processEvents()


def wait(application: QApplication, seconds: float) -> None:
    """Lets timers fire."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        application.processEvents()
        time.sleep(0.005)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measures all of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a try-out: few frames, few rows")
    quick = parser.parse_args(arguments).quick
    frames, rows = (10, 2_000) if quick else (240, 100_000)
    load_before = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    print(machine())
    if load_before > 0.5:
        print(f"THE MACHINE WAS NOT IDLE (load {load_before:.1f}): others' work is in these numbers.")
    first_window(1 if quick else 5)
    application, registry = make_application(["benchmark"]), installed_registry()
    loop_delay(application, registry, 2.0 if quick else 60.0)
    for count in (30,) if quick else (300, 1000):
        panning(application, registry, count, frames)
    gallery_and_threshold(application, registry, rows, frames)


if __name__ == "__main__":
    main()
