"""The canvas under mouse and keyboard, as a person uses it: wire, refuse, move, cut, edit in place."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QNativeGestureEvent, QPointingDevice, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QToolTip
from pytestqt.qtbot import QtBot

from gui.document import GraphDocument
from nodegraph.graph.edit import SetNotes
from nodegraph.graph.io import loads
from nodegraph.graph.model import Graph, Note
from tests.gui.canvas_hand import CONTROL, LEFT, MIDDLE, RIGHT, SHIFT, Hand, edges, hand_on, shown, three


@pytest.fixture
def hand(qtbot: QtBot, document: GraphDocument) -> Hand:
    """A hand on an empty canvas."""
    hand = hand_on(document)
    qtbot.addWidget(hand.view)
    return hand


def test_a_drag_from_output_to_input_connects_in_one_step(hand: Hand) -> None:
    shown(hand, three())
    hand.drag(hand.port("folder", "images", output=True), hand.port("sharp", "images"))
    assert edges(hand) == {"folder.images -> sharp.images"}
    hand.view.document.undo_stack.undo()
    assert edges(hand) == set()


def test_a_drag_from_input_back_to_a_nodes_body_connects_too(hand: Hand) -> None:
    shown(hand, three())
    hand.drag(hand.port("cut", "images"), hand.title("sharp"))
    assert edges(hand) == {"sharp.images -> cut.images"}


def test_a_loop_is_refused_and_named(hand: Hand) -> None:
    shown(hand, three())
    hand.drag(hand.port("sharp", "images", output=True), hand.port("cut", "images"))
    hand.press(hand.port("cut", "kept", output=True))
    hand.move(hand.port("cut", "kept", output=True), hand.port("sharp", "images"))
    assert hand.view.grab().toImage().width() == 1200  # the refusal is painted at the cursor
    QTest.mouseRelease(hand.view.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, hand.port("sharp", "images"))
    assert edges(hand) == {"sharp.images -> cut.images"}
    assert hand.said == ["The nodes form a loop: cut -> sharp -> cut."]


@pytest.mark.parametrize(
    ("start", "end", "why"),
    [
        (("folder", "images", True), ("sharp", "images", True), "another output"),
        (("sharp", "images", False), ("cut", "images", False), "another input"),
        (("sharp", "images", True), ("sharp", "images", False), "itself"),
        (("sharp", "images", True), ("folder", "", False), "no input"),
    ],
)
def test_what_cannot_be_connected_is_refused_with_a_reason(
    hand: Hand, start: tuple[str, str, bool], end: tuple[str, str, bool], why: str
) -> None:
    shown(hand, three())
    end_place = hand.port(end[0], end[1], output=end[2]) if end[1] else hand.title(end[0])
    hand.drag(hand.port(start[0], start[1], output=start[2]), end_place)
    assert not hand.graph.edges
    assert len(hand.said) == 1 and why in hand.said[0]


def test_a_link_to_a_taken_input_replaces_the_old_one_in_one_step(hand: Hand) -> None:
    shown(hand, three())
    hand.drag(hand.port("folder", "images", output=True), hand.port("cut", "images"))
    hand.drag(hand.port("sharp", "images", output=True), hand.port("cut", "images"))
    assert edges(hand) == {"sharp.images -> cut.images"}
    hand.view.document.undo_stack.undo()
    assert edges(hand) == {"folder.images -> cut.images"}


def test_a_loose_end_asks_for_a_node_that_fits_and_the_node_is_wired(hand: Hand) -> None:
    shown(hand, three())
    hand.drag(hand.port("folder", "images", output=True), hand.place(QPointF(300, 300)))
    (_, place, open_end) = hand.palettes[0]
    assert str(open_end[0]) == "folder.images" and open_end[1] is True  # type: ignore[index]
    id = hand.view.add_node("inspect/probe", place, open_end)  # type: ignore[arg-type]
    assert edges(hand) == {f"folder.images -> {id}.images"}
    assert hand.view.selection.nodes == (id,)
    hand.view.document.undo_stack.undo()
    assert id not in hand.graph.nodes


def test_an_end_pulled_off_is_disconnected_and_escape_lets_it_be(hand: Hand) -> None:
    shown(hand, three())
    hand.drag(hand.port("folder", "images", output=True), hand.port("sharp", "images"))
    hand.press(hand.port("sharp", "images"))
    hand.move(hand.port("sharp", "images"), hand.place(QPointF(260, 320)))
    hand.key(Qt.Key.Key_Escape)
    assert edges(hand) == {"folder.images -> sharp.images"}
    QTest.mouseRelease(hand.view.viewport(), LEFT)
    hand.drag(hand.port("sharp", "images"), hand.place(QPointF(260, 320)))
    assert edges(hand) == set() and not hand.palettes


def test_a_drag_moves_the_chosen_nodes_on_the_grid_in_one_step(hand: Hand) -> None:
    shown(hand, three())
    hand.do("edit.select_all")
    steps = hand.view.document.undo_stack.count()
    hand.drag(hand.title("sharp"), hand.title("sharp") + QPoint(57, 43))
    assert hand.graph.nodes["sharp"].ui == {"x": 360, "y": 40}
    assert hand.graph.nodes["folder"].ui == {"x": 60, "y": 40}
    assert hand.view.document.undo_stack.count() == steps + 1
    hand.view.document.undo_stack.undo()
    assert hand.view.graph_scene.nodes["sharp"].pos() == QPointF(300, 0)


def test_escape_puts_dragged_nodes_back(hand: Hand) -> None:
    shown(hand, three())
    start = hand.title("cut")
    hand.press(start)
    hand.move(start, start + QPoint(90, 90))
    assert hand.view.graph_scene.nodes["cut"].pos() != QPointF(600, 0)
    hand.key(Qt.Key.Key_Escape)
    assert hand.view.graph_scene.nodes["cut"].pos() == QPointF(600, 0)
    assert hand.graph.nodes["cut"].ui == {"x": 600, "y": 0}


def test_marquee_and_shift_click_choose(hand: Hand) -> None:
    shown(hand, three())
    hand.drag(hand.place(QPointF(-40, -60)), hand.place(QPointF(420, 120)))
    assert set(hand.view.selection.nodes) == {"folder", "sharp"}
    hand.click(hand.title("cut"), SHIFT)
    assert set(hand.view.selection.nodes) == {"folder", "sharp", "cut"}
    hand.click(hand.place(QPointF(200, 420)))
    assert hand.view.selection.nodes == ()


def test_middle_button_and_space_pan(hand: Hand) -> None:
    shown(hand, three())
    before = hand.view.middle()
    hand.drag(QPoint(300, 600), QPoint(350, 620), MIDDLE)
    assert (before - hand.view.middle()).toPoint() == QPoint(50, 20)
    QTest.keyPress(hand.view, Qt.Key.Key_Space)
    hand.drag(QPoint(350, 620), QPoint(300, 600))
    QTest.keyRelease(hand.view, Qt.Key.Key_Space)
    assert hand.view.middle().toPoint() == before.toPoint()


def test_links_that_a_line_crosses_are_cut(hand: Hand) -> None:
    shown(hand, three())
    hand.drag(hand.port("folder", "images", output=True), hand.port("sharp", "images"))
    hand.drag(hand.port("sharp", "images", output=True), hand.port("cut", "images"))
    hand.drag(hand.place(QPointF(255, -40)), hand.place(QPointF(255, 200)), RIGHT, SHIFT | CONTROL)
    assert edges(hand) == {"sharp.images -> cut.images"}


def test_double_click_on_an_edge_puts_a_point_that_can_be_dragged(hand: Hand) -> None:
    shown(hand, three())
    hand.drag(hand.port("folder", "images", output=True), hand.port("sharp", "images"))
    y = hand.view.graph_scene.nodes["folder"].port_place("images", output=True).y()
    QTest.mouseDClick(hand.view.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, hand.place(QPointF(255, y)))
    (edge,) = hand.graph.edges
    (point,) = edge.extra["ui"]["points"]
    hand.drag(hand.place(QPointF(*point)), hand.place(QPointF(260, 200)))
    assert hand.graph.edges[0].extra["ui"]["points"] == [[260.0, 200.0]]
    assert loads(hand.view.document.text).edges == hand.graph.edges


def test_a_graph_is_built_by_keyboard_alone(hand: Hand) -> None:
    view = hand.view
    for type in ("source/folder", "quality/sharpness"):
        view.add_node(type, view.middle() + QPointF(280 * len(hand.graph.nodes), 0))
    hand.key(Qt.Key.Key_Left)
    assert view.selection.nodes == ("folder",)
    hand.key(Qt.Key.Key_Right, SHIFT)
    assert view.selection.nodes == ("folder", "sharpness")
    hand.key(Qt.Key.Key_C)
    assert edges(hand) == {"folder.images -> sharpness.images"}
    before = view.graph_scene.nodes["sharpness"].pos()
    hand.key(Qt.Key.Key_Down, CONTROL)
    hand.key(Qt.Key.Key_Down, CONTROL)
    assert view.graph_scene.nodes["sharpness"].pos() == before + QPointF(0, 40)
    view.document.undo_stack.undo()
    assert view.graph_scene.nodes["sharpness"].pos() == before


def test_an_inline_number_is_edited_where_it_stands(hand: Hand, quickstart: Graph) -> None:
    shown(hand, quickstart)
    hand.view.center_on("size")
    hand.click(hand.place(hand.view.graph_scene.nodes["size"].field_rect("min_side").center()))
    editor = hand.view.inline.overlay.editor
    assert isinstance(editor, QLineEdit) and editor.text() == "200"
    editor.setText("99999")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    assert "32768" in editor.toolTip() and hand.graph.nodes["size"].params["min_side"] == 200
    editor.setText("256")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    assert hand.graph.nodes["size"].params["min_side"] == 256
    assert hand.view.inline.overlay.editor is None


def test_an_inline_choice_a_flag_and_a_column(hand: Hand, quickstart: Graph) -> None:
    shown(hand, quickstart)
    hand.view.center_on("duplicates")
    node = hand.view.graph_scene.nodes["duplicates"]
    hand.click(hand.place(node.field_rect("flips").center()))
    assert hand.graph.nodes["duplicates"].params["flips"] is False
    hand.click(hand.place(node.field_rect("keep").center()))
    editor = hand.view.inline.overlay.editor
    assert isinstance(editor, QComboBox)
    assert [editor.itemText(i) for i in range(editor.count())] == ["best", "first", "all"]
    editor.setCurrentText("all")
    hand.view.inline.overlay.take()
    assert hand.graph.nodes["duplicates"].params["keep"] == "all"
    hand.view.center_on("best")
    hand.click(hand.place(hand.view.graph_scene.nodes["best"].field_rect("column").center()))
    editor = hand.view.inline.overlay.editor
    assert isinstance(editor, QComboBox) and "sharpness" in [editor.itemText(i) for i in range(editor.count())]
    hand.view.inline.overlay.close()


def test_what_a_press_would_take_lights_up_and_the_cursor_says_what_it_would_do(hand: Hand) -> None:
    shown(hand, three())
    hand.view.document.push(SetNotes((Note("why", {"x": 0, "y": 300, "w": 100, "h": 60}),)), "Note")
    hand.view.selection.choose(["folder", "sharp"])
    hand.do("graph.connect")
    hand.do("graph.group")
    hand.view.selection.choose([])
    scene = hand.view.graph_scene
    (edge,), (group,), (note,) = scene.edges.values(), scene.groups, scene.notes
    field = scene.nodes["cut"].field_rect("column").center()
    seen: dict[str, tuple[bool, Qt.CursorShape]] = {}
    for name, place in {
        "port": hand.port("cut", "kept", output=True),
        "edge": hand.place(edge.middle),
        "field": hand.place(field),
        "group": hand.place(group.header().center()),
        "note": hand.place(note.grip().center()),
        "ground": QPoint(5, 5),
    }.items():
        QTest.mouseMove(hand.view.viewport(), place)
        seen[name] = not hand.view._hover._path.isEmpty(), hand.view.viewport().cursor().shape()
    shape = Qt.CursorShape
    assert seen == {
        "port": (True, shape.CrossCursor),
        "edge": (True, shape.PointingHandCursor),
        "field": (False, shape.PointingHandCursor),
        "group": (False, shape.SizeAllCursor),
        "note": (False, shape.SizeFDiagCursor),
        "ground": (False, shape.ArrowCursor),
    }
    QTest.mouseMove(hand.view.viewport(), hand.place(edge.middle))
    hand.view.document.undo_stack.undo()
    assert hand.view._hover._path.isEmpty(), "nothing of what is gone"


def turned(hand: Hand, pixels: QPoint, phase: Qt.ScrollPhase, keys: Qt.KeyboardModifier) -> None:
    """A wheel, or two fingers on a touchpad, over the middle of the canvas."""
    middle = QPointF(hand.view.viewport().rect().center())
    there = QPointF(hand.view.viewport().mapToGlobal(middle.toPoint()))
    no_button = Qt.MouseButton.NoButton
    event = QWheelEvent(middle, there, pixels, QPoint(0, 120), no_button, keys, phase, False)
    QApplication.sendEvent(hand.view.viewport(), event)


def test_a_wheel_zooms_and_two_fingers_scroll(hand: Hand) -> None:
    shown(hand, three())
    phase, no_key = Qt.ScrollPhase, Qt.KeyboardModifier.NoModifier
    before = hand.view.middle()
    turned(hand, QPoint(30, -20), phase.ScrollUpdate, no_key)
    assert hand.view.middle() - before == QPointF(-30, 20) and hand.view.transform().m11() == 1.0
    turned(hand, QPoint(), phase.NoScrollPhase, no_key)
    wheel = hand.view.transform().m11()
    turned(hand, QPoint(0, 20), phase.ScrollUpdate, CONTROL)
    assert 1.0 < wheel < hand.view.transform().m11()


def test_fingers_that_part_zoom_to_where_they_are(hand: Hand) -> None:
    shown(hand, three())
    at = QPointF(300, 200)
    before = hand.view.mapToScene(at.toPoint())
    gesture = QNativeGestureEvent(
        Qt.NativeGestureType.ZoomNativeGesture,
        QPointingDevice.primaryPointingDevice(),
        2,
        at,
        at,
        at,
        0.5,
        QPointF(),
        0,
    )
    QApplication.sendEvent(hand.view.viewport(), gesture)
    assert hand.view.transform().m11() == pytest.approx(1.5)
    assert (hand.view.mapToScene(at.toPoint()) - before).manhattanLength() < 2


def test_tab_goes_from_one_inline_field_to_the_next_and_says_at_once_what_is_wrong(
    hand: Hand, quickstart: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(QToolTip, "showText", lambda _place, text, _widget: told.append(text))
    shown(hand, quickstart)
    hand.view.selection.choose(["size"])
    hand.key(Qt.Key.Key_Return)
    first = hand.view.inline.overlay.editor
    assert isinstance(first, QLineEdit)
    first.setText("99999")
    QTest.keyClick(first, Qt.Key.Key_Tab)
    assert hand.view.inline.overlay.editor is first and "32768" in told[0] and not hand.palettes
    first.setText("300")
    QTest.keyClick(first, Qt.Key.Key_Tab)
    second = hand.view.inline.overlay.editor
    assert hand.graph.nodes["size"].params["min_side"] == 300
    assert isinstance(second, QLineEdit) and second.text() == "3"
    QTest.keyClick(second, Qt.Key.Key_Backtab)
    third = hand.view.inline.overlay.editor
    assert isinstance(third, QLineEdit) and third.text() == "300"
    QTest.keyClick(third, Qt.Key.Key_Backtab)
    assert hand.view.inline.overlay.editor is None and not hand.palettes


def test_a_loose_end_stays_in_sight_until_its_node_was_looked_for(hand: Hand) -> None:
    shown(hand, three())
    ground = QPoint(60, 700)

    def seen() -> QColor:
        QApplication.processEvents()
        return hand.view.viewport().grab().toImage().pixelColor(ground)

    before = seen()
    hand.drag(hand.port("folder", "images", output=True), ground)
    assert seen() != before
    hand.view.keep_shown(None)
    assert seen() == before
    hand.drag(hand.port("folder", "images", output=True), ground)
    hand.view.add_node("inspect/probe", QPointF(900, 700))
    assert seen() == before
