"""The canvas' commands: delete, copy, group, note, mute, tidy; what is read aloud; pictures; a monkey."""

from __future__ import annotations

import random

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QAccessible, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from gui.canvas.arrange import aligned
from gui.canvas.menu import menu_at
from gui.canvas.port_menu import port_menu
from gui.document import GraphDocument
from nodegraph.graph.io import loads
from nodegraph.graph.model import Edge, Graph, Node, graph_of
from tests.gui.canvas_hand import CONTROL, LEFT, MIDDLE, RIGHT, SHIFT, Hand, edges, hand_on, shown, three


@pytest.fixture
def hand(qtbot: QtBot, document: GraphDocument) -> Hand:
    """A hand on an empty canvas."""
    hand = hand_on(document)
    qtbot.addWidget(hand.view)
    return hand


def test_f2_renames_and_an_empty_name_gives_the_types_title_back(hand: Hand) -> None:
    shown(hand, three())
    hand.click(hand.title("sharp"))
    for text, label in (("Crisp", "Crisp"), ("Sharpness", "")):
        hand.key(Qt.Key.Key_F2)
        editor = hand.view.inline.overlay.editor
        assert isinstance(editor, QLineEdit)
        editor.setText(text)
        QTest.keyClick(editor, Qt.Key.Key_Return)
        assert hand.graph.nodes["sharp"].label == label


def test_delete_with_rewire_closes_the_chain(hand: Hand, quickstart: Graph) -> None:
    shown(hand, quickstart)
    hand.view.selection.choose(["probe", "quality"])
    hand.do("edit.delete_rewire")
    assert "readable.kept -> flawless.images" in edges(hand)
    hand.view.document.undo_stack.undo()
    assert hand.graph == quickstart


def test_copy_and_paste_carry_nodes_as_text_to_another_canvas(hand: Hand, quickstart: Graph) -> None:
    shown(hand, quickstart)
    hand.view.selection.choose(["sharpness", "prompt"])
    hand.do("edit.copy")
    assert loads(QGuiApplication.clipboard().text()).nodes.keys() == {"sharpness", "prompt"}
    hand.view.document.load(Graph(), None)
    hand.do("edit.paste")
    assert edges(hand) == {"sharpness.images -> prompt.images"}
    hand.do("edit.paste")
    assert len(hand.graph.nodes) == 4 and len(hand.graph.edges) == 2
    QGuiApplication.clipboard().setText('{"format": "nodegraph", "nodes": [')
    hand.do("edit.paste")
    assert len(hand.graph.nodes) == 4 and hand.said


def test_group_moves_with_its_nodes_and_takes_in_what_is_dropped_on_it(hand: Hand) -> None:
    shown(hand, three())
    hand.view.selection.choose(["folder", "sharp"])
    hand.do("graph.group")
    (group,) = hand.view.graph_scene.groups
    start = hand.place(group.header().center())
    hand.drag(start, start + QPoint(40, 60))
    assert hand.graph.nodes["folder"].ui == {"x": 40, "y": 60}
    (group,) = hand.view.graph_scene.groups
    hand.view.selection.choose([])
    corner = hand.place(group.grip().center())
    hand.drag(corner, corner + QPoint(400, 200))
    assert hand.graph.groups[0].nodes == ("folder", "sharp", "cut")
    hand.drag(hand.title("folder"), hand.title("folder") - QPoint(0, 300))
    assert hand.graph.groups[0].nodes == ("sharp", "cut")


def test_notes_are_added_written_moved_and_deleted(hand: Hand) -> None:
    shown(hand, three())
    hand.do("graph.note")
    editor = hand.view.inline.overlay.editor
    editor.setPlainText("Look here")  # type: ignore[union-attr]
    QTest.keyClick(editor, Qt.Key.Key_Return, CONTROL)
    assert hand.graph.notes[0].text == "Look here"
    place = hand.place(hand.view.graph_scene.notes[0].rect.center())
    hand.drag(place, place + QPoint(0, 140))
    moved = hand.place(hand.view.graph_scene.notes[0].rect.center())
    assert moved.y() > place.y() + 100
    hand.click(moved)
    hand.key(Qt.Key.Key_Delete)
    assert hand.graph.notes == ()


def test_mute_bypass_collapse_and_their_states(hand: Hand) -> None:
    shown(hand, three())
    hand.view.selection.choose(["sharp"])
    face = lambda: hand.view.graph_scene.nodes["sharp"].face  # noqa: E731
    hand.do("graph.bypass")
    assert face().state == "bypassed"
    hand.do("graph.bypass")
    hand.do("graph.mute")
    assert face().state == "muted"
    hand.do("graph.mute")
    hand.do("graph.collapse")
    assert face().collapsed and hand.view.graph_scene.nodes["sharp"].rect.height() < 40
    hand.view.selection.choose(["folder"])
    hand.do("graph.bypass")
    assert hand.graph.nodes["folder"].mode == "normal" and hand.said


def test_tidy_lays_nodes_left_to_right_in_rows_without_overlap(hand: Hand, quickstart: Graph) -> None:
    shown(hand, quickstart)
    hand.do("graph.tidy")
    rects = {id: item.rect for id, item in hand.view.graph_scene.nodes.items()}
    back = [str(edge) for edge in hand.graph.edges if rects[edge.target.node].left() < rects[edge.source.node].right()]
    assert len(back) == 1, "the chain of 13 takes two rows"
    ends = list(rects.values())
    assert not any(one.intersects(other) for i, one in enumerate(ends) for other in ends[:i])
    levels = {rects[id].top() for id in ("folder", "readable", "probe", "quality", "flawless", "size")}
    assert len(levels) == 1, "what follows one another is level"
    places = {id: rect.topLeft() for id, rect in rects.items()}
    hand.do("graph.tidy")
    assert {id: item.pos() for id, item in hand.view.graph_scene.nodes.items()} == places


def test_tidy_breaks_no_row_where_several_edges_lead_on(hand: Hand) -> None:
    chains = [Node(f"{name}{step}", "inspect/probe") for name in "ab" for step in range(9)]
    wires = [(f"{name}{step}.images", f"{name}{step + 1}.images") for name in "ab" for step in range(8)]
    shown(hand, graph_of(chains, wires))
    hand.do("graph.tidy")
    nodes = hand.view.graph_scene.nodes
    for edge in hand.graph.edges:
        assert nodes[edge.source.node].rect.right() < nodes[edge.target.node].rect.left()
        assert nodes[edge.source.node].y() == nodes[edge.target.node].y()


def test_unknown_types_and_nodes_without_a_place_are_shown(hand: Hand) -> None:
    graph = graph_of(
        [Node("a", "else/where"), Node("b", "filter/threshold", ui={"x": "left", "y": True})], [("a.out", "b.images")]
    )
    text = GraphDocument.text.fget  # type: ignore[attr-defined]
    shown(hand, graph)
    before = text(hand.view.document)
    nodes = hand.view.graph_scene.nodes
    assert nodes["a"].face.known is False and nodes["a"].face.outputs == ("out",)
    assert not nodes["a"].rect.intersects(nodes["b"].rect)
    assert hand.view.graph_scene.edges
    assert text(hand.view.document) == before


def test_a_screen_reader_hears_each_node(hand: Hand) -> None:
    shown(hand, three())
    hand.view.results.update("cut", state="done", rows_in=1204, rows_out=873)
    hand.view.document.load(three(), None)
    canvas = QAccessible.queryAccessibleInterface(hand.view)
    assert canvas.role() == QAccessible.Role.List and canvas.childCount() == 3
    node = canvas.child(2)
    assert node.role() == QAccessible.Role.ListItem
    assert node.text(QAccessible.Text.Name).startswith("Threshold, 1,204 in, 873 kept, done")
    assert node.rect().width() > 100
    hand.click(hand.title("cut"))
    assert node.state().selected and not canvas.child(0).state().selected


def test_leaving_an_editor_untouched_changes_nothing(hand: Hand, quickstart: Graph) -> None:
    shown(hand, quickstart)
    for id, item in hand.view.graph_scene.nodes.items():
        for field in item.face.fields:
            if field.kind != "flag":
                hand.view.edit_field(id, field.name)
                hand.view.inline.overlay.take()
    assert hand.view.document.undo_stack.count() == 0
    assert hand.graph is quickstart


def test_pictures_of_the_graph(hand: Hand, quickstart: Graph) -> None:
    shown(hand, quickstart)
    image = hand.view.picture()
    assert image.width() > 2000
    assert len({image.pixel(x, 150) for x in range(0, image.width(), 9)}) > 6  # grounds, titles, borders, ports
    assert b"<svg" in hand.view.svg() and b"Hash duplicates" in hand.view.svg()


def test_a_monkey_leaves_nothing_that_cannot_be_undone_and_redone(hand: Hand, quickstart: Graph) -> None:
    shown(hand, quickstart)
    before, chance = hand.view.document.text, random.Random(7)
    doing = [
        "edit.duplicate", "edit.delete", "edit.delete_rewire", "graph.connect", "graph.mute", "graph.bypass",
        "graph.collapse", "graph.group", "graph.tidy", "graph.align", "graph.upstream", "graph.downstream",
        "edit.copy", "edit.paste", "edit.cut", "edit.undo", "edit.redo",
    ]  # fmt: skip
    stack = hand.view.document.undo_stack
    for _ in range(250):
        ids = sorted(hand.graph.nodes)
        if chance.random() < 0.6:
            hand.view.selection.choose(chance.sample(ids, min(len(ids), chance.randint(0, 3))))
        if chance.random() < 0.3:
            start, end = (QPoint(chance.randint(0, 1199), chance.randint(0, 799)) for _ in range(2))
            hand.drag(start, end, chance.choice([LEFT, LEFT, RIGHT, MIDDLE]), chance.choice([None, SHIFT, CONTROL]))
            continue
        action = chance.choice(doing)
        if action in ("edit.undo", "edit.redo"):
            (stack.undo if action == "edit.undo" else stack.redo)()
        elif len(ids) < 60 or "delete" in action:
            hand.do(action)
    after = hand.view.document.text
    while stack.canUndo():
        stack.undo()
    assert hand.view.document.text == before
    while stack.canRedo():
        stack.redo()
    assert hand.view.document.text == after
    assert hand.view.graph_scene.nodes.keys() == hand.graph.nodes.keys()
    assert len(hand.view.graph_scene.edges) == len(hand.graph.edges)


def test_edges_carry_what_the_file_says_of_them(hand: Hand) -> None:
    edge = Edge.parse("folder.images", "sharp.images")
    graph = Graph(nodes=three().nodes, edges=(Edge(edge.source, edge.target, {"ui": {"points": [[1], "x", [5, 6]]}}),))
    shown(hand, graph)
    assert hand.view.graph_scene.edges[(edge.source, edge.target)].points == [QPointF(5, 6)]


def test_alt_drag_leaves_the_node_and_drops_a_copy(hand: Hand) -> None:
    shown(hand, three())
    hand.drag(hand.title("sharp"), hand.title("sharp") + QPoint(0, 200), LEFT, Qt.KeyboardModifier.AltModifier)
    assert hand.graph.nodes["sharp"].ui == {"x": 300, "y": 0}
    assert hand.graph.nodes["sharpness"].ui == {"x": 300, "y": 200}
    assert hand.view.selection.nodes == ("sharpness",)


def test_the_right_buttons_menu_is_about_what_is_there(hand: Hand) -> None:
    shown(hand, three())
    hand.view.selection.choose(["sharp", "cut"])
    hand.do("graph.group")
    middle = hand.view.graph_scene.nodes["folder"].rect.center()
    texts = [action.text() for action in menu_at(hand.view, hand.actions, middle).actions()]
    assert "Mute" in texts and hand.view.selection.nodes == ("folder",)
    menu = menu_at(hand.view, hand.actions, hand.view.graph_scene.groups[0].header().center())
    next(action for action in menu.actions() if action.text() == "Colour").menu().actions()[3].trigger()
    assert hand.graph.groups[0].ui["colour"] == "captioner"
    next(action for action in menu.actions() if action.text() == "Ungroup").trigger()
    assert hand.graph.groups == ()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"a": (0, 0), "b": (300, 40), "c": (700, 20)}, {"a": (0, 0), "b": (300, 0), "c": (700, 0)}),
        ({"a": (0, 0), "b": (40, 200), "c": (-20, 500)}, {"a": (-20, 0), "b": (-20, 200), "c": (-20, 500)}),
        ({"a": (0, 0), "b": (100, 60), "c": (110, 90)}, {"a": (0, 0), "b": (220, 0), "c": (440, 0)}),
        ({"a": (0, 0)}, {"a": (0, 0)}),
        ({}, {}),
    ],
    ids=["row", "column", "on one another", "one", "none"],
)
def test_aligned_nodes_are_level_and_lie_on_nothing(
    before: dict[str, tuple[int, int]], after: dict[str, tuple[int, int]]
) -> None:
    rects = {id: QRectF(*place, 200, 100) for id, place in before.items()}
    assert aligned(rects) == {id: QPointF(*place) for id, place in after.items()}


def test_c_takes_the_links_away_where_all_are_connected(hand: Hand) -> None:
    shown(hand, three())
    hand.view.selection.choose(["folder", "sharp", "cut"])
    hand.key(Qt.Key.Key_C)
    assert edges(hand) == {"folder.images -> sharp.images", "sharp.images -> cut.images"}
    hand.key(Qt.Key.Key_C)
    assert edges(hand) == set()
    hand.view.document.undo_stack.undo()
    assert len(edges(hand)) == 2


def test_any_two_ports_are_connected_and_parted_by_a_menu(hand: Hand) -> None:
    shown(hand, three())
    hand.view.add_node("report/html", QPointF(900, 0))
    for nodes in (("cut", "html"), ("folder", "sharp")):
        hand.view.selection.choose(nodes)
        hand.do("graph.connect")
    menu = port_menu(hand.view, "cut", "html")
    found = {action.text(): action for action in menu.actions() if action.text()}
    assert found["Threshold · kept → Report · images"].isChecked()
    assert not found["Report · images → Threshold · images"].isEnabled(), "it would close a loop"
    found["Threshold · dropped → Report · images"].trigger()
    assert edges(hand) == {"folder.images -> sharp.images", "cut.dropped -> html.images"}
    again = {action.text(): action for action in port_menu(hand.view, "cut", "html").actions()}
    again["Threshold · dropped → Report · images"].trigger()
    assert edges(hand) == {"folder.images -> sharp.images"}
    hand.view.selection.choose(["cut"])
    hand.do("graph.connect_ports")
    assert hand.said[-1] == "Choose two nodes to connect."
