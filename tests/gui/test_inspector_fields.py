"""The fields of the inspector: chosen by type and facets alone, one step of the history each."""

from __future__ import annotations

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
from gui.inspector.fields.terms import TermsField
from gui.inspector.fields.text import TextField
from gui.inspector.fields.texts import TextsField
from gui.inspector.words import choice_text
from gui.theme.theme import load_theme
from nodegraph.columns import ColumnInfo, accepts, score
from nodegraph.graph.columns import ColumnsAt
from nodegraph.graph.edits import AddNode, Connect, SetParam
from nodegraph.graph.model import Edge, Graph, Node
from nodegraph.parameters import (
    Colour,
    Column,
    ColumnTerms,
    Expression,
    File,
    Folder,
    ModelOf,
    NewColumn,
    Range,
    Text,
    parameter_of,
)
from nodegraph.registry import Registry
from tests.gui.inspector_hand import Room


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
        (Annotated[list[str], ColumnTerms()], TermsField),
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


def test_a_number_can_be_left_unset(room: Room) -> None:
    room.selection.choose(["size"])
    row = room.row("min_side")
    row.unset.click()
    assert room.document.graph.nodes["size"].params["min_side"] is None
    assert row.field.focusProxy().placeholderText() == "Not set"
    assert not row.unset.isVisible()


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


def test_ticked_columns_stand_first_and_nothing_moves_under_the_hand(room: Room) -> None:
    room.document.push(SetParam("flawless", "columns", ["is_low_information"]), "Set")
    room.selection.choose(["flawless"])
    field = room.row("columns").field
    assert isinstance(field, ColumnsField)

    def names() -> list[str]:
        return [field.list.item(row).text() for row in range(field.list.count())]

    before = names()
    assert before[0] == "is_low_information"
    field.list.item(3).setCheckState(Qt.CheckState.Checked)
    assert room.param("flawless", "columns") == ["is_low_information", before[3]]
    assert names() == before
    room.document.undo_stack.undo()
    assert names()[0] == "is_low_information"


@pytest.mark.parametrize(
    ("value", "text"), [("value", "Value"), ("png", "PNG"), ("jpeg", "JPEG"), ("sd-scripts", "sd-scripts"), (8, "8")]
)
def test_a_choice_reads_as_a_person_writes_it(value: object, text: str) -> None:
    assert choice_text(value) == text


def test_each_parameter_of_the_catalogue_that_holds_columns_offers_those_upstream(
    qtbot: QtBot, registry: Registry
) -> None:
    there = {kind: ColumnInfo(kind) for kind in ("number", "integer", "text", "flag")}
    lists: set[str] = set()
    for spec in registry.nodes.values():
        for name in spec.reads_columns:
            parameter = spec.parameters[name]
            field = field_for(FieldContext(parameter, registry, load_theme("light"), ColumnsAt(there), Path.home))
            qtbot.addWidget(field)
            wanted = {kind for kind in there if accepts(parameter.facet(Column).kind, kind)}
            if isinstance(field, ColumnsField):
                lists.add(f"{spec.type}.{name}")
                assert {field.list.item(row).text() for row in range(field.list.count())} == wanted, spec.type
            else:
                assert isinstance(field, ColumnField), f"{spec.type}.{name} is typed in"
                assert set(field.names()) == wanted, spec.type
    assert {"filter/flag.columns", "duplicates/keep_best.groups", "caption/layers.layers"} <= lists
    assert "arrange/split.groups" in lists


def test_a_column_is_added_to_a_list_of_terms_the_way_round_that_is_better(qtbot: QtBot, registry: Registry) -> None:
    columns = {"noise": score(best="low"), "aesthetic": score(), "words": ColumnInfo("text")}
    field = field_of(qtbot, registry, Annotated[list[str], ColumnTerms("number")], ["aesthetic:2", "gone"], **columns)
    assert isinstance(field, TermsField)
    field.show_value(["aesthetic:2", "gone"])
    assert [field.box.itemText(row) for row in range(field.box.count())] == ["noise"]
    assert field.absent.text() == "Not upstream: gone"
    said: list[object] = []
    field.edited.connect(said.append)
    field.box.activated.emit(0)
    assert said == [["aesthetic:2", "gone", "-noise"]]
    assert field.box.count() == 0


def test_what_finders_of_duplicates_prefer_and_scores_are_made_of_is_picked_from_upstream(registry: Registry) -> None:
    terms = {
        f"{spec.type}.{name}"
        for spec in registry.nodes.values()
        for name, parameter in spec.parameters.items()
        if parameter.facet(ColumnTerms)
    }
    assert {"score/composite.terms", "duplicates/hash.prefer", "duplicates/keep_best.prefer"} <= terms


def test_a_term_that_names_no_column_upstream_is_marked_at_its_field(room: Room) -> None:
    room.document.push(AddNode(Node("mix", "score/composite", params={"terms": ["-nowhere:2"]})), "Add")
    room.document.push(Connect(Edge.parse("quality.images", "mix.images")), "Connect")
    room.selection.choose(["mix"])
    room.qtbot.waitUntil(lambda: room.row("terms").has_problem)
    assert [problem.code for problem in room.row("terms").binding.problems()] == ["unknown-column"]
