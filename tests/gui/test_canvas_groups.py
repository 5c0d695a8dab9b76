"""Groups and notes move, nest, are copied and go with what is in them."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPlainTextEdit, QStyleOptionGraphicsItem
from pytestqt.qtbot import QtBot

from gui.canvas.copying import copying
from gui.canvas.groups import regrouped, stored_rect
from gui.canvas.notes import NoteItem
from gui.document import GraphDocument
from nodegraph.graph.edit import SetNotes, applied
from nodegraph.graph.io import loads
from nodegraph.graph.model import Edge, End, Graph, Group, Node, Note
from tests.gui.canvas_hand import CONTROL, LEFT, SHIFT, Hand, edges, hand_on, shown, three

ALT = Qt.KeyboardModifier.AltModifier


@pytest.fixture
def hand(qtbot: QtBot, document: GraphDocument) -> Hand:
    """A hand on three nodes, of which the first two are a group with a note in it."""
    hand = hand_on(document)
    qtbot.addWidget(hand.view)
    shown(hand, three())
    hand.view.selection.choose(["folder", "sharp"])
    hand.do("graph.group")
    hand.view.document.push(SetNotes((Note("why", {"x": 215, "y": 70, "w": 80, "h": 40}),)), "Note")
    hand.view.selection.choose([])
    return hand


def frame(hand: Hand, index: int = 0) -> QRectF:
    rect = stored_rect(hand.graph.groups[index])
    assert rect is not None
    return rect


def header(hand: Hand, index: int = 0) -> QPoint:
    item = next(item for item in hand.view.graph_scene.groups if item.index == index)
    return hand.place(QPointF(item.header().right() - 40, item.header().center().y()))


def undone(hand: Hand, before: Graph) -> bool:
    """Whether one step back is all that is needed."""
    hand.view.document.undo_stack.undo()
    return hand.graph == before


def test_a_note_in_a_group_moves_with_it(hand: Hand) -> None:
    before = hand.graph
    hand.drag(header(hand), header(hand) + QPoint(60, 100))
    assert hand.graph.notes[0].ui == {"x": 275.0, "y": 170.0, "w": 80, "h": 40}
    assert undone(hand, before)


def test_a_frame_comes_along_when_all_its_nodes_are_dragged_or_nudged(hand: Hand) -> None:
    start, before = frame(hand), hand.graph
    hand.view.selection.choose(["folder", "sharp"])
    hand.drag(hand.title("folder"), hand.title("folder") + QPoint(0, 200))
    assert frame(hand) == start.translated(0, 200) and hand.graph.groups[0].nodes == ("folder", "sharp")
    assert undone(hand, before)
    hand.key(Qt.Key.Key_Down, CONTROL)
    hand.key(Qt.Key.Key_Down, CONTROL)
    assert frame(hand) == start.translated(0, 40) and undone(hand, before)


def test_a_group_around_part_of_a_group_lies_in_it_and_moves_with_it(hand: Hand) -> None:
    hand.view.selection.choose(["folder"])
    hand.do("graph.group")
    assert [group.nodes for group in hand.graph.groups] == [("folder", "sharp"), ("folder",)]
    assert frame(hand, 0).contains(frame(hand, 1))
    outer, inner, before = frame(hand, 0), frame(hand, 1), hand.graph
    hand.drag(header(hand, 0), header(hand, 0) + QPoint(100, 100))
    assert (frame(hand, 0), frame(hand, 1)) == (outer.translated(100, 100), inner.translated(100, 100))
    assert [group.nodes for group in hand.graph.groups] == [("folder", "sharp"), ("folder",)]
    assert undone(hand, before)
    hand.drag(header(hand, 1), header(hand, 1) + QPoint(0, 400))
    assert [group.nodes for group in hand.graph.groups] == [("sharp",), ("folder",)]
    assert frame(hand, 0) == outer


def test_a_group_around_a_whole_group_and_more_lies_around_it(hand: Hand) -> None:
    hand.view.selection.choose(["folder", "sharp", "cut"])
    hand.do("graph.group")
    assert [group.nodes for group in hand.graph.groups] == [("folder", "sharp"), ("folder", "sharp", "cut")]
    assert frame(hand, 1).contains(frame(hand, 0))
    assert [item.index for item in hand.view.graph_scene.groups] == [1, 0]
    hand.do("graph.group")
    assert [group.nodes for group in hand.graph.groups] == [("folder", "sharp")]


def test_of_frames_that_overlap_a_node_belongs_to_the_smaller() -> None:
    wide, small = {"x": 0, "y": 0, "w": 600, "h": 300}, {"x": 400, "y": 0, "w": 400, "h": 300}
    groups = regrouped((Group("wide", (), wide), Group("small", (), small)), {"node": QRectF(450, 100, 100, 100)})
    assert [group.nodes for group in groups] == [(), ("node",)]


def test_a_group_is_copied_with_its_nodes_edges_and_notes_also_as_text(hand: Hand) -> None:
    hand.view.selection.choose(["folder", "sharp"])
    hand.key(Qt.Key.Key_C)
    hand.do("edit.copy")
    text = QGuiApplication.clipboard().text()
    assert loads(text).groups[0].title == "Group 1" and loads(text).notes[0].text == "why"
    hand.view.document.load(Graph(), None)
    hand.do("edit.paste")
    assert hand.graph.groups[0].nodes == ("folder", "sharp") and edges(hand) == {"folder.images -> sharp.images"}
    hand.do("edit.paste")
    (_, again) = hand.graph.groups
    assert again.nodes == hand.view.selection.nodes and set(again.nodes).isdisjoint({"folder", "sharp"})
    assert frame(hand, 1).size() == frame(hand).size() and not frame(hand, 1).intersects(frame(hand))
    assert hand.view.chosen_notes() == {1}


def test_alt_drag_of_a_frame_copies_the_group(hand: Hand) -> None:
    before = hand.graph
    hand.drag(header(hand), header(hand) + QPoint(0, 300), LEFT, ALT)
    assert hand.graph.nodes.keys() == {"folder", "sharp", "cut", "folder-2", "sharpness"}
    assert hand.graph.groups[1].nodes == ("folder-2", "sharpness") and len(hand.graph.notes) == 2
    assert frame(hand, 1) == frame(hand).translated(0, 300) and undone(hand, before)


def test_a_group_goes_when_all_its_nodes_do(hand: Hand) -> None:
    hand.click(header(hand))
    hand.key(Qt.Key.Key_Delete)
    assert hand.graph.groups == () and hand.graph.nodes.keys() == {"cut"}
    hand.view.document.undo_stack.undo()
    hand.view.selection.choose(["folder"])
    hand.key(Qt.Key.Key_Delete)
    assert hand.graph.groups[0].nodes == ("sharp",)


def test_frames_fit_around_their_nodes_after_a_tidy_layout(hand: Hand) -> None:
    hand.drag(hand.title("sharp"), hand.title("sharp") + QPoint(0, 60))
    hand.view.selection.choose([])
    hand.do("graph.tidy")
    nodes = hand.view.graph_scene.nodes
    assert all(frame(hand).contains(nodes[id].rect) for id in ("folder", "sharp"))


def test_notes_are_chosen_by_marquee_and_shift_and_moved_with_nodes(hand: Hand) -> None:
    hand.view.document.push(SetNotes((Note("one", {"x": 0, "y": 300}), Note("two", {"x": 600, "y": 300}))), "Notes")
    one, two = (hand.place(item.rect.center()) for item in hand.view.graph_scene.notes)
    hand.click(one)
    hand.click(two, SHIFT)
    assert hand.view.chosen_notes() == {0, 1}
    hand.click(two, SHIFT)
    assert hand.view.chosen_notes() == {0}
    hand.drag(hand.place(QPointF(560, -20)), hand.place(QPointF(900, 420)))
    assert (hand.view.selection.nodes, hand.view.chosen_notes()) == (("cut",), {1})
    hand.drag(hand.title("cut"), hand.title("cut") + QPoint(40, 40))
    assert [note.ui["x"] for note in hand.graph.notes] == [0, 640.0] and hand.graph.nodes["cut"].ui["x"] == 640
    hand.do("edit.duplicate")
    assert [note.text for note in hand.graph.notes] == ["one", "two", "two"] and hand.view.chosen_notes() == {2}
    hand.key(Qt.Key.Key_Delete)
    assert [note.text for note in hand.graph.notes] == ["one", "two"] and len(hand.graph.nodes) == 3


def test_a_note_is_resized_by_its_corner_and_grows_with_its_words(hand: Hand) -> None:
    note = hand.view.graph_scene.notes[0]
    corner = hand.place(note.grip().center())
    hand.drag(corner, corner + QPoint(60, 30))
    assert (hand.graph.notes[0].ui["w"], hand.graph.notes[0].ui["h"]) == (145.0, 70.0)
    hand.view.edit_note(0)
    editor = hand.view.inline.overlay.editor
    assert isinstance(editor, QPlainTextEdit)
    editor.setPlainText("many words " * 30)
    QTest.keyClick(editor, Qt.Key.Key_Return, CONTROL)
    assert hand.graph.notes[0].ui["h"] > 200


@pytest.mark.parametrize("action", ["edit.duplicate", "edit.paste"])
def test_copies_take_what_feeds_their_originals_when_that_is_asked_for(hand: Hand, action: str) -> None:
    hand.view.selection.choose(["folder", "sharp"])
    hand.key(Qt.Key.Key_C)
    hand.view.selection.choose(["sharp"])
    hand.do("edit.copy")
    hand.do(action)
    assert edges(hand) == {"folder.images -> sharp.images"}
    hand.view.document.undo_stack.undo()
    hand.view.selection.choose(["sharp"])
    hand.do(f"{action}_wired")
    assert edges(hand) == {"folder.images -> sharp.images", "folder.images -> sharpness.images"}


def test_a_frame_has_room_for_the_pictures_that_a_run_brings(hand: Hand) -> None:
    hand.view.results.update("sharp", state="done", rows_out=4, contents=("a", "b"))
    nodes = hand.view.graph_scene.nodes
    assert all(frame(hand).contains(nodes[id].rect) for id in ("folder", "sharp"))


@pytest.mark.parametrize("action", ["edit.duplicate", "edit.paste"])
def test_copies_lie_on_nothing_and_are_in_sight(hand: Hand, action: str) -> None:
    hand.view.selection.choose(["folder", "sharp", "cut"])
    hand.do("edit.copy")
    for _ in range(3):
        hand.do(action)
    rects = [item.rect for item in hand.view.graph_scene.nodes.values()]
    assert len(rects) == 12
    assert not any(one.intersects(other) for i, one in enumerate(rects) for other in rects[:i])
    seen = hand.view.seen_rect()
    assert all(seen.contains(hand.view.graph_scene.nodes[id].rect) for id in hand.view.selection.nodes)


def test_a_node_and_a_note_at_the_origin_keep_their_place_among_the_others(hand: Hand) -> None:
    hand.view.document.push(SetNotes((Note("origin", {"x": 0, "y": 0}),)), "Note")
    hand.do("edit.select_all")
    hand.do("edit.copy")
    hand.view.document.load(Graph(), None)
    hand.do("edit.paste")
    places = {id: item.pos() for id, item in hand.view.graph_scene.nodes.items()}
    assert places["sharp"] - places["folder"] == QPointF(300, 0)
    assert hand.view.graph_scene.notes[0].pos() == places["folder"]


def test_a_novel_in_a_note_is_painted_as_fast_as_its_beginning(hand: Hand) -> None:
    style = hand.view.graph_scene.style_
    seen: list[bytes] = []
    for text in ("word " * 800, "word " * 2_000_000):
        picture = QImage(400, 300, QImage.Format.Format_ARGB32)
        picture.fill(0)
        painter = QPainter(picture)
        start = time.process_time()
        NoteItem(0, Note(text, {"x": 0, "y": 0, "w": 300, "h": 200}), style).paint(painter, QStyleOptionGraphicsItem())
        took = time.process_time() - start
        painter.end()
        seen.append(bytes(picture.constBits()))
    assert seen[0] == seen[1] and took < 0.5


def test_a_large_part_is_copied_at_once(hand: Hand) -> None:
    nodes = {f"n{step:03}": Node(f"n{step:03}", "inspect/probe", ui={"x": step * 260, "y": 0}) for step in range(300)}
    names = sorted(nodes)
    wires = [Edge(End(one, "images"), End(other, "images")) for one, other in pairwise(names)]
    graph = Graph(nodes=nodes, edges=tuple(wires))
    start = time.process_time()
    edit = copying(graph, graph, QPointF(0, 400), {}).edit
    assert time.process_time() - start < 2.0
    after = applied(graph, [edit])
    assert len(after.nodes) == 600 and len(after.edges) == 598


def test_of_text_from_elsewhere_only_the_edges_are_taken_that_a_graph_can_have() -> None:
    nodes = {id: Node(id, "inspect/probe") for id in "abc"}
    wires = [("a", "b"), ("c", "b"), ("b", "a"), ("b", "c"), ("gone", "c")]
    part = Graph(nodes=nodes, edges=tuple(Edge(End(one, "images"), End(other, "images")) for one, other in wires))
    after = applied(Graph(), [copying(Graph(), part, QPointF(), {}).edit])
    assert after.nodes.keys() == nodes.keys() and not after.loops()
    assert len(after.edges) == 2 and len({edge.target for edge in after.edges}) == 2
