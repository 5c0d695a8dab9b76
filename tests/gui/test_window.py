"""The window as a whole: what is shown first, what its menus, keys, panels and drops do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from gui.actions import ACTIONS
from gui.files.examples import examples
from gui.main_window import MainWindow
from gui.palette.help import HelpDialog
from gui.settings import Settings
from nodegraph.graph.edit import RemoveNode, SetTitle
from nodegraph.graph.io import dumps, load
from nodegraph.graph.model import End, Graph, Node, graph_of
from nodegraph.registry import Registry
from tests.gui.window import open_window


@pytest.fixture
def window(qtbot: QtBot, registry: Registry, settings: Settings, tmp_path: Path) -> Iterator[MainWindow]:
    with open_window(registry, settings, tmp_path / "swaps", save_path=tmp_path / "saved.json") as made:
        yield made


def drop(window: MainWindow, path: Path) -> None:
    """Drops a file on the middle of the canvas, as a file manager does."""
    viewport = window.canvas.viewport()
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    place = QPointF(viewport.rect().center())
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    entered = QDragEnterEvent(place.toPoint(), Qt.DropAction.CopyAction, data, buttons, keys)
    QApplication.sendEvent(viewport, entered)
    assert entered.isAccepted()
    QApplication.sendEvent(viewport, QDropEvent(place, Qt.DropAction.CopyAction, data, buttons, keys))


def test_the_first_start_shows_the_quickstart_and_three_hints(window: MainWindow, qtbot: QtBot) -> None:
    window.start()
    assert len(window.document.graph.nodes) == 16
    assert window.document.path is None and not window.files.modified
    hints = window._hints
    assert hints is not None and hints.isVisible()
    for _ in range(3):
        qtbot.mouseClick(hints._next, Qt.MouseButton.LeftButton)
    assert not hints.isVisible() and window.settings.flag("hints-dismissed")


def test_doing_what_a_hint_says_leads_on_to_the_next(window: MainWindow) -> None:
    window.start()
    hints = window._hints
    assert hints is not None
    window.selection.choose(["probe"])
    assert hints._at == 0, "the first hint is about the run"
    window.run.started.emit("Run")
    window.run.started.emit("Run")
    assert hints._at == 1
    window.selection.choose(["caption"])
    assert hints._at == 2
    window.document.push(RemoveNode("report"), "Delete")
    assert hints.isVisible()
    window.canvas.add_node("source/folder", QPointF())
    assert not hints.isVisible() and window.settings.flag("hints-dismissed")


def test_hints_are_not_in_the_way_of_another_graph(window: MainWindow) -> None:
    window.start()
    hints = window._hints
    assert hints is not None and hints.isVisible()
    window.actions["file.new"].trigger()
    assert not hints.isVisible()


def test_dismissed_hints_do_not_come_back(window: MainWindow) -> None:
    window.settings.set_flag("hints-dismissed")
    window.start()
    assert window._hints is None


def test_the_next_start_shows_the_graph_of_the_last(window: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "graph.json"
    path.write_text(dumps(Graph("Mine")), "utf-8")
    window.files.open(path)
    window.files.new()
    window.start()
    assert window.document.path == path


def test_the_title_says_file_and_change(window: MainWindow) -> None:
    window.start()
    window.document.push(SetTitle("Fish"), "title")
    assert window.isWindowModified()
    window.actions["file.save"].trigger()
    assert not window.isWindowModified() and "saved.json" in window.windowTitle()


def test_every_action_stands_in_a_menu(window: MainWindow) -> None:
    listed = {action for menu in window.menuBar().actions() for action in menu.menu().actions()}
    assert all(window.actions[spec.id] in listed for spec in ACTIONS)


def test_every_default_key_belongs_to_one_action() -> None:
    keys = [key for spec in ACTIONS for key in spec.keys]
    assert sorted(keys) == sorted(set(keys))


def test_the_help_of_the_chosen_node_opens_once(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    window.start()
    shown: list[str] = []
    monkeypatch.setattr(HelpDialog, "exec", lambda dialog: shown.append(dialog.windowTitle()))
    window.selection.choose(["probe"])
    window.actions["help.node"].trigger()
    assert shown == ["Help: Probe"]


def test_undo_and_redo_say_what_they_do(window: MainWindow, qtbot: QtBot) -> None:
    undo = window.actions["edit.undo"]
    assert not undo.isEnabled()
    window.document.push(SetTitle("Fish"), "rename the graph")
    assert undo.isEnabled() and undo.text() == "Undo rename the graph"
    undo.trigger()
    assert window.document.graph.title == "" and window.actions["edit.redo"].isEnabled()


def test_letters_typed_into_a_field_are_no_commands(window: MainWindow, qtbot: QtBot) -> None:
    window.start()
    before = window.document.graph
    field = QLineEdit(window)
    field.show()
    field.setFocus()
    qtbot.keyClicks(field, "mbch.")
    qtbot.keyClick(field, Qt.Key.Key_Backspace)
    assert field.text() == "mbch" and window.document.graph == before


def test_panels_follow_their_actions(window: MainWindow) -> None:
    outline = window.actions["view.outline"]
    assert not outline.isChecked() and not window.docks["outline"].isVisible()
    outline.trigger()
    assert window.docks["outline"].isVisible() and outline.isChecked()
    outline.trigger()
    assert not window.docks["outline"].isVisible()


def test_a_panel_behind_another_comes_to_the_front_and_takes_the_keyboard(window: MainWindow, qtbot: QtBot) -> None:
    problems, gallery = window.actions["view.problems"], window.actions["view.gallery"]
    assert gallery.isChecked() and not problems.isChecked()
    problems.trigger()
    assert window.problems.isVisible() and problems.isChecked() and not gallery.isChecked()
    window.actions["view.log"].trigger()
    assert window.log.view.hasFocus()
    window.actions["view.log"].trigger()
    assert not window.log.isVisible() and window.canvas.hasFocus()


def test_the_keyboard_goes_into_the_form_and_back_to_the_graph(window: MainWindow) -> None:
    window.start()
    window.actions["view.inspector"].trigger()
    window.actions["view.inspector"].trigger()
    focus = window.focusWidget()
    assert focus is not None and window.inspector.isAncestorOf(focus)
    window.actions["view.graph"].trigger()
    assert window.canvas.hasFocus()


def test_the_canvas_shows_that_the_keyboard_came_to_it(window: MainWindow, qtbot: QtBot) -> None:
    window.start()
    window.actions["view.inspector"].trigger()
    window.actions["view.inspector"].trigger()
    assert not window.canvas.focus_line.isVisible()
    window.actions["view.graph"].trigger()
    assert window.canvas.focus_line.isVisible()
    assert window.canvas.focus_line.width() == window.canvas.width()
    qtbot.mouseClick(window.canvas.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    assert not window.canvas.focus_line.isVisible()


def test_the_keyboard_goes_round_the_panels_in_sight_and_back_to_the_graph(window: MainWindow, qtbot: QtBot) -> None:
    window.start()
    window.actions["view.log"].trigger()
    window.canvas.setFocus()
    passed: list[str] = []
    for _ in range(3):
        qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Tab, Qt.KeyboardModifier.ControlModifier)
        focus = window.focusWidget()
        inside = {"inspector": window.inspector, "log": window.log, "graph": window.canvas}
        passed += [name for name, room in inside.items() if room is focus or room.isAncestorOf(focus)]
    assert passed == ["inspector", "log", "graph"]


def test_the_first_window_fits_the_screen(qtbot: QtBot, registry: Registry, settings: Settings, tmp_path: Path) -> None:
    made = MainWindow(registry, settings, swaps=tmp_path)
    qtbot.addWidget(made)
    room = made.screen().availableSize()
    assert made.width() < room.width() and made.height() < room.height()
    made.run.shutdown()


def test_the_desktops_theme_can_be_chosen_again(window: MainWindow) -> None:
    assert window.actions["view.theme_system"].isChecked()
    window.actions["view.theme"].trigger()
    assert window.actions[f"view.theme_{window.theme.name}"].isChecked()
    window.actions["view.theme_system"].trigger()
    assert window.settings.theme == "system" and not window.actions["view.theme_light"].isChecked()


def test_an_example_without_a_picture_is_drawn_as_it_is_before_its_run(window: MainWindow, tmp_path: Path) -> None:
    example = examples()[0]
    window.settings.set_theme("light")
    shipped = window.commands.picture_of(example)
    assert shipped == QImage(str(example.picture("light")))
    drawn = window.commands.picture_of(replace(example, folder=tmp_path))
    assert not drawn.isNull() and drawn != shipped


def test_the_theme_switches_and_is_kept(window: MainWindow) -> None:
    before = window.theme.name
    window.actions["view.theme"].trigger()
    assert window.theme.name != before and window.settings.theme == window.theme.name


def test_new_keys_count_at_once(window: MainWindow) -> None:
    window.settings.set_keys({"run.all": ("Ctrl+9",)})
    assert window.actions["run.all"].shortcut().toString() == "Ctrl+9"
    assert window.actions["edit.undo"].shortcut().toString() == "Ctrl+Z"


def test_a_dropped_folder_becomes_a_source(window: MainWindow, tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    drop(window, tmp_path / "pictures")
    (node,) = window.document.graph.nodes.values()
    assert node.type == "source/folder" and node.params["folder"] == str(tmp_path / "pictures")
    window.actions["edit.undo"].trigger()
    assert not window.document.graph.nodes


def test_what_cannot_be_dropped_is_told_once_and_the_rest_is_taken(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[list[str]] = []
    monkeypatch.setattr(window.questions, "tell", lambda found: told.append([problem.code for problem in found]))
    (tmp_path / "pictures").mkdir()
    paths = [tmp_path / "a.jpg", tmp_path / "pictures", tmp_path / "b.jpg"]
    for path in (paths[0], paths[2]):
        path.write_bytes(b"no graph")
    window._dropped(paths, QPoint(50, 50))
    assert [node.type for node in window.document.graph.nodes.values()] == ["source/folder"]
    assert told == [["cannot-drop", "cannot-drop"]]


def test_a_dropped_graph_or_picture_of_one_opens(window: MainWindow, tmp_path: Path) -> None:
    window.start()
    picture = tmp_path / "graph.png"
    assert window.files.export_picture(picture, window.document.text, window.canvas.picture(), b"")
    saved = tmp_path / "graph.json"
    saved.write_text(dumps(Graph("Dropped")), "utf-8")
    text = window.document.text
    drop(window, saved)
    assert window.document.path == saved
    drop(window, picture)
    assert window.document.path is None and window.document.text == text


def test_a_node_from_the_palette_is_wired_to_the_loose_end(window: MainWindow) -> None:
    window.document.load(graph_of([Node("folder", "source/folder", params={"folder": "asset:samples"})]), None)
    window._open_palette(QPoint(10, 10), QPointF(400, 0), (End("folder", "images"), True))
    window.palette_popup.chosen.emit("filter/resolution", (End("folder", "images"), True))
    window.palette_popup.close()
    (edge,) = window.document.graph.edges
    assert str(edge) == "folder.images -> resolution.images"
    window.actions["edit.undo"].trigger()
    assert list(window.document.graph.nodes) == ["folder"]


def test_a_problem_leads_to_its_node_and_field(window: MainWindow) -> None:
    window.document.load(graph_of([Node("folder", "source/folder")]), None)
    assert "Problems (1)" in window.docks["problems"].windowTitle()
    window.problems.go.emit("folder", "folder")
    assert window.selection.nodes == ("folder",)


def test_a_run_that_is_refused_brings_the_problems_into_sight(window: MainWindow) -> None:
    window.document.load(graph_of([Node("folder", "source/folder")]), None)
    in_sight = window.actions["view.problems"]
    assert not in_sight.isChecked()
    window.actions["run.all"].trigger()
    assert in_sight.isChecked() and not window.run.busy


def test_the_headless_command_is_copied_once_the_graph_is_saved(window: MainWindow, tmp_path: Path) -> None:
    window.start()
    window.actions["file.command"].trigger()
    copied = QGuiApplication.clipboard().text()
    assert copied.startswith(f"nodegraph run {tmp_path / 'saved.json'} --set ")
    assert load(tmp_path / "saved.json") == window.document.graph


def test_closing_asks_about_unsaved_work(qtbot: QtBot, registry: Registry, settings: Settings, tmp_path: Path) -> None:
    with open_window(registry, settings, tmp_path / "swaps", unsaved="cancel") as window:
        window.document.push(SetTitle("Fish"), "title")
        assert not window.close() and window.isVisible()
        window.document.undo_stack.undo()
        assert window.close()


def test_where_panels_were_is_kept(qtbot: QtBot, registry: Registry, settings: Settings, tmp_path: Path) -> None:
    with open_window(registry, settings, tmp_path / "swaps") as window:
        window.actions["view.outline"].trigger()
    with open_window(registry, settings, tmp_path / "swaps") as window:
        assert window.docks["outline"].isVisible() and window.actions["view.outline"].isChecked()
