"""Actions: every command of the app once, with its id, words, keys and menu. Views connect to them by id."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence

MENUS = ("File", "Edit", "Graph", "Run", "View", "Help")


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One command: `id` is stable ("run.all"), `keys` are its default shortcuts, the first is shown."""

    id: str
    text: str
    menu: str
    keys: tuple[str, ...] = ()
    checkable: bool = False
    help: str = ""


ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec("file.new", "New", "File", ("Ctrl+N",)),
    ActionSpec("file.template", "New from Example...", "File", ("Ctrl+Shift+N",)),
    ActionSpec("file.open", "Open...", "File", ("Ctrl+O",)),
    ActionSpec("file.save", "Save", "File", ("Ctrl+S",)),
    ActionSpec("file.save_as", "Save As...", "File", ("Ctrl+Shift+S",)),
    ActionSpec("file.picture", "Export Picture of the Graph...", "File", ("Ctrl+Alt+P",)),
    ActionSpec("file.command", "Copy Headless Command", "File"),
    ActionSpec("file.quit", "Quit", "File", ("Ctrl+Q",)),
    ActionSpec("edit.undo", "Undo", "Edit", ("Ctrl+Z",)),
    ActionSpec("edit.redo", "Redo", "Edit", ("Ctrl+Y", "Ctrl+Shift+Z")),
    ActionSpec("edit.cut", "Cut", "Edit", ("Ctrl+X",)),
    ActionSpec("edit.copy", "Copy", "Edit", ("Ctrl+C",)),
    ActionSpec("edit.paste", "Paste", "Edit", ("Ctrl+V",)),
    ActionSpec("edit.paste_wired", "Paste with Inputs", "Edit", ("Ctrl+Shift+V",)),
    ActionSpec("edit.duplicate", "Duplicate", "Edit", ("Ctrl+D",)),
    ActionSpec("edit.duplicate_wired", "Duplicate with Inputs", "Edit", ("Ctrl+Shift+D",)),
    ActionSpec("edit.delete", "Delete", "Edit", ("Del", "Backspace")),
    ActionSpec("edit.delete_rewire", "Delete and Rewire", "Edit", ("Ctrl+Del",)),
    ActionSpec("edit.select_all", "Select All", "Edit", ("Ctrl+A",)),
    ActionSpec("edit.find", "Find Node...", "Edit", ("Ctrl+F",)),
    ActionSpec("edit.rename", "Rename", "Edit", ("F2",)),
    ActionSpec("graph.add", "Add Node...", "Graph", ("Tab", "Shift+A")),
    ActionSpec("graph.connect", "Connect Selected", "Graph", ("C",)),
    ActionSpec("graph.mute", "Mute", "Graph", ("Ctrl+M", "M")),
    ActionSpec("graph.bypass", "Bypass", "Graph", ("Ctrl+B", "B")),
    ActionSpec("graph.collapse", "Collapse", "Graph", ("Alt+C", "H")),
    ActionSpec("graph.group", "Group", "Graph", ("Ctrl+G",)),
    ActionSpec("graph.note", "Add Note", "Graph", ("Ctrl+Shift+M",)),
    ActionSpec("graph.tidy", "Tidy Layout", "Graph", ("Ctrl+L",)),
    ActionSpec("graph.align", "Align", "Graph", ("Ctrl+Shift+L",)),
    ActionSpec("graph.upstream", "Select Upstream", "Graph", ("[",)),
    ActionSpec("graph.downstream", "Select Downstream", "Graph", ("]",)),
    ActionSpec("run.all", "Run", "Run", ("Ctrl+Return", "F5")),
    ActionSpec("run.here", "Run to Here", "Run", ("Ctrl+Shift+Return",)),
    ActionSpec("run.sample", "Run on a Sample", "Run", ("Alt+Return",)),
    ActionSpec("run.stop", "Stop", "Run", ("Ctrl+Alt+Return", "F6")),
    ActionSpec("run.live", "Live", "Run", ("Ctrl+Shift+R",), checkable=True),
    ActionSpec("view.fit", "Fit to View", "View", ("F", ".")),
    ActionSpec("view.fit_all", "Fit Whole Graph", "View", ("Home",)),
    ActionSpec("view.zoom_in", "Zoom In", "View", ("Ctrl+=",)),
    ActionSpec("view.zoom_out", "Zoom Out", "View", ("Ctrl+-",)),
    ActionSpec("view.zoom_reset", "Actual Size", "View", ("Ctrl+0",)),
    ActionSpec("view.minimap", "Minimap", "View", ("Alt+M",), checkable=True),
    ActionSpec("view.gallery", "Gallery", "View", ("Ctrl+1",), checkable=True),
    ActionSpec("view.inspector", "Inspector", "View", ("Ctrl+2",), checkable=True),
    ActionSpec("view.outline", "Outline", "View", ("Ctrl+3",), checkable=True),
    ActionSpec("view.problems", "Problems", "View", ("Ctrl+4",), checkable=True),
    ActionSpec("view.log", "Log", "View", ("Ctrl+`",), checkable=True),
    ActionSpec("view.graph", "Go to the Graph", "View", ("Ctrl+5",)),
    ActionSpec("view.compare", "Compare Two Nodes", "View", ("Ctrl+K",)),
    ActionSpec("view.theme", "Switch Theme", "View", ("Ctrl+Shift+T",)),
    ActionSpec("view.theme_system", "Theme of the Desktop", "View", checkable=True),
    ActionSpec("view.theme_dark", "Dark Theme", "View", checkable=True),
    ActionSpec("view.theme_light", "Light Theme", "View", checkable=True),
    ActionSpec("help.node", "Help for Node", "Help", ("F1",)),
    ActionSpec("help.commands", "All Commands...", "Help", ("Ctrl+Shift+P",)),
    ActionSpec("help.keys", "Keyboard Shortcuts...", "Help", ("Ctrl+Shift+K", "Ctrl+,")),
    ActionSpec("help.about", "About nodegraph", "Help"),
)


class Actions(QObject):
    """The actions as QActions by id, with the keys that the user chose or the defaults."""

    def __init__(self, parent: QObject | None = None, keys: dict[str, tuple[str, ...]] | None = None) -> None:
        super().__init__(parent)
        self.specs = {spec.id: spec for spec in ACTIONS}
        self._actions: dict[str, QAction] = {}
        for spec in ACTIONS:
            action = QAction(spec.text, self)
            action.setObjectName(spec.id)
            action.setCheckable(spec.checkable)
            action.setShortcuts([QKeySequence(key) for key in (keys or {}).get(spec.id, spec.keys)])
            action.setToolTip(spec.help or spec.text.rstrip("."))
            self._actions[spec.id] = action

    def __getitem__(self, id: str) -> QAction:
        return self._actions[id]

    def all(self) -> list[QAction]:
        """All actions in the order of the menus."""
        return list(self._actions.values())
