"""Actions: every command of the app once, with its id, words, keys and menu. Views connect to them by id."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence

from gui.translation import marked, words

MENUS = (marked("File"), marked("Edit"), marked("Graph"), marked("Run"), marked("View"), marked("Help"))


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One command: `id` is stable ("run.all"), `keys` are its default shortcuts, the first is shown."""

    id: str
    text: str
    menu: str
    keys: tuple[str, ...] = ()
    checkable: bool = False
    help: str = ""

    @property
    def name(self) -> str:
        """What it is called, in the user's language."""
        return words(self.text).rstrip(".")


ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec("file.new", marked("New"), "File", ("Ctrl+N",)),
    ActionSpec("file.template", marked("New from Example..."), "File", ("Ctrl+Shift+N",)),
    ActionSpec("file.open", marked("Open..."), "File", ("Ctrl+O",)),
    ActionSpec("file.save", marked("Save"), "File", ("Ctrl+S",)),
    ActionSpec("file.save_as", marked("Save As..."), "File", ("Ctrl+Shift+S",)),
    ActionSpec("file.picture", marked("Export Picture of the Graph..."), "File", ("Ctrl+Alt+P",)),
    ActionSpec("file.command", marked("Copy Headless Command"), "File"),
    ActionSpec("file.quit", marked("Quit"), "File", ("Ctrl+Q",)),
    ActionSpec("edit.undo", marked("Undo"), "Edit", ("Ctrl+Z",)),
    ActionSpec("edit.redo", marked("Redo"), "Edit", ("Ctrl+Y", "Ctrl+Shift+Z")),
    ActionSpec("edit.cut", marked("Cut"), "Edit", ("Ctrl+X",)),
    ActionSpec("edit.copy", marked("Copy"), "Edit", ("Ctrl+C",)),
    ActionSpec("edit.paste", marked("Paste"), "Edit", ("Ctrl+V",)),
    ActionSpec("edit.paste_wired", marked("Paste with Inputs"), "Edit", ("Ctrl+Shift+V",)),
    ActionSpec("edit.duplicate", marked("Duplicate"), "Edit", ("Ctrl+D",)),
    ActionSpec("edit.duplicate_wired", marked("Duplicate with Inputs"), "Edit", ("Ctrl+Shift+D",)),
    ActionSpec("edit.delete", marked("Delete"), "Edit", ("Del", "Backspace")),
    ActionSpec("edit.delete_rewire", marked("Delete and Rewire"), "Edit", ("Ctrl+Del",)),
    ActionSpec("edit.select_all", marked("Select All"), "Edit", ("Ctrl+A",)),
    ActionSpec("edit.find", marked("Find Node..."), "Edit", ("Ctrl+F",)),
    ActionSpec("edit.rename", marked("Rename"), "Edit", ("F2",)),
    ActionSpec("graph.add", marked("Add Node..."), "Graph", ("Tab", "Shift+A")),
    ActionSpec("graph.connect", marked("Connect Selected"), "Graph", ("C",)),
    ActionSpec("graph.connect_ports", marked("Connect Ports..."), "Graph", ("Shift+C",)),
    ActionSpec("graph.mute", marked("Mute"), "Graph", ("Ctrl+M", "M")),
    ActionSpec("graph.bypass", marked("Bypass"), "Graph", ("Ctrl+B", "B")),
    ActionSpec("graph.collapse", marked("Collapse"), "Graph", ("Alt+C", "H")),
    ActionSpec("graph.group", marked("Group"), "Graph", ("Ctrl+G",)),
    ActionSpec("graph.note", marked("Add Note"), "Graph", ("Ctrl+Shift+M",)),
    ActionSpec("graph.tidy", marked("Tidy Layout"), "Graph", ("Ctrl+L",)),
    ActionSpec("graph.align", marked("Align"), "Graph", ("Ctrl+Shift+L",)),
    ActionSpec("graph.upstream", marked("Select Upstream"), "Graph", ("[",)),
    ActionSpec("graph.downstream", marked("Select Downstream"), "Graph", ("]",)),
    ActionSpec("run.all", marked("Run"), "Run", ("Ctrl+Return", "F5")),
    ActionSpec("run.here", marked("Run to Here"), "Run", ("Ctrl+Shift+Return",)),
    ActionSpec("run.sample", marked("Run on a Sample"), "Run", ("Alt+Return",)),
    ActionSpec("run.stop", marked("Stop"), "Run", ("Ctrl+Alt+Return", "F6")),
    ActionSpec("run.live", marked("Live"), "Run", ("Ctrl+Shift+R",), checkable=True),
    ActionSpec("run.written", marked("Show What Was Written"), "Run", ("Ctrl+Shift+O",)),
    ActionSpec("view.fit", marked("Fit to View"), "View", ("F", ".")),
    ActionSpec("view.fit_all", marked("Fit Whole Graph"), "View", ("Home",)),
    ActionSpec("view.zoom_in", marked("Zoom In"), "View", ("Ctrl+=",)),
    ActionSpec("view.zoom_out", marked("Zoom Out"), "View", ("Ctrl+-",)),
    ActionSpec("view.zoom_reset", marked("Actual Size"), "View", ("Ctrl+0",)),
    ActionSpec("view.minimap", marked("Minimap"), "View", ("Alt+M",), checkable=True),
    ActionSpec("view.gallery", marked("Gallery"), "View", ("Ctrl+1",), checkable=True),
    ActionSpec("view.inspector", marked("Inspector"), "View", ("Ctrl+2",), checkable=True),
    ActionSpec("view.outline", marked("Outline"), "View", ("Ctrl+3",), checkable=True),
    ActionSpec("view.problems", marked("Problems"), "View", ("Ctrl+4",), checkable=True),
    ActionSpec("view.log", marked("Log"), "View", ("Ctrl+`",), checkable=True),
    ActionSpec("view.next", marked("Go to the Next Panel"), "View", ("Ctrl+F6", "Ctrl+Tab")),
    ActionSpec("view.graph", marked("Go to the Graph"), "View", ("Ctrl+5",)),
    ActionSpec("view.compare", marked("Compare Nodes or Runs"), "View", ("Ctrl+K",)),
    ActionSpec("view.theme", marked("Switch Theme"), "View", ("Ctrl+Shift+T",)),
    ActionSpec("view.theme_system", marked("Theme of the Desktop"), "View", checkable=True),
    ActionSpec("view.theme_dark", marked("Dark Theme"), "View", checkable=True),
    ActionSpec("view.theme_light", marked("Light Theme"), "View", checkable=True),
    ActionSpec("help.node", marked("Help for Node"), "Help", ("F1",)),
    ActionSpec("help.commands", marked("All Commands..."), "Help", ("Ctrl+Shift+P",)),
    ActionSpec("help.keys", marked("Keyboard Shortcuts..."), "Help", ("Ctrl+Shift+K", "Ctrl+,")),
    ActionSpec("help.about", marked("About nodegraph"), "Help"),
)


class Actions(QObject):
    """The actions as QActions by id, with the keys that the user chose or the defaults."""

    def __init__(self, parent: QObject | None = None, keys: dict[str, tuple[str, ...]] | None = None) -> None:
        super().__init__(parent)
        self.specs = {spec.id: spec for spec in ACTIONS}
        self._actions: dict[str, QAction] = {}
        for spec in ACTIONS:
            action = QAction(words(spec.text), self)
            action.setObjectName(spec.id)
            action.setCheckable(spec.checkable)
            action.setShortcuts([QKeySequence(key) for key in (keys or {}).get(spec.id, spec.keys)])
            action.setToolTip(words(spec.help) if spec.help else spec.name)
            self._actions[spec.id] = action

    def __getitem__(self, id: str) -> QAction:
        return self._actions[id]

    def all(self) -> list[QAction]:
        """All actions in the order of the menus."""
        return list(self._actions.values())
