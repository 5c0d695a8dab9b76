"""The canvas with mouse and keyboard, as a person uses it: wire, refuse, move, cut, group, copy, undo."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLineEdit
from pytestqt.qtbot import QtBot

from gui.actions import Actions
from gui.canvas.menu import menu_at
from gui.canvas.view import CanvasView
from gui.document import GraphDocument
from gui.results import Results
from gui.selection import Selection
from gui.theme.theme import load_theme
from nodegraph.graph.io import loads
from nodegraph.graph.model import Edge, Graph, Node, graph_of

LEFT, RIGHT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton
SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


class Hand:
    """A person's hand on a canvas."""

    def __init__(self, view: CanvasView, actions: Actions) -> None:
        self.view = view
        self.actions = actions
        self.said: list[str] = []
        self.palettes: list[tuple[object, ...]] = []
        view.message.connect(self.said.append)
        view.palette_wanted.connect(lambda *what: self.palettes.append(what))

    @property
    def graph(self) -> Graph:
        return self.view.document.graph

    def place(self, scene: QPointF) -> QPoint:
        return self.view.mapFromScene(scene)

    def port(self, node: str, port: str, *, output: bool = False) -> QPoint:
        return self.place(self.view.graph_scene.nodes[node].port_place(port, output=output))

    def title(self, node: str) -> QPoint:
        return self.place(self.view.graph_scene.nodes[node].pos() + QPointF(60, 14))

    def drag(
        self, start: QPoint, end: QPoint, button: Qt.MouseButton = LEFT, keys: Qt.KeyboardModifier | None = None
    ) -> None:
        self.press(start, button, keys)
        self.move(start, end)
        QTest.mouseRelease(self.view.viewport(), button, keys or Qt.KeyboardModifier.NoModifier, end)

    def press(self, at: QPoint, button: Qt.MouseButton = LEFT, keys: Qt.KeyboardModifier | None = None) -> None:
        QTest.mousePress(self.view.viewport(), button, keys or Qt.KeyboardModifier.NoModifier, at)

    def move(self, start: QPoint, end: QPoint) -> None:
        for step in range(1, 6):
            QTest.mouseMove(self.view.viewport(), start + (end - start) * step / 5)

    def click(self, at: QPoint, keys: Qt.KeyboardModifier | None = None) -> None:
        QTest.mouseClick(self.view.viewport(), LEFT, keys or Qt.KeyboardModifier.NoModifier, at)

    def key(self, key: Qt.Key, keys: Qt.KeyboardModifier | None = None) -> None:
        QTest.keyClick(self.view, key, keys or Qt.KeyboardModifier.NoModifier)

    def do(self, action: str) -> None:
        self.actions[action].trigger()


@pytest.fixture
def hand(qtbot: QtBot, document: GraphDocument) -> Iterator[Hand]:
    actions = Actions()
    view = CanvasView(document, Selection(document), Results(), None, load_theme("dark"), actions)
    qtbot.addWidget(view)
    view.resize(1200, 800)
    view.show()
    yield Hand(view, actions)


def three() -> Graph:
    return graph_of(
        [
            Node("folder", "source/folder", params={"folder": "x"}, ui={"x": 0, "y": 0}),
            Node("sharp", "quality/sharpness", ui={"x": 300, "y": 0}),
            Node("cut", "filter/threshold", params={"column": "sharpness"}, ui={"x": 600, "y": 0}),
        ]
    )


def shown(hand: Hand, graph: Graph) -> None:
    hand.view.document.load(graph, None)
    hand.view.zoom_reset()
    hand.view.centerOn(400, 200)


def edges(hand: Hand) -> set[str]:
    return {str(edge) for edge in hand.graph.edges}


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


def test_tidy_lays_nodes_left_to_right_without_overlap(hand: Hand, quickstart: Graph) -> None:
    shown(hand, quickstart)
    hand.do("graph.tidy")
    nodes = hand.view.graph_scene.nodes
    for edge in hand.graph.edges:
        assert nodes[edge.source.node].rect.right() < nodes[edge.target.node].rect.left()
    rects = [item.rect for item in nodes.values()]
    assert not any(one.intersects(other) for i, one in enumerate(rects) for other in rects[:i])


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
