"""What the window's actions do: files, history, panels, help. The canvas connects those about nodes itself."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt, QUrl
from PySide6.QtGui import QAction, QActionGroup, QDesktopServices, QGuiApplication, QImage
from PySide6.QtWidgets import QDialog, QMenu, QMessageBox, QWidget

from gui.files.command import headless_command
from gui.files.examples import Example, ExamplesDialog, examples
from gui.palette.command_palette import CommandPalette
from gui.palette.find_node import FindNode
from gui.palette.help import HelpDialog
from gui.palette.shortcuts_dialog import ShortcutsDialog
from gui.settings import THEMES, ThemeChoice
from gui.translation import marked, words

if TYPE_CHECKING:
    from gui.main_window import MainWindow

ABOUT = marked(
    "<b>nodegraph {version}</b><br><br>Wires sources, scorers, filters and captioners into a graph that turns a heap "
    "of pictures into a fine-tuning set.<br><br>Apache-2.0. Font: Inter (SIL OFL 1.1). Icons: Lucide (ISC). "
    "Made with Qt for Python (LGPL)."
)


class Commands(QObject):
    """Connects the actions to the window's parts, and keeps them enabled as far as they make sense."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._open_popups: list[QWidget] = []
        actions = window.actions
        does: dict[str, Callable[[], object]] = {
            "file.new": window.files.new,
            "file.template": self.new_from_example,
            "file.open": window.files.open,
            "file.save": window.files.save,
            "file.save_as": window.files.save_as,
            "file.picture": self.export_picture,
            "file.command": self.copy_command,
            "file.quit": window.close,
            "edit.undo": window.document.undo_stack.undo,
            "edit.redo": window.document.undo_stack.redo,
            "edit.find": self.find,
            "run.all": lambda: window.run.run(),
            "run.here": lambda: window.run.run(window.selection.nodes),
            "run.sample": lambda: window.run.run(sample=window.run.sample_size),
            "run.stop": window.run.stop,
            "run.written": self.show_written,
            "view.compare": self.compare,
            "view.graph": lambda: window.canvas.setFocus(Qt.FocusReason.ShortcutFocusReason),
            "view.next": window.docks.enter_next,
            "view.theme": self.switch_theme,
            "help.node": self.help_for_current,
            "help.commands": self.show_commands,
            "help.keys": self.show_keys,
            "help.about": self.about,
        }
        for id, do in does.items():
            actions[id].triggered.connect(lambda _checked=False, do=do: do())
        actions["run.live"].toggled.connect(window.run.set_live)
        window.run.live_changed.connect(actions["run.live"].setChecked)
        for changed in (window.run.busy_changed, window.run.live_changed, window.selection.changed):
            changed.connect(self._enable_runs)
        self._enable_runs()
        self._written: tuple[str, ...] = ()
        window.run.finished.connect(lambda summary: self._note_written(summary["out"]))
        window.files.opened.connect(lambda: self._note_written((), anew=True))
        self._note_written((), anew=True)
        self._offer_themes()
        stack = window.document.undo_stack
        stack.canUndoChanged.connect(actions["edit.undo"].setEnabled)
        stack.canRedoChanged.connect(actions["edit.redo"].setEnabled)
        stack.undoTextChanged.connect(lambda text: _name(actions["edit.undo"], self.tr("Undo"), text))
        stack.redoTextChanged.connect(lambda text: _name(actions["edit.redo"], self.tr("Redo"), text))
        actions["edit.undo"].setEnabled(False)
        actions["edit.redo"].setEnabled(False)

    def fill_recent(self, menu: QMenu) -> None:
        """Lists the files opened last."""
        menu.clear()
        recent = self._window.settings.recent()
        for path in recent:
            action = menu.addAction(f"{path.name}   {path.parent}")
            action.triggered.connect(lambda _checked=False, path=path: self._window.files.open(path))
        menu.addSeparator()
        menu.addAction(self.tr("Clear"), self._window.settings.clear_recent).setEnabled(bool(recent))

    def new_from_example(self) -> None:
        """Offers the examples and opens a copy of the chosen one."""
        dialog = ExamplesDialog(examples(), self.picture_of, self._window)
        if dialog.exec() == QDialog.DialogCode.Accepted and dialog.chosen is not None:
            self._window.files.new_from(dialog.chosen.graph)
        dialog.deleteLater()

    def picture_of(self, example: Example) -> QImage:
        """The picture that comes with the example, else one of the graph as it is before its run."""
        picture = QImage(str(example.picture(self._window.theme.name)))
        return self._window.picture_of(example.graph) if picture.isNull() else picture

    def export_picture(self) -> None:
        """Writes a picture of the graph where the user says."""
        window = self._window
        start = window.document.path or window.document.base / "graph"
        path = window.questions.picture_path(start.with_suffix(".png"))
        if path is not None:
            canvas = window.canvas
            window.files.export_picture(path, window.document.text, canvas.picture(), canvas.svg())

    def copy_command(self) -> None:
        """Copies the command that runs this graph without the app; saves first, so that it runs what is shown."""
        window = self._window
        if (window.document.path is None or window.files.modified) and not window.files.save():
            return
        path = window.document.path
        if path is None:
            return
        command = headless_command(window.document.graph, window.registry, path, window.settings.device)
        QGuiApplication.clipboard().setText(command)
        window.tell(self.tr("Copied: {command}").format(command=command))

    def switch_theme(self) -> None:
        """From dark to light and back."""
        self._window.settings.set_theme("light" if self._window.theme.name == "dark" else "dark")

    def find(self) -> None:
        """Finds a node of the graph by its name."""
        window = self._window
        popup = FindNode(window.document, window.theme, window)
        popup.picked.connect(window.go_to)
        self._open(popup)

    def show_commands(self) -> None:
        """Opens the command palette."""
        self._open(CommandPalette(
            self._window.actions, self._window.theme, self._window
        ))  # fmt: skip

    def show_keys(self) -> None:
        """Opens the list of shortcuts."""
        dialog = ShortcutsDialog(self._window.actions, self._window.settings, self._window)
        dialog.exec()
        dialog.deleteLater()

    def compare(self) -> None:
        """Compares what two nodes give."""
        self._window.compare()

    def help_for_current(self) -> None:
        """Shows the help of the selected node, or the shortcuts where none is."""
        window = self._window
        node = window.document.graph.nodes.get(window.selection.current or "")
        if node is not None:
            self.help_for(node.type)
        else:
            self.show_keys()

    def help_for(self, type: str) -> None:
        """Shows the help of a node type."""
        spec = self._window.registry.nodes.get(type)
        if spec is None:
            self._window.tell(self.tr("There is no help for {type}: its pack is not installed.").format(type=type))
            return
        dialog = HelpDialog(spec, self._window)
        dialog.exec()
        dialog.deleteLater()

    def about(self) -> None:
        """Says what this is."""
        from importlib.metadata import version

        QMessageBox.about(self._window, self.tr("About nodegraph"), words(ABOUT).format(version=version("nodegraph")))

    def _offer_themes(self) -> None:
        settings, group = self._window.settings, QActionGroup(self)

        def use(theme: ThemeChoice) -> Callable[[], None]:
            return lambda: settings.set_theme(theme)

        choices: dict[ThemeChoice, QAction] = {theme: self._window.actions[f"view.theme_{theme}"] for theme in THEMES}
        for theme, action in choices.items():
            group.addAction(action)
            action.triggered.connect(use(theme))
        choices[settings.theme].setChecked(True)
        settings.theme_changed.connect(lambda theme: choices[theme].setChecked(True))

    def show_written(self) -> None:
        """Opens the folder that the last run wrote to, or the one that all it wrote lies in."""
        places = [Path(path) for path in self._written]
        folders = [str(path if path.is_dir() else path.parent) for path in places if path.exists()]
        if not folders:
            self._window.tell(self.tr("What the run wrote is not there any more."))
        elif not QDesktopServices.openUrl(QUrl.fromLocalFile(os.path.commonpath(folders))):
            self._window.tell(self.tr("Written: {places}").format(places=", ".join(self._written)))

    def _note_written(self, paths: Sequence[str], *, anew: bool = False) -> None:
        """Remembers what a run wrote. A trial writes nothing, and what was written before it is still there."""
        if paths or anew:
            self._written = tuple(paths)
        self._window.actions["run.written"].setEnabled(bool(self._written))

    def _enable_runs(self) -> None:
        run, actions = self._window.run, self._window.actions
        free = not run.busy or run.live
        actions["run.all"].setEnabled(free)
        actions["run.sample"].setEnabled(free)
        actions["run.here"].setEnabled(free and bool(self._window.selection.nodes))
        actions["run.stop"].setEnabled(run.busy)

    def _open(self, popup: QWidget) -> None:
        window = self._window
        for old in self._open_popups:
            old.deleteLater()
        self._open_popups = [popup]
        place = window.mapToGlobal(QPoint((window.width() - popup.width()) // 2, window.height() // 8))
        popup.open_at(place)  # type: ignore[attr-defined]


def _name(action: QAction, word: str, text: str) -> None:
    action.setText(f"{word} {text}" if text else word)
