"""The threshold editor: what a limit keeps and loses, from remembered tables alone, while it is dragged."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtGui import QPixmap
from pytestqt.qtbot import QtBot

from gui.document import GraphDocument
from gui.inspector.threshold.axis import axis_of, heights
from gui.inspector.threshold.cut import cut_of
from gui.inspector.threshold.distribution import distribution_of
from gui.inspector.threshold.editor import ThresholdEditor
from gui.results import Results
from gui.theme.theme import load_theme
from nodegraph.context import Context
from nodegraph.graph.edits import AddNode, Connect, SetParam
from nodegraph.graph.model import Edge, Node, graph_of
from nodegraph.parameters import with_defaults
from nodegraph.registry import Registry
from tests.nodes.tables import images


class Pictures(QObject):
    """Stands in for the thumbnails: a picture a key, and a list of what was asked for."""

    ready = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        self._picture = QPixmap(64, 48)
        self._picture.fill(Qt.GlobalColor.darkCyan)

    def get(self, content_key: str) -> QPixmap | None:
        """The picture."""
        self.asked.append(content_key)
        return self._picture


def table_of(values: list[float | None] | np.ndarray) -> pl.DataFrame:
    count = len(values)
    names = [f"{index:06d}" for index in range(count)]
    column = pl.Series("sharpness", values, pl.Float64)
    return pl.DataFrame({"rid": names, "cid": names, "path": names, "recipe": [""] * count}).with_columns(column)


class Room:
    """An editor on a threshold below one node that gave a table."""

    def __init__(self, qtbot: QtBot, document: GraphDocument, tmp_path: Path, table: pl.DataFrame) -> None:
        self.document, self.qtbot, self.results = document, qtbot, Results()
        self.pictures = Pictures()
        self.path = tmp_path / "score.images.arrow"
        table.write_ipc(self.path)
        nodes = [
            Node("folder", "source/folder", params={"folder": "asset:samples"}),
            Node("score", "quality/sharpness"),
            Node("cut", "filter/threshold", 2, params={"column": "sharpness"}),
        ]
        edges = [("folder.images", "score.images"), ("score.images", "cut.images")]
        document.load(graph_of(nodes, edges), None)
        self.results.update("score", files={"images": self.path})
        self.editor = ThresholdEditor(document, self.results, self.pictures, load_theme("dark"))  # type: ignore[arg-type]
        qtbot.addWidget(self.editor)
        self.editor.resize(320, 420)
        self.editor.show_node("cut")
        self.editor.show()

    def counts(self) -> str:
        """What is said over the histogram."""
        return self.editor.counts.text().replace("&nbsp;", " ")

    def param(self, name: str) -> object:
        """The value that the graph holds."""
        return self.document.graph.nodes["cut"].params.get(name)

    def drag(self, side: str, *places: float) -> None:
        """Drags a handle over these places of the histogram, 0 to 1."""
        histogram = self.editor.histogram
        y = histogram.height() // 2

        def point(place: float) -> QPoint:
            return QPoint(round(12 + place * (histogram.width() - 24)), y)

        self.qtbot.mousePress(histogram, Qt.MouseButton.LeftButton, pos=QPoint(round(histogram.place_of(side)), y))
        for place in places:
            self.qtbot.mouseMove(histogram, point(place))
        self.qtbot.mouseRelease(histogram, Qt.MouseButton.LeftButton, pos=point(places[-1]))


@pytest.fixture
def room(qtbot: QtBot, document: GraphDocument, tmp_path: Path) -> Room:
    values: list[float | None] = [float(value) for value in range(101)]
    return Room(qtbot, document, tmp_path, table_of([*values, None, float("nan")]))


def test_the_cut_is_read_from_the_spec(registry: Registry) -> None:
    cut = cut_of(registry.nodes["filter/threshold"])
    assert cut is not None
    assert (cut.column, dict(cut.limits), cut.mode) == ("column", {"low": "low", "high": "high"}, "mode")
    others = [type for type, spec in registry.nodes.items() if cut_of(spec) is not None]
    assert others == ["filter/threshold", "flow/triage"]


def test_a_drag_shows_what_it_keeps_and_is_one_step(room: Room) -> None:
    assert "101 kept" in room.counts()
    assert "2 not measured" in room.counts()
    steps = room.document.undo_stack.count()
    room.drag("low", 0.1, 0.2, 0.3, 0.4)
    assert room.param("low") == pytest.approx(40, abs=1)
    assert room.document.undo_stack.count() == steps + 1
    kept = 101 - int(np.ceil(float(room.param("low"))))  # type: ignore[arg-type]
    assert f"{kept} kept" in room.counts()
    room.document.undo_stack.undo()
    assert room.param("low") is None
    assert "101 kept" in room.counts()


def test_nothing_is_edited_before_the_drag_ends_or_pauses(room: Room) -> None:
    histogram = room.editor.histogram
    room.qtbot.mousePress(histogram, Qt.MouseButton.LeftButton, pos=QPoint(round(histogram.place_of("high")), 60))
    room.qtbot.mouseMove(histogram, QPoint(200, 60))
    assert room.param("high") is None
    room.qtbot.waitUntil(lambda: room.param("high") is not None)
    paused = room.param("high")
    room.qtbot.mouseMove(histogram, QPoint(150, 60))
    room.qtbot.mouseRelease(histogram, Qt.MouseButton.LeftButton, pos=QPoint(150, 60))
    assert float(room.param("high")) < float(paused)  # type: ignore[arg-type]
    room.document.undo_stack.undo()
    assert room.param("high") is None


def test_pictures_of_both_sides_are_the_nearest(room: Room) -> None:
    room.document.push(SetParam("cut", "low", 40.0), "set")
    strip = room.editor.strips["low"]
    assert strip.neighbours.under[:2] == (39, 38)
    assert strip.neighbours.over[:2] == (40, 41)
    assert (strip.neighbours.under_count, strip.neighbours.over_count) == (40, 61)
    room.pictures.asked.clear()
    strip.grab()
    assert "000039" in room.pictures.asked
    assert "000040" in room.pictures.asked


def test_pictures_at_both_limits_take_no_more_room_than_at_one(room: Room) -> None:
    room.document.push(SetParam("cut", "low", 40.0), "set")
    strip = room.editor.strips["low"]
    alone = strip.each_side
    room.document.push(SetParam("cut", "high", 60.0), "set")
    assert [strip.isVisible() for strip in room.editor.strips.values()] == [True, True]
    assert strip.each_side == alone // 2


def test_limits_do_not_cross(room: Room) -> None:
    room.document.push(SetParam("cut", "low", 30.0), "set")
    room.document.push(SetParam("cut", "high", 60.0), "set")
    room.drag("low", 0.5, 0.9)
    assert room.param("low") == 60.0


def test_keys_move_a_limit_and_take_it_away(room: Room) -> None:
    room.document.push(SetParam("cut", "low", 40.0), "set")
    histogram = room.editor.histogram
    histogram.setFocus()
    steps = room.document.undo_stack.count()
    for _ in range(3):
        room.qtbot.keyClick(histogram, Qt.Key.Key_Right)
    room.qtbot.waitUntil(lambda: float(room.param("low")) > 40)  # type: ignore[arg-type]
    assert room.document.undo_stack.count() == steps + 1
    room.qtbot.keyClick(histogram, Qt.Key.Key_Delete)
    assert room.param("low") is None
    room.qtbot.keyClick(histogram, Qt.Key.Key_Tab)
    assert histogram.chosen == "high"


def test_percentiles_are_of_this_set(room: Room) -> None:
    room.document.push(SetParam("cut", "mode", "percentile"), "set")
    room.document.push(SetParam("cut", "low", 25.0), "set")
    assert room.editor.bounds() == (25.0, None)
    room.drag("low", 0.4, 0.5)
    assert room.param("low") == pytest.approx(50, abs=1)


def test_without_a_run_it_says_what_to_do(room: Room) -> None:
    room.results.clear()
    room.editor.reload()
    assert not room.editor.histogram.isVisible()
    assert "Run once" in room.editor.hint.text()


def test_counts_are_those_of_the_node_itself(registry: Registry) -> None:
    values = np.random.default_rng(3).gamma(2.0, 3.0, 500).round(2)
    found = distribution_of(table_of([*map(float, values), None]), "sharpness")
    assert found is not None
    for low, high in ((None, None), (2.5, None), (None, 9.0), (2.5, 9.0), (50.0, 60.0)):
        first, last = found.span(low, high)
        inside = [value for value in values if (low is None or value >= low) and (high is None or value <= high)]
        assert last - first == len(inside)
    series = pl.Series(values)
    for percent in (0.0, 10.0, 33.3, 50.0, 99.0, 100.0):
        assert found.percentile(percent) == pytest.approx(series.quantile(percent / 100, interpolation="linear"))


@pytest.mark.parametrize("values", [[1.0], [5.0, 5.0, 5.0], [0.0, 1.0, float("inf")], list(np.logspace(0, 6, 200))])
def test_an_axis_holds_all_values(values: list[float]) -> None:
    axis = axis_of(np.array(values))
    assert axis.high > axis.low
    assert heights(np.array(values), axis, 40).sum() == len(values)
    for place in (0.0, 0.25, 1.0):
        assert axis.place(axis.value(place)) == pytest.approx(place)


def triage(room: Room, **params: object) -> None:
    """Puts a triage in the place of the filter."""
    given = {"column": "sharpness", "accept": 70.0, "reject": 20.0, **params}
    room.document.push(AddNode(Node("triage", "flow/triage", params=given)), "Add")
    room.document.push(Connect(Edge.parse("score.images", "triage.images")), "Connect")
    room.editor.show_node("triage")


def test_a_triage_has_three_parts_and_both_limits_are_dragged(room: Room) -> None:
    triage(room)
    text = room.counts()
    assert "31 kept" in text and "50 to review" in text and "20 dropped" in text
    assert room.editor.strips["low"].neighbours.parts == ("dropped", "review")
    assert room.editor.strips["high"].neighbours.parts == ("review", "kept")
    room.drag("high", 0.8, 0.9)
    assert room.document.graph.nodes["triage"].params["accept"] == pytest.approx(90, abs=1)
    room.document.push(SetParam("triage", "band", "queue"), "queue")
    assert not room.editor.histogram.isVisible()
    assert "No limits to set here" in room.editor.hint.text()


def test_where_low_is_best_the_limits_change_sides(room: Room) -> None:
    triage(room, best="low", accept=20.0, reject=70.0)
    text = room.counts()
    assert "21 kept" in text and "50 to review" in text and "30 dropped" in text
    room.drag("low", 0.15, 0.1)
    assert room.document.graph.nodes["triage"].params["accept"] == pytest.approx(10, abs=1)


@pytest.mark.parametrize("best", ["high", "low"])
def test_counts_of_a_triage_are_those_of_the_node(room: Room, best: str) -> None:
    accept, reject = (70.0, 20.0) if best == "high" else (20.0, 70.0)
    triage(room, best=best, accept=accept, reject=reject)
    rows = images(101, sharpness=[float(value) for value in range(101)])
    node = room.document.registry.nodes["flow/triage"]
    given = with_defaults(node.parameters, room.document.graph.nodes["triage"].params)
    keep = node.function(rows, context=Context("triage"), **given)
    kept, review = int(keep.mask.sum()), int(keep.review.sum())
    assert f"{kept} kept" in room.counts() and f"{review} to review" in room.counts()


@pytest.mark.parametrize("mirrored", [False, True])
def test_limits_where_the_numbers_crowd_can_be_told_apart(mirrored: bool) -> None:
    sharp = np.sort(np.random.default_rng(5).lognormal(6.5, 1.2, 876))  # as sharpness is in a heap of photographs
    values = np.sort(sharp[-1] - sharp) if mirrored else sharp
    axis = axis_of(values)
    assert axis.place(float(np.median(values))) == pytest.approx(0.5, abs=0.01)
    tenth, fifth = sorted(axis.place(float(np.quantile(values, (1 - at) if mirrored else at))) for at in (0.1, 0.2))
    assert fifth - tenth > 0.05
    assert axis_of(values, by_ratio=False).knee == 0
    places = np.linspace(0, 1, 41)
    assert np.all(np.diff([axis.value(place) for place in places]) > 0)


def test_numbers_that_do_not_crowd_stand_evenly() -> None:
    assert axis_of(np.sort(np.random.default_rng(5).normal(5, 1, 800))).knee == 0


def test_the_axis_that_a_person_chose_stays_for_this_column(
    qtbot: QtBot, document: GraphDocument, tmp_path: Path
) -> None:
    values = np.random.default_rng(5).lognormal(6.5, 1.2, 300)
    room = Room(qtbot, document, tmp_path, table_of(values))
    assert room.editor.log.isChecked() and room.editor.histogram.by_ratio
    qtbot.mouseClick(room.editor.log, Qt.MouseButton.LeftButton)
    assert not room.editor.histogram.by_ratio
    later = tmp_path / "later.images.arrow"
    table_of(values[:200]).write_ipc(later)
    room.results.update("score", files={"images": later})
    qtbot.waitUntil(lambda: "200 kept" in room.counts())
    assert not room.editor.histogram.by_ratio


def test_a_step_of_a_drag_on_100000_rows_takes_less_than_50_ms(
    qtbot: QtBot, document: GraphDocument, tmp_path: Path
) -> None:
    room = Room(qtbot, document, tmp_path, table_of(np.random.default_rng(1).gamma(2.0, 80.0, 100_000)))
    histogram = room.editor.histogram
    qtbot.mousePress(histogram, Qt.MouseButton.LeftButton, pos=QPoint(round(histogram.place_of("low")), 60))
    spent: list[float] = []
    for x in range(20, 220, 10):
        started = time.process_time()
        qtbot.mouseMove(histogram, QPoint(x, 60))
        room.editor.grab()
        spent.append(time.process_time() - started)
    qtbot.mouseRelease(histogram, Qt.MouseButton.LeftButton, pos=QPoint(210, 60))
    print(f"a step: median {np.median(spent) * 1000:.1f} ms, most {max(spent) * 1000:.1f} ms")
    assert float(np.median(spent)) <= 0.05
