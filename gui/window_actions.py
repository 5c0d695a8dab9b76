"""The window's menus and tool bar, made from the actions, and where each shortcut is listened for."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu, QSizePolicy, QToolBar, QToolButton, QWidget

from gui.actions import ACTIONS, MENUS, Actions
from gui.theme.icons import OF_ACTION, icon
from gui.theme.theme import Theme
from gui.translation import words

SEPARATED = frozenset(
    {
        "file.save", "file.picture", "file.quit", "edit.cut", "edit.delete", "edit.select_all", "graph.mute",
        "graph.group", "graph.tidy", "graph.upstream", "run.stop", "run.live", "run.written", "view.gallery",
        "view.compare", "view.theme", "help.about",
    }
)  # fmt: skip
"""Actions with a line above them in their menu."""

TOOLS: tuple[tuple[str, ...], ...] = (
    ("file.open", "file.save"),
    ("edit.undo", "edit.redo"),
    ("graph.add", "graph.tidy", "view.fit"),
)
RUN_TOOLS: tuple[str, ...] = ("run.all", "run.here", "run.stop", "run.sample", "run.live")
WITH_TEXT = ("run.all", "run.sample", "run.live")
PANEL_TOOLS: tuple[str, ...] = ("view.outline", "view.gallery", "view.inspector", "help.commands")

COLOURED = {"run.all": "accent_text", "run.stop": "state_error"}
"""Icons in a colour of their own: what starts a run, and what ends it."""

OF_THE_GRAPH = frozenset(
    {"edit.cut", "edit.copy", "edit.paste", "edit.paste_wired", "edit.duplicate", "edit.duplicate_wired", "edit.delete",
     "edit.delete_rewire", "edit.select_all", "edit.rename", "view.fit", "view.fit_all"}
)  # fmt: skip
"""Actions about nodes: their keys count only where the graph has the focus, as texts have the same keys."""


def fill_menus(window: QMainWindow, actions: Actions) -> dict[str, QMenu]:
    """The menu bar; the menus by their title."""
    menus = {title: window.menuBar().addMenu(f"&{words(title)}") for title in MENUS}
    for spec in ACTIONS:
        if spec.id in SEPARATED:
            menus[spec.menu].addSeparator()
        menus[spec.menu].addAction(actions[spec.id])
    return menus


def make_toolbar(window: QMainWindow, actions: Actions) -> QToolBar:
    """The slim tool bar: files and history, the run in the middle, panels on the right."""
    bar = QToolBar(words("Tools"), window)
    bar.setObjectName("tools")
    bar.setMovable(False)
    bar.setIconSize(QSize(18, 18))
    bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
    bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
    for group in TOOLS:
        for id in group:
            bar.addAction(actions[id])
        bar.addSeparator()
    for id in RUN_TOOLS:
        bar.addAction(actions[id])
    for id in WITH_TEXT:
        button = bar.widgetForAction(actions[id])
        if isinstance(button, QToolButton):
            button.setObjectName("run_button" if id == "run.all" else "")
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    room = QWidget()
    room.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    bar.addWidget(room)
    for id in PANEL_TOOLS:
        bar.addAction(actions[id])
    for action in actions.all():
        button = bar.widgetForAction(action)
        if button is not None:
            button.setAccessibleName(action.text().rstrip("."))
    window.addToolBar(Qt.ToolBarArea.TopToolBarArea, bar)
    return bar


def scope_shortcuts(actions: Actions, graph_views: Iterable[QWidget]) -> None:
    """Lets the keys of actions about nodes count only where the graph has the focus."""
    views = list(graph_views)
    for spec in ACTIONS:
        if spec.menu == "Graph" or spec.id in OF_THE_GRAPH:
            actions[spec.id].setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            for view in views:
                view.addAction(actions[spec.id])


def set_keys(actions: Actions, keys: dict[str, tuple[str, ...]]) -> None:
    """Gives each action the keys that the user chose, or its own."""
    for id, spec in actions.specs.items():
        actions[id].setShortcuts([QKeySequence(key) for key in keys.get(id, spec.keys)])
        show_keys(actions[id])


def show_keys(action: QAction) -> None:
    """Puts the first key into the tool tip."""
    plain = action.toolTip().partition("  (")[0]
    shown = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
    action.setToolTip(f"{plain}  ({shown})" if shown else plain)


def set_icons(actions: Actions, theme: Theme) -> None:
    """Draws the actions' icons in the theme's colours."""
    for id, name in OF_ACTION.items():
        actions[id].setIcon(icon(name, theme, COLOURED.get(id, "text")))
