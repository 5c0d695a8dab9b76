"""New nodes land in free space and are wired to what was chosen when they were asked for."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gui.canvas.adding import Beside, free_place
from gui.canvas.drift import speed_at
from gui.canvas.menu import menu_at
from gui.document import GraphDocument
from nodegraph.graph.edit import SetGroups
from nodegraph.graph.model import End, Group
from tests.gui.canvas_hand import LEFT, Hand, edges, hand_on, shown, three


@pytest.fixture
def hand(qtbot: QtBot, document: GraphDocument) -> Hand:
    """A hand on an empty canvas."""
    hand = hand_on(document)
    qtbot.addWidget(hand.view)
    return hand


def add(hand: Hand, type: str) -> str:
    """What Tab and the palette do."""
    hand.do("graph.add")
    _, place, wiring = hand.palettes.pop()
    return hand.view.add_node(type, place, wiring)  # type: ignore[arg-type]


def rect(hand: Hand, id: str) -> QRectF:
    return hand.view.graph_scene.nodes[id].rect


def overlaps(hand: Hand) -> list[tuple[str, str]]:
    ids = sorted(hand.graph.nodes)
    return [(a, b) for a in ids for b in ids if a < b and rect(hand, a).intersects(rect(hand, b))]


def test_nodes_added_by_key_one_after_the_other_are_a_chain_from_left_to_right(hand: Hand) -> None:
    for type in ("source/folder", "quality/sharpness", "filter/threshold", "export/kohya"):
        add(hand, type)
    assert edges(hand) == {
        "folder.images -> sharpness.images",
        "sharpness.images -> threshold.images",
        "threshold.kept -> kohya.images",
    }
    left = [rect(hand, id).left() for id in ("folder", "sharpness", "threshold", "kohya")]
    assert left == sorted(left) and len({rect(hand, id).top() for id in hand.graph.nodes}) == 1
    assert not overlaps(hand)
    assert hand.view.seen_rect().contains(rect(hand, "kohya"))
    for _ in range(4):
        hand.view.document.undo_stack.undo()
    assert not hand.graph.nodes


def test_a_branch_lies_below_the_first_one(hand: Hand) -> None:
    shown(hand, three())
    for type in ("inspect/probe", "quality/issues"):
        hand.view.selection.choose(["folder"])
        add(hand, type)
    assert {"folder.images -> probe.images", "folder.images -> issues.images"} <= edges(hand)
    assert rect(hand, "probe").left() == rect(hand, "issues").left()
    assert not overlaps(hand)


def test_a_source_goes_before_a_node_that_is_not_fed_and_stands_alone_beside_another(hand: Hand) -> None:
    shown(hand, three())
    hand.view.selection.choose(["sharp"])
    assert add(hand, "source/urls") == "urls"
    assert edges(hand) == {"urls.images -> sharp.images"}
    assert rect(hand, "urls").right() < rect(hand, "sharp").left()
    add(hand, "source/hub")
    assert len(edges(hand)) == 1 and not overlaps(hand)


def test_a_node_of_two_inputs_takes_both_chosen_nodes_or_both_outputs_of_one(hand: Hand) -> None:
    shown(hand, three())
    hand.view.selection.choose(["folder", "sharp"])
    merge = add(hand, "flow/merge")
    assert {edge.source.node for edge in hand.graph.edges} == {"folder", "sharp"}
    assert {edge.target.node for edge in hand.graph.edges} == {merge}
    hand.view.selection.choose(["cut"])
    audit = add(hand, "flow/audit")
    assert {f"cut.kept -> {audit}.kept", f"cut.dropped -> {audit}.dropped"} <= edges(hand)


def test_a_node_asked_for_with_an_edge_chosen_goes_into_it(hand: Hand) -> None:
    shown(hand, three())
    hand.view.selection.choose(["folder", "sharp"])
    hand.key(Qt.Key.Key_C)
    (edge,) = hand.view.graph_scene.edges.values()
    hand.click(hand.place(edge.middle))
    add(hand, "inspect/probe")
    assert edges(hand) == {"folder.images -> probe.images", "probe.images -> sharp.images"}
    assert not overlaps(hand)
    hand.view.document.undo_stack.undo()
    assert edges(hand) == {"folder.images -> sharp.images"}


def test_where_nothing_is_chosen_a_node_lands_at_the_mouse_alone_and_on_nothing(hand: Hand) -> None:
    shown(hand, three())
    hand.move(hand.title("sharp"), hand.title("sharp"))
    id = add(hand, "inspect/probe")
    assert not edges(hand) and not overlaps(hand)
    assert (rect(hand, id).center() - rect(hand, "sharp").center()).manhattanLength() < 400


def test_a_node_that_lands_in_a_group_belongs_to_it(hand: Hand) -> None:
    shown(hand, three())
    frame = {"x": -40, "y": -40, "w": 1200, "h": 800}
    hand.view.document.push(SetGroups((Group("All", ("folder",), frame),)), "Group")
    id = hand.view.add_node("inspect/probe", QPointF(300, 400))
    assert hand.graph.groups[0].nodes == ("folder", id)


def test_of_free_places_the_nearest_is_taken() -> None:
    taken = [QRectF(0, 0, 200, 400)]
    assert free_place(QPointF(180, 40), QSizeF(200, 100), taken) == QPointF(220, 40)
    assert free_place(QPointF(20, 360), QSizeF(200, 100), taken) == QPointF(20, 420)
    assert free_place(QPointF(180, 40), QSizeF(200, 100), taken, [QPointF(0, 1)]) == QPointF(180, 420)
    assert free_place(QPointF(600, 40), QSizeF(200, 100), taken) == QPointF(600, 40)


def test_nodes_that_went_while_the_palette_was_open_are_not_wired(hand: Hand) -> None:
    assert hand.view.add_node("inspect/probe", QPointF(), Beside(("gone",))) == "probe"
    assert not edges(hand)


def wired(hand: Hand) -> None:
    """Folder feeds threshold; sharpness lies between them, without edges."""
    shown(hand, three())
    hand.view.selection.choose(["folder", "cut"])
    hand.key(Qt.Key.Key_C)
    hand.view.selection.choose([])


def test_a_node_dropped_on_an_edge_goes_into_it_in_one_step(hand: Hand) -> None:
    wired(hand)
    before = hand.graph
    hand.drag(hand.title("sharp"), hand.title("sharp") + QPoint(20, 20))
    assert edges(hand) == {"folder.images -> sharp.images", "sharp.images -> cut.images"}
    assert hand.graph.nodes["sharp"].ui == {"x": 320, "y": 20}
    hand.view.document.undo_stack.undo()
    assert hand.graph == before


def test_a_wired_node_or_one_that_is_put_back_goes_into_no_edge(hand: Hand) -> None:
    wired(hand)
    start = hand.title("sharp")
    hand.press(start)
    hand.move(start, start + QPoint(20, 20))
    (edge,) = hand.view.graph_scene.edges.values()
    assert edge.lit
    hand.key(Qt.Key.Key_Escape)
    assert not edge.lit and edges(hand) == {"folder.images -> cut.images"}
    QTest.mouseRelease(hand.view.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, start)
    hand.view.add_node("export/kohya", QPointF(300, 400), (End("sharp", "images"), True))
    hand.drag(hand.title("sharp"), hand.title("sharp") + QPoint(20, 20))
    assert "folder.images -> cut.images" in edges(hand)


def test_the_menu_of_an_edge_adds_points_and_nodes_and_that_of_nothing_adds_there(hand: Hand) -> None:
    wired(hand)
    (edge,) = hand.view.graph_scene.edges.values()
    place = QPointF(258, edge.middle.y())
    menu = menu_at(hand.view, hand.actions, place)
    texts = {action.text(): action for action in menu.actions()}
    texts["Add Reroute Point"].trigger()
    assert hand.graph.edges[0].extra["ui"]["points"] == [[260.0, 60.0]]
    texts["Add Node..."].trigger()
    assert hand.palettes.pop()[2] == hand.graph.edges[0]
    hand.view.selection.choose(["folder"])
    menu = menu_at(hand.view, hand.actions, QPointF(100, 500))
    menu.actions()[0].trigger()
    assert hand.palettes.pop()[1:] == (QPointF(100, 500), None)


def test_the_canvas_drifts_while_a_drag_rests_at_its_border(hand: Hand) -> None:
    shown(hand, three())
    start = hand.title("sharp")
    hand.press(start)
    hand.move(start, QPoint(hand.view.viewport().width() - 4, start.y()))
    before = hand.view.seen_rect().left()
    hand.view._drift.step()
    hand.view._drift.step()
    moved = hand.view.seen_rect().left() - before
    assert moved > 10
    QTest.mouseRelease(hand.view.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, QPoint(1196, start.y()))
    assert hand.graph.nodes["sharp"].ui["x"] > 300 + 1100 - start.x()
    assert not hand.view._drift.active


def test_the_speed_of_a_drift_grows_towards_the_border() -> None:
    size = QSize(800, 600)
    assert speed_at(QPoint(400, 300), size) == QPoint(0, 0)
    assert (
        speed_at(QPoint(20, 300), size).x() > speed_at(QPoint(2, 300), size).x() > speed_at(QPoint(-90, 300), size).x()
    )
    assert speed_at(QPoint(2, 597), size).y() == -speed_at(QPoint(797, 2), size).y() > 0
