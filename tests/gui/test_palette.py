"""Finding by typing: nodes, commands, nodes of the graph; rebinding keys; the help of a node."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt

from gui.actions import Actions
from gui.document import GraphDocument
from gui.palette.command_palette import CommandPalette
from gui.palette.find_node import FindNode
from gui.palette.fuzzy import fit, ranked
from gui.palette.help import help_of
from gui.palette.node_palette import NodePalette
from gui.palette.search_popup import ENTRY
from gui.palette.shortcuts_dialog import ShortcutsDialog, conflict
from gui.settings import Settings
from gui.theme.theme import load_theme
from nodegraph.graph.model import End, Graph
from nodegraph.registry import Registry


def titles(popup) -> list[str]:
    entries = [popup.list.item(row).data(ENTRY) for row in range(popup.list.count())]
    return [entry.title for entry in entries if not entry.heading]


@pytest.fixture
def nodes(document: GraphDocument, registry: Registry, settings: Settings, qtbot) -> NodePalette:
    palette = NodePalette(document, registry, load_theme("dark"), settings)
    qtbot.addWidget(palette)
    palette.open_at(QPoint(10, 10))
    return palette


def test_the_start_of_a_name_fits_better_than_its_middle_and_that_better_than_scattered_letters() -> None:
    names = ["the threshold", "hold", "threshold", "t-h-r-e-x"]
    assert ranked("thre", names, lambda name: (name,)) == ["threshold", "the threshold", "t-h-r-e-x"]
    assert fit("zzz", "threshold") == 0
    assert fit("CS", "CLIP score") > fit("cs", "classes")


def test_typing_and_enter_choose_a_node(nodes: NodePalette, qtbot) -> None:
    qtbot.keyClicks(nodes.field, "thresh")
    assert titles(nodes)[0] == "Threshold"
    with qtbot.waitSignal(nodes.chosen) as chosen:
        qtbot.keyClick(nodes.field, Qt.Key.Key_Return)
    assert chosen.args == ["filter/threshold", None]
    assert not nodes.isVisible()


def test_arrow_keys_move_through_the_list(nodes: NodePalette, qtbot) -> None:
    first = nodes.list.currentRow()
    qtbot.keyClick(nodes.field, Qt.Key.Key_Down)
    assert nodes.list.currentRow() == first + 1
    qtbot.keyClick(nodes.field, Qt.Key.Key_Up)
    assert nodes.list.currentRow() == first


def test_a_loose_output_is_offered_no_source(nodes: NodePalette, registry: Registry) -> None:
    assert "Folder" in titles(nodes)
    nodes.open_at(QPoint(0, 0), (End("a", "images"), True))
    assert "Folder" not in titles(nodes)
    assert len(titles(nodes)) == sum(bool(spec.inputs) for spec in registry.nodes.values())


def test_what_was_used_last_and_most_comes_first_also_after_the_next_start(
    nodes: NodePalette, document: GraphDocument, registry: Registry, settings: Settings, qtbot
) -> None:
    for type in ("filter/threshold", "filter/threshold", "filter/threshold", "inspect/probe", "report/html"):
        nodes.picked.emit(type)
    again = NodePalette(document, registry, load_theme("dark"), settings)
    qtbot.addWidget(again)
    again.open_at(QPoint(0, 0))
    assert titles(again)[:3] == ["Threshold", "Report", "Probe"]
    again.open_at(QPoint(0, 0), (End("a", "images"), False))
    assert titles(again)[0] == "Threshold"


def test_tab_looks_through_one_kind_of_those_that_fit(nodes: NodePalette, registry: Registry, qtbot) -> None:
    qtbot.keyClick(nodes.field, Qt.Key.Key_Tab)
    assert nodes.kinds.kind == "source"
    assert len(titles(nodes)) == sum(spec.kind == "source" for spec in registry.nodes.values())
    qtbot.keyClicks(nodes.field, "kohya")
    assert titles(nodes)[0] == "Kohya folder"
    qtbot.keyClick(nodes.field, Qt.Key.Key_Backtab)
    assert nodes.kinds.kind == "" and "Export for kohya" in titles(nodes)
    nodes.open_at(QPoint(0, 0), (End("a", "images"), True))
    qtbot.keyClick(nodes.field, Qt.Key.Key_Tab)
    assert nodes.kinds.kind == "scorer", "a source fits no loose output"


@pytest.mark.parametrize(
    ("query", "first"),
    [("export kohya", "Export for kohya"), ("captions lint", "Lint captions"), ("hash dup", "Hash duplicates")],
)
def test_words_are_found_in_any_order(nodes: NodePalette, qtbot, query: str, first: str) -> None:
    qtbot.keyClicks(nodes.field, query)
    assert titles(nodes)[0] == first


def test_a_kind_is_found_by_its_name(nodes: NodePalette, registry: Registry, qtbot) -> None:
    qtbot.keyClicks(nodes.field, "dedup")
    found = {nodes.list.item(row).data(ENTRY).value for row in range(nodes.list.count())}
    assert {spec.type for spec in registry.nodes.values() if spec.kind == "dedup"} <= found


def test_a_command_is_triggered_by_a_few_letters_and_a_disabled_one_is_not(qtbot) -> None:
    actions = Actions()
    palette = CommandPalette(actions, load_theme("light"))
    qtbot.addWidget(palette)
    palette.open_at(QPoint(0, 0))
    qtbot.keyClicks(palette.field, "tidy")
    with qtbot.waitSignal(actions["graph.tidy"].triggered):
        qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    actions["graph.tidy"].setEnabled(False)
    palette.open_at(QPoint(0, 0))
    qtbot.keyClicks(palette.field, "tidy lay")
    with qtbot.assertNotEmitted(actions["graph.tidy"].triggered):
        qtbot.keyClick(palette.field, Qt.Key.Key_Return)


def test_a_node_is_found_by_its_label(document: GraphDocument, quickstart: Graph, qtbot) -> None:
    document.load(quickstart, None)
    find = FindNode(document, load_theme("dark"))
    qtbot.addWidget(find)
    find.open_at(QPoint(0, 0))
    qtbot.keyClicks(find.field, "best by")
    with qtbot.waitSignal(find.picked) as picked:
        qtbot.keyClick(find.field, Qt.Key.Key_Return)
    assert picked.args == ["best"]


def test_keys_are_rebound_kept_and_reset(settings: Settings, qtbot) -> None:
    actions = Actions()
    dialog = ShortcutsDialog(actions, settings)
    qtbot.addWidget(dialog)
    dialog.choose("graph.tidy")
    dialog.keys.setKeySequence("Ctrl+Alt+T")
    qtbot.mouseClick(dialog.assign_button, Qt.MouseButton.LeftButton)
    assert actions["graph.tidy"].shortcut().toString() == "Ctrl+Alt+T"
    assert settings.keys()["graph.tidy"] == ("Ctrl+Alt+T",)
    next_start = Actions(keys=settings.keys())
    assert next_start["graph.tidy"].shortcut().toString() == "Ctrl+Alt+T"
    qtbot.mouseClick(dialog.reset_button, Qt.MouseButton.LeftButton)
    assert actions["graph.tidy"].shortcut().toString() == "Ctrl+L"
    assert settings.keys().get("graph.tidy") is None


def test_a_key_that_another_action_has_is_refused_with_its_name(settings: Settings, qtbot) -> None:
    actions = Actions()
    dialog = ShortcutsDialog(actions, settings)
    qtbot.addWidget(dialog)
    dialog.choose("graph.tidy")
    dialog.keys.setKeySequence("Ctrl+S")
    dialog.assign()
    assert "Save" in dialog.message.text()
    assert actions["graph.tidy"].shortcut().toString() == "Ctrl+L"


def test_no_two_actions_share_a_key(qapp) -> None:
    actions = Actions()
    keys = {spec.id: spec.keys for spec in actions.specs.values()}
    clashes = [(id, key) for id, own in keys.items() for key in own if conflict(keys, id, key)]
    assert clashes == []


def test_the_help_of_a_node_names_every_parameter_and_column(registry: Registry) -> None:
    for spec in registry.nodes.values():
        text = help_of(spec)
        assert spec.summary in text
        for parameter in spec.parameters.values():
            assert parameter.label in text


def test_without_a_search_nodes_stand_under_their_kinds(nodes: NodePalette, registry: Registry, qtbot) -> None:
    entries = [nodes.list.item(row).data(ENTRY) for row in range(nodes.list.count())]
    headings = [entry.title for entry in entries if entry.heading]
    assert len(headings) == len({spec.kind for spec in registry.nodes.values()})
    assert entries[0].heading
    assert not any(entry.note for entry in entries), "the heading says the kind"
    assert nodes.list.currentRow() == 1, "a heading cannot be chosen"
    qtbot.keyClicks(nodes.field, "thresh")
    assert not any(nodes.list.item(row).data(ENTRY).heading for row in range(nodes.list.count()))


@pytest.mark.parametrize(
    ("query", "type"), [("blurry", "quality/issues"), ("watermark", "quality/watermark"), ("license", "filter/license")]
)
def test_a_node_is_found_by_a_column_that_it_gives_and_by_its_help(
    nodes: NodePalette, qtbot, query: str, type: str
) -> None:
    qtbot.keyClicks(nodes.field, query)
    found = [nodes.list.item(row).data(ENTRY).value for row in range(nodes.list.count())]
    assert type in found[:3]
