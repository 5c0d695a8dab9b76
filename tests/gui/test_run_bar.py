"""The run bar and the log panel: what a person reads of a run, and what a click on it does."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from gui.document import GraphDocument
from gui.log_model import LogModel
from gui.log_panel import LogPanel
from gui.results import Results
from gui.run_bar import RunBar
from gui.run_controller import RunController
from gui.run_log import LogLevel, LogLine
from gui.run_teller import CANCELLED, DeviceUse
from gui.theme.theme import load_theme
from nodegraph.graph.model import Graph


@pytest.fixture
def run(document: GraphDocument, quickstart: Graph) -> Iterator[RunController]:
    """A controller that is never asked to run."""
    made = RunController(document, Results())
    made.set_planning(False)
    document.load(quickstart, None)
    yield made
    made.shutdown()


@pytest.fixture
def bar(run: RunController, qtbot: QtBot) -> RunBar:
    """The bar, shown."""
    made = RunBar(run)
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.fixture
def log(run: RunController, qtbot: QtBot) -> LogPanel:
    """The log, shown."""
    made = LogPanel(run)
    qtbot.addWidget(made)
    made.resize(900, 200)
    made.show()
    return made


def line(text: str, level: LogLevel = "info", node: str = "") -> LogLine:
    return LogLine(datetime(2026, 1, 2, 3, 4, 5), level, node, text)


def shown(log: LogPanel) -> list[str]:
    log.flush()
    return [log.shown.index(row, 3).data() for row in range(log.shown.rowCount())]


def test_the_bar_follows_the_run(run: RunController, bar: RunBar) -> None:
    status = bar.status
    assert status.bar.isHidden() and status.sentence.text() == "Ready"
    run.busy_changed.emit(True)
    run.progress.emit(0.25, "Measuring: 25 of 100")
    assert not status.bar.isHidden() and status.bar.value() == 250
    assert status.sentence.text() == status.sentence.toolTip() == "Measuring: 25 of 100"
    run.progress.emit(None, "Reading files")
    assert status.bar.maximum() == 0, "how far is not known"
    run.busy_changed.emit(False)
    run.finished.emit({"exit": 0, "seconds": 75.0, "nodes": {"a": {"errors": 2}}})
    assert status.bar.isHidden() and status.sentence.text() == "Done in 1 min, 2 pictures could not be used"
    run.finished.emit({"exit": CANCELLED, "seconds": 1.0, "nodes": {}})
    assert status.sentence.text().startswith("Stopped")


def test_the_sentence_keeps_its_place_whatever_it_says(run: RunController, bar: RunBar) -> None:
    before = bar.status.sentence.sizeHint()
    run.failed.emit("No. " * 200)
    assert bar.status.sentence.sizeHint() == before
    assert bar.status.sentence.colour in (load_theme(name)["state_error"] for name in ("dark", "light"))


def test_a_plan_is_told_in_a_sentence(run: RunController, bar: RunBar) -> None:
    node = {"model": "", "download": 0, "missing": {"sharpness": 1200}, "seconds": 130.0}
    run.planned.emit([node, node | {"missing": {}, "seconds": 0.0, "model": "vit", "download": 605_200_000}])
    assert bar.status.sentence.text() == "1,200 values to measure, about 2 min, 605 MB to download"


def test_the_end_of_a_run_is_still_to_be_read_beside_the_plan_that_follows(run: RunController, bar: RunBar) -> None:
    plan = [{"model": "", "download": 0, "missing": {"sharpness": 1200}, "seconds": None}]
    run.finished.emit({"exit": CANCELLED, "seconds": 1.0, "nodes": {}})
    run.planned.emit(plan)
    assert bar.status.sentence.text() == "Stopped. 1,200 values to measure"
    run.planned.emit(plan)
    assert bar.status.sentence.text() == "1,200 values to measure", "an edit later it is no news"


def test_where_models_run_is_told_while_there_is_an_engine(
    run: RunController, bar: RunBar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RunController, "process_id", property(lambda _run: os.getpid()))
    run.device_used.emit(DeviceUse("cuda", "NVIDIA H200 (150 GB)", 3_200_000_000))
    assert bar.status.memory.text().endswith("GPU 3.2 GB")
    assert "NVIDIA H200 (150 GB)" in bar.status.memory.toolTip()
    monkeypatch.setattr(RunController, "process_id", None)
    run.busy_changed.emit(False)
    assert bar.status.memory.text() == bar.status.memory.toolTip() == ""


def test_sample_and_device_are_chosen_here(run: RunController, bar: RunBar, qtbot: QtBot) -> None:
    bar.sample.setFocus()
    bar.sample.selectAll()
    qtbot.keyClicks(bar.sample, "75")
    qtbot.keyClick(bar.sample, Qt.Key.Key_Return)
    assert run.sample_size == 75
    with qtbot.waitSignal(run.device_changed) as chosen:
        qtbot.keyClick(bar.device, Qt.Key.Key_Down)
    assert chosen.args[0] == run.device == "cpu"
    run.set_device("mps")
    assert bar.device.currentData() == "mps"


def test_the_log_shows_titles_and_hides_what_libraries_print(run: RunController, log: LogPanel) -> None:
    run.logged.emit(line("Slow", "warning", "best"))
    run.logged.emit(line("UserWarning: deprecated", "engine"))
    assert shown(log) == ["Slow"]
    assert log.shown.index(0, 2).data() == "Best by prompt"
    log.least.setCurrentIndex(log.least.findData("engine"))
    assert len(shown(log)) == 2
    log.words.setText("SLOW")
    assert shown(log) == ["Slow"]
    log.least.setCurrentIndex(log.least.findData("error"))
    assert shown(log) == []


def test_a_click_on_a_line_goes_to_its_node(run: RunController, log: LogPanel, qtbot: QtBot) -> None:
    run.logged.emit(line("Nothing in particular"))
    run.logged.emit(line("It broke", "error", "captions"))
    log.flush()
    place = log.view.visualRect(log.shown.index(1, 3)).center()
    with qtbot.waitSignal(log.node_wanted) as wanted:
        qtbot.mouseClick(log.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert wanted.args[0] == "captions"
    with qtbot.assertNotEmitted(log.node_wanted):
        place = log.view.visualRect(log.shown.index(0, 3)).center()
        qtbot.mouseClick(log.view.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_lines_are_copied(run: RunController, log: LogPanel, qtbot: QtBot) -> None:
    for text in ("One", "Two"):
        run.logged.emit(line(text, node="best"))
    log.flush()
    log.copy()
    assert QGuiApplication.clipboard().text() == "03:04:05 info best: One\n03:04:05 info best: Two"
    log.view.setCurrentIndex(log.shown.index(1, 0))
    log.view.setFocus()
    qtbot.keyClick(log.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "03:04:05 info best: Two"


def test_the_log_is_bounded(qapp: object) -> None:
    model = LogModel(load_theme("dark"), limit=100)
    for start in range(0, 1000, 30):
        model.append([line(str(number)) for number in range(start, start + 30)])
        assert model.rowCount() <= 100
    model.append([line(str(number)) for number in range(500)])
    assert model.rowCount() == 100
    assert model.index(99, 3).data() == "499"


def plan_of(values: int) -> list[dict[str, object]]:
    return [{"model": "", "download": 0, "missing": {"sharpness": values}, "seconds": None}]


def test_what_was_to_be_measured_is_not_said_of_a_graph_that_needs_nothing(run: RunController, bar: RunBar) -> None:
    run.planned.emit(plan_of(1200))
    run.planned.emit(plan_of(0))
    assert bar.status.sentence.text() == "Ready"


def test_how_a_run_ended_stays_where_nothing_is_to_be_measured(run: RunController, bar: RunBar) -> None:
    run.finished.emit({"exit": 0, "seconds": 4.0, "nodes": {}})
    run.planned.emit(plan_of(0))
    assert bar.status.sentence.text() == "Done in 4.0 s"


def test_why_a_run_broke_stays_until_an_edit_and_why_it_was_refused_until_it_could_run(
    run: RunController, bar: RunBar
) -> None:
    run.started.emit("Run")
    run.failed.emit("The engine stopped.")
    run.planned.emit(plan_of(5))
    assert bar.status.sentence.text() == "The engine stopped.", "the plan that follows by itself"
    run.planned.emit(plan_of(5))
    assert bar.status.sentence.text() == "5 values to measure"
    run.failed.emit("Sharp: it needs a column.")
    run.planned.emit(plan_of(0))
    assert bar.status.sentence.text() == "Ready"


def test_another_graph_has_nothing_to_do_with_the_run_of_the_one_before(
    run: RunController, bar: RunBar, quickstart: Graph
) -> None:
    status = bar.status
    run.finished.emit({"exit": 0, "seconds": 4.0, "nodes": {}})
    run.document.load(Graph(), None)
    assert status.sentence.text() == "Ready"
    run._set_busy(True)
    run.started.emit("Run")
    run.progress.emit(0.5, "Measuring: 1 of 2")
    run.document.load(quickstart, None)
    assert status.sentence.text() == "Stopping..."
    run._set_busy(False)
    run.finished.emit({"exit": CANCELLED, "seconds": 1.0, "nodes": {}})
    assert status.sentence.text() == "Ready"
    run.started.emit("Run")
    run.finished.emit({"exit": 0, "seconds": 2.0, "nodes": {}})
    assert status.sentence.text() == "Done in 2.0 s"
