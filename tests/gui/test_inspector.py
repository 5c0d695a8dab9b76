"""The inspector: pages of nodes and of the graph, each change one step of the history, problems at their fields."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from gui.document import GraphDocument
from gui.inspector.graph_page import GraphPage
from gui.inspector.node_page import NodePage
from gui.inspector.problems_panel import ProblemsPanel
from gui.inspector.several_page import SeveralPage
from gui.inspector.title import TitleEdit
from gui.theme.theme import load_theme
from nodegraph.graph.edits import AddNode, ClearParam, RemoveNode, SetParam
from nodegraph.graph.model import Graph, Node
from nodegraph.problems import Problem
from nodegraph.registry import Registry
from tests.gui.inspector_hand import Room


@pytest.fixture
def room(qtbot: QtBot, document: GraphDocument, quickstart: Graph, tmp_path: Path) -> Iterator[Room]:
    yield Room(qtbot, document, quickstart, tmp_path)


def test_every_installed_node_has_a_page(room: Room, registry: Registry) -> None:
    for type in registry.nodes:
        room.document.push(AddNode(Node("fresh", type, registry.nodes[type].rev)), "add")
        room.selection.choose(["fresh"])
        assert isinstance(room.panel.page, NodePage)
        assert room.panel.page.form is not None
        assert set(room.panel.page.form.rows) == set(registry.nodes[type].parameters)
        assert room.panel.page.minimumSizeHint().width() <= 320, type
        room.document.push(RemoveNode("fresh"), "remove")


def test_reset_gives_the_default_back_and_is_shown_only_then(room: Room) -> None:
    room.selection.choose(["size"])
    row = room.row("min_side")
    assert row.reset.isVisible()
    row.reset.click()
    assert "min_side" not in room.document.graph.nodes["size"].params
    assert not row.reset.isVisible()
    assert row.field.focusProxy().text() == "512"


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


def test_the_help_is_not_said_twice_where_a_problem_says_it(room: Room) -> None:
    room.selection.choose(["best"])
    help = room.row("column").parameter.help

    def said() -> int:
        return sum(help in label.text() for label in room.row("column").findChildren(QLabel) if not label.isHidden())

    assert said() == 1
    room.document.push(ClearParam("best", "column"), "clear")
    room.document.check()
    assert room.row("column").has_problem and said() == 1


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


def test_nodes_of_different_types_are_edited_in_what_they_share(room: Room) -> None:
    room.selection.choose(["kohya", "imagefolder"])
    page = room.panel.page
    assert isinstance(page, SeveralPage)
    assert "image_format" in page.form.rows and "folder" not in page.form.rows, "each has a place of its own"
    steps = room.document.undo_stack.count()
    page.form.rows["image_format"].field.say("png")
    assert (room.param("kohya", "image_format"), room.param("imagefolder", "image_format")) == ("png", "png")
    assert room.document.undo_stack.count() == steps + 1
    assert room.panel.page is page
    room.document.push(RemoveNode("kohya"), "remove")
    assert isinstance(room.panel.page, NodePage)


def test_nodes_that_share_nothing_say_so(room: Room) -> None:
    room.document.push(AddNode(Node("odd", "nobody/knows")), "add")
    for nodes in (["best", "sharpness"], ["best", "odd"]):
        room.selection.choose(nodes)
        page = room.panel.page
        assert isinstance(page, SeveralPage) and not page.form.rows
        assert any("no setting in common" in label.text() for label in page.findChildren(QLabel))


def test_the_keyboard_is_seen_on_the_small_buttons_of_a_row(room: Room) -> None:
    room.selection.choose(["size"])
    row = room.row("min_side")
    for button in (row.pin, row.reset, row.unset):
        row.focus()
        before = button.grab().toImage()
        button.setFocus(Qt.FocusReason.TabFocusReason)
        assert button.hasFocus() and button.grab().toImage() != before


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


def test_a_title_that_is_too_long_ends_in_dots_and_is_whole_when_it_is_written_in(qtbot: QtBot) -> None:
    title = TitleEdit()
    qtbot.addWidget(title)
    title.resize(120, 30)
    title.setText("The few pictures of one style out of a scraped heap")
    assert title.shown.startswith("The few") and title.shown.endswith("\N{HORIZONTAL ELLIPSIS}")
    assert title.toolTip() == title.text() == "The few pictures of one style out of a scraped heap"
    title.setText("Short")
    assert title.shown == "Short"


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
