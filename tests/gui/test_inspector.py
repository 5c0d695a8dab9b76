"""The inspector: a form made from a spec, each change one step of the history, problems at their fields."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QSlider
from pytestqt.qtbot import QtBot

from gui.document import GraphDocument
from gui.inspector.factory import field_for
from gui.inspector.fields.choice import ButtonsField, ListField
from gui.inspector.fields.colour import ColourField
from gui.inspector.fields.column import ColumnField
from gui.inspector.fields.columns import ColumnsField
from gui.inspector.fields.expression import ExpressionField
from gui.inspector.fields.field import Field, FieldContext
from gui.inspector.fields.flag import FlagField
from gui.inspector.fields.integer import IntegerField
from gui.inspector.fields.model import ModelField
from gui.inspector.fields.number import NumberField
from gui.inspector.fields.path import PathField
from gui.inspector.fields.raw import RawField
from gui.inspector.fields.scale import scale_of
from gui.inspector.fields.text import TextField
from gui.inspector.fields.texts import TextsField
from gui.inspector.graph_page import GraphPage
from gui.inspector.node_page import NodePage
from gui.inspector.panel import InspectorPanel
from gui.inspector.problems_panel import ProblemsPanel
from gui.inspector.row import ParameterRow
from gui.results import Results
from gui.selection import Selection
from gui.theme.theme import load_theme
from nodegraph.columns import ColumnInfo
from nodegraph.graph.columns import ColumnsAt
from nodegraph.graph.edit import applied
from nodegraph.graph.edits import AddNode, RemoveNode, SetParam
from nodegraph.graph.model import Graph, Node
from nodegraph.parameters import (
    Colour,
    Column,
    Expression,
    File,
    Folder,
    ModelOf,
    NewColumn,
    Range,
    Text,
    parameter_of,
)
from nodegraph.problems import Problem
from nodegraph.registry import Registry


class Room:
    """A panel on the quickstart graph, with what a test reaches for."""

    def __init__(self, qtbot: QtBot, document: GraphDocument, graph: Graph, tmp_path: Path) -> None:
        self.document, self.qtbot = document, qtbot
        graph = applied(graph, [SetParam("best", "k", 40), SetParam("split", "share", 0.2)])
        document.load(graph, tmp_path / "graph.json")
        self.selection, self.results = Selection(document), Results()
        self.panel = InspectorPanel(document, self.selection, self.results, load_theme("dark"))
        qtbot.addWidget(self.panel)
        self.panel.resize(340, 900)
        self.panel.show()

    def row(self, param: str) -> ParameterRow:
        """The row of a parameter on the page that is shown."""
        assert isinstance(self.panel.page, NodePage)
        assert self.panel.page.form is not None
        return self.panel.page.form.rows[param]

    def param(self, node: str, name: str) -> Any:
        """The value that the graph holds."""
        return self.document.graph.nodes[node].params.get(name)

    def type_into(self, widget: Any, text: str) -> None:
        """Replaces what a widget holds, key by key."""
        widget.setFocus()
        widget.selectAll()
        self.qtbot.keyClicks(widget, text) if text else self.qtbot.keyClick(widget, Qt.Key.Key_Delete)


@pytest.fixture
def room(qtbot: QtBot, document: GraphDocument, quickstart: Graph, tmp_path: Path) -> Iterator[Room]:
    yield Room(qtbot, document, quickstart, tmp_path)


def field_of(qtbot: QtBot, registry: Registry, annotation: Any, default: Any = None, **columns: ColumnInfo) -> Field:
    parameter = parameter_of("thing", annotation, default) if default is not None else parameter_of("thing", annotation)
    context = FieldContext(parameter, registry, load_theme("light"), ColumnsAt(columns), Path.home)
    field = field_for(context)
    qtbot.addWidget(field)
    return field


@pytest.mark.parametrize(
    ("annotation", "kind"),
    [
        (Annotated[float, Range(0, 1)], NumberField),
        (float | None, NumberField),
        (int, IntegerField),
        (bool, FlagField),
        (Literal["a", "b"], ButtonsField),
        (Literal["a long choice", "another long choice"], ListField),
        (str, TextField),
        (Annotated[str, Text(3)], TextField),
        (Annotated[str, NewColumn()], TextField),
        (list[str], TextsField),
        (Annotated[str, Column("number")], ColumnField),
        (Annotated[list[str], Column("flag")], ColumnsField),
        (Annotated[str, Folder()], PathField),
        (Annotated[str, File()], PathField),
        (Annotated[str, ModelOf("clip")], ModelField),
        (Annotated[str, Expression()], ExpressionField),
        (Annotated[str, Colour()], ColourField),
        (dict[str, int], RawField),
    ],
)
def test_the_type_and_facets_alone_choose_the_field(
    qtbot: QtBot, registry: Registry, annotation: Any, kind: type
) -> None:
    field = field_of(qtbot, registry, annotation)
    assert type(field) is kind
    for value in (None, 3, 1.5, True, "text", ["a"], {"a": 1}):
        field.show_value(value)  # a file may hold anything
    field.show_mixed()
    assert field.focusProxy() is not None
    assert field.focusProxy().accessibleName().startswith("Thing")


def test_every_installed_node_has_a_page(room: Room, registry: Registry) -> None:
    for type in registry.nodes:
        room.document.push(AddNode(Node("fresh", type, registry.nodes[type].rev)), "add")
        room.selection.choose(["fresh"])
        assert isinstance(room.panel.page, NodePage)
        assert room.panel.page.form is not None
        assert set(room.panel.page.form.rows) == set(registry.nodes[type].parameters)
        assert room.panel.page.minimumSizeHint().width() <= 320, type
        room.document.push(RemoveNode("fresh"), "remove")


def test_typing_is_one_step_and_undo_takes_it_back(room: Room) -> None:
    room.selection.choose(["best"])
    steps = room.document.undo_stack.count()
    room.type_into(room.row("k").field.focusProxy(), "123")
    assert room.param("best", "k") == 123
    assert room.document.undo_stack.count() == steps + 1
    room.document.undo_stack.undo()
    assert room.param("best", "k") == 40
    assert room.row("k").field.focusProxy().text() == "40"


def test_dragging_a_slider_is_one_step_and_the_next_drag_another(room: Room) -> None:
    room.selection.choose(["split"])
    slider = room.row("share").field.findChild(QSlider)
    before = room.document.undo_stack.count()
    for _ in range(2):
        middle = slider.rect().center()
        start = QPoint(round(slider.value() / slider.maximum() * (slider.width() - 14)) + 7, middle.y())
        room.qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=start)
        for step in (8, 16, 24, 32):
            room.qtbot.mouseMove(slider, start + QPoint(step, 0))
        room.qtbot.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=start + QPoint(32, 0))
    assert room.param("split", "share") > 0.2
    assert room.document.undo_stack.count() == before + 2


def test_arrow_keys_step_a_number_and_shift_steps_finely(room: Room) -> None:
    room.selection.choose(["split"])
    edit = room.row("share").field.focusProxy()
    edit.setFocus()
    room.qtbot.keyClick(edit, Qt.Key.Key_Up)
    assert room.param("split", "share") == pytest.approx(0.21)
    room.qtbot.keyClick(edit, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert room.param("split", "share") == pytest.approx(0.209)


def test_no_number_leaves_the_value_alone(room: Room) -> None:
    room.selection.choose(["best"])
    edit = room.row("k").field.focusProxy()
    room.type_into(edit, "a lot")
    assert room.param("best", "k") == 40
    assert edit.property("wrong") is True
    room.qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert edit.text() == "40"


def test_reset_gives_the_default_back_and_is_shown_only_then(room: Room) -> None:
    room.selection.choose(["size"])
    row = room.row("min_side")
    assert row.reset.isVisible()
    row.reset.click()
    assert "min_side" not in room.document.graph.nodes["size"].params
    assert not row.reset.isVisible()
    assert row.field.focusProxy().text() == "512"


def test_a_number_can_be_left_unset(room: Room) -> None:
    room.selection.choose(["size"])
    row = room.row("min_side")
    row.unset.click()
    assert room.document.graph.nodes["size"].params["min_side"] is None
    assert row.field.focusProxy().placeholderText() == "Not set"
    assert not row.unset.isVisible()


def test_a_bad_value_is_kept_and_told_at_its_field(room: Room) -> None:
    room.selection.choose(["kohya"])
    room.type_into(room.row("resolution").field.focusProxy(), "9000")
    room.document.check()
    row = room.row("resolution")
    assert row.has_problem
    assert row.field.focusProxy().property("wrong") is True
    room.document.push(SetParam("kohya", "resolution", 512), "mend")
    room.document.check()
    assert not row.has_problem


def test_a_column_list_offers_what_is_upstream_and_keeps_what_is_missing(room: Room) -> None:
    room.document.push(SetParam("best", "column", "aesthetic"), "wrong")
    room.selection.choose(["best"])
    field = room.row("column").field
    assert isinstance(field, ColumnField)
    assert "clip_score" in field.names()
    assert "caption" not in field.names()
    assert field.box.currentText() == "aesthetic"
    field.box.setCurrentIndex(field.box.findData("clip_score"))
    field.box.activated.emit(field.box.currentIndex())
    assert room.param("best", "column") == "clip_score"


def test_columns_are_ticked_in_order(room: Room) -> None:
    room.selection.choose(["flawless"])
    field = room.row("columns").field
    assert isinstance(field, ColumnsField)
    item = next(
        field.list.item(row) for row in range(field.list.count()) if field.list.item(row).text() == "is_greyscale"
    )
    item.setCheckState(Qt.CheckState.Checked)
    assert room.param("flawless", "columns")[-1] == "is_greyscale"


def test_prompts_are_one_a_line(room: Room) -> None:
    room.selection.choose(["prompt"])
    edit = room.row("prompts").field.focusProxy()
    edit.setPlainText("a fish\n\na boat ")
    assert room.param("prompt", "prompts") == ["a fish", "a boat"]
    assert edit.toPlainText() == "a fish\n\na boat "


def test_a_path_is_shown_by_name_and_a_folder_can_be_dropped_on_it(room: Room, tmp_path: Path) -> None:
    room.selection.choose(["folder"])
    field = room.row("folder").field
    assert isinstance(field, PathField)
    assert field.edit.text() == "Sample pictures"
    (tmp_path / "heap").mkdir()
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "heap"))])
    event = QDropEvent(
        QPointF(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    field.dropEvent(event)
    assert room.param("folder", "folder") == "heap"
    assert field.edit.text() == "heap"


def test_an_expression_offers_columns_while_typing(room: Room) -> None:
    room.document.push(AddNode(Node("wish", "filter/expression")), "add")
    room.selection.choose(["wish"])
    edit = room.row("condition").field.focusProxy()
    edit.words.setStringList(["sharpness", "is_dark"])
    edit.setFocus()
    room.qtbot.keyClicks(edit, "not is_d")
    assert edit.completer.currentCompletion() == "is_dark"
    edit.complete("is_dark")
    edit.completer.popup().hide()
    assert room.param("wish", "condition") == "not is_dark"


def test_several_nodes_of_one_type_are_edited_at_once(room: Room) -> None:
    room.document.push(AddNode(Node("other", "arrange/top_k", params={"column": "clip_score", "k": 7})), "add")
    room.selection.choose(["best", "other"])
    edit = room.row("k").field.focusProxy()
    assert edit.placeholderText() == "Several"
    steps = room.document.undo_stack.count()
    room.type_into(edit, "12")
    assert (room.param("best", "k"), room.param("other", "k")) == (12, 12)
    assert room.document.undo_stack.count() == steps + 1
    room.document.undo_stack.undo()
    assert (room.param("best", "k"), room.param("other", "k")) == (40, 7)
    room.selection.choose(["best", "prompt"])
    assert not isinstance(room.panel.page, NodePage)


def test_the_pin_makes_and_removes_a_knob(room: Room) -> None:
    room.selection.choose(["split"])
    room.row("share").pin.click()
    assert room.document.graph.knobs["share"].node == "split"
    room.row("share").pin.click()
    assert "share" not in room.document.graph.knobs


def test_the_graph_page_turns_the_knobs(room: Room) -> None:
    page = room.panel.page
    assert isinstance(page, GraphPage)
    assert f"{len(room.document.graph.nodes)} nodes" in page.counts.text()
    room.type_into(page.rows["keep"].field.focusProxy(), "9")
    assert room.param("best", "k") == 9
    room.type_into(page.seed, "77")
    assert room.document.graph.seed == 77
    room.type_into(page.title, "Fish")
    assert room.document.graph.title == "Fish"


def test_the_head_renames_mutes_and_tells_the_counts(room: Room) -> None:
    room.selection.choose(["best"])
    assert isinstance(room.panel.page, NodePage)
    header = room.panel.page.header
    room.results.update("best", state="done", rows_in=75, rows_out=40, dropped=35)
    assert "75 in, 40 kept, 35 dropped" in header.state.text()
    room.type_into(header.title, "The best")
    assert room.document.graph.nodes["best"].label == "The best"
    room.qtbot.mouseClick(header.bypass, Qt.MouseButton.LeftButton)
    assert room.document.graph.nodes["best"].mode == "bypass"
    room.qtbot.mouseClick(header.bypass, Qt.MouseButton.LeftButton)
    assert room.document.graph.nodes["best"].mode == "normal"


def test_a_removed_node_leaves_the_graph_page_and_an_unknown_one_is_told(room: Room) -> None:
    room.selection.choose(["best"])
    room.document.push(RemoveNode("best"), "remove")
    assert isinstance(room.panel.page, GraphPage)
    room.document.push(AddNode(Node("odd", "other/thing", params={"a": 1})), "add")
    room.selection.choose(["odd"])
    assert isinstance(room.panel.page, NodePage)
    assert room.panel.page.form is None


def test_a_problem_leads_to_its_node_and_field(room: Room, qtbot: QtBot) -> None:
    panel = ProblemsPanel(room.document, room.selection, theme=load_theme("light"))
    qtbot.addWidget(panel)
    panel.go.connect(lambda _node, param: room.panel.focus_field(param))
    panel.resize(500, 200)
    panel.show()
    assert panel.nothing.isVisible()
    room.document.push(SetParam("kohya", "repeats", 0), "wrong")
    room.document.check()
    assert not panel.nothing.isVisible()
    panel.list.setCurrentRow(0)
    with qtbot.waitSignal(panel.go) as gone:
        qtbot.keyClick(panel.list, Qt.Key.Key_Return)
    assert gone.args == ["kohya", "repeats"]
    assert room.selection.current == "kohya"
    assert room.panel.focusWidget() is room.row("repeats").field.focusProxy()


def test_errors_stand_before_warnings(room: Room, qtbot: QtBot) -> None:
    room.document.push(SetParam("flawless", "columns", []), "warn")
    room.document.push(SetParam("kohya", "repeats", 0), "wrong")
    room.document.check()
    panel = ProblemsPanel(room.document, room.selection)
    qtbot.addWidget(panel)
    assert [problem.severity for problem in panel.problems] == ["error", "warning"]


@pytest.mark.parametrize("span", [Range(0, 1, 0.01), Range(1, 10_000_000), Range(0, 0.5), Range(256, 4096, 64)])
def test_a_slider_reaches_both_ends_and_comes_back_to_its_position(span: Range) -> None:
    scale = scale_of(span, whole=span.high is not None and span.high > 1)
    assert scale is not None
    assert scale.value(0) == span.low
    assert scale.value(scale.count) == span.high
    values = [scale.value(position) for position in range(scale.count + 1)]
    assert values == sorted(values)


def test_a_model_is_chosen_by_its_title_and_a_restricted_one_is_flagged(room: Room) -> None:
    room.selection.choose(["captions"])
    field = room.row("model").field
    assert isinstance(field, ModelField)
    assert field.box.currentText() == "Demo captioner (embedded)"
    assert not field.restricted.isVisible()
    field.box.activated.emit(field.box.findData("joycaption-beta-one"))
    assert room.param("captions", "model") == "joycaption-beta-one"
    assert field.restricted.isVisible()
    assert room.row("model").reset.isVisible()


def test_a_click_on_a_box_ticks_the_column_and_another_unticks_it(room: Room) -> None:
    room.selection.choose(["flawless"])
    field = room.row("columns").field
    assert isinstance(field, ColumnsField)
    before = list(room.param("flawless", "columns"))
    free = next(row for row in range(field.list.count()) if field.list.item(row).text() not in before)
    area = field.list.visualItemRect(field.list.item(free))
    box = QPoint(area.left() + 10, area.center().y())
    room.qtbot.mouseClick(field.list.viewport(), Qt.MouseButton.LeftButton, pos=box)
    assert room.param("flawless", "columns") == [*before, field.list.item(free).text()]
    room.qtbot.mouseClick(field.list.viewport(), Qt.MouseButton.LeftButton, pos=box)
    assert room.param("flawless", "columns") == before


def test_hundreds_of_problems_are_told_without_hundreds_of_cards(room: Room, qtbot: QtBot) -> None:
    panel = ProblemsPanel(room.document, room.selection)
    qtbot.addWidget(panel)
    room.document.problems_changed.emit(tuple(Problem("odd", f"Odd {number}.") for number in range(1000)))
    assert panel.list.count() == 201
    assert "800 more" in panel.list.item(200).text()
    room.document.problems_changed.emit(())
    assert panel.list.count() == 0


def test_whatever_is_done_to_the_forms_undo_gives_the_same_file_back(room: Room) -> None:
    chance = random.Random(7)
    before = room.document.text
    nodes = list(room.document.graph.nodes)
    values: list[Any] = [None, True, 0, 3, 0.25, -1.0, "", "a fish", "#102030", ["a", "b"], []]
    for _ in range(150):
        room.selection.choose(chance.sample(nodes, chance.choice((1, 1, 1, 2))))
        form = getattr(room.panel.page, "form", None)
        for row in chance.sample(list(form.rows.values()), min(2, len(form.rows))) if form else ():
            action = chance.choice(("edit", "edit", "say", "reset", "pin", "undo"))
            if action in ("edit", "say"):
                getattr(row.field.edited if action == "edit" else row.field, "emit" if action == "edit" else "say")(
                    chance.choice(values)
                )
            elif action == "undo":
                room.document.undo_stack.undo()
            else:
                getattr(row, action).click()
    room.document.check()
    after = room.document.text
    while room.document.undo_stack.canUndo():
        room.document.undo_stack.undo()
    assert room.document.text == before
    while room.document.undo_stack.canRedo():
        room.document.undo_stack.redo()
    assert room.document.text == after


def test_the_help_unfolds_at_a_click_on_more(room: Room) -> None:
    room.selection.choose(["duplicates"])
    assert isinstance(room.panel.page, NodePage)
    help = room.panel.page.header.help
    short = len(help.text())
    help.linkActivated.emit("more")
    assert len(help.text()) > short
    help.linkActivated.emit("less")
    assert len(help.text()) == short
