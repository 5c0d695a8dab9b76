"""The main window: the canvas with its panels around it. Puts the rooms together and wires what they ask for."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint, QPointF, QSize, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow, QMenu

from gui.actions import Actions
from gui.canvas.adding import Wiring
from gui.canvas.export import sketch_of
from gui.canvas.view import CanvasView
from gui.docks import Docks
from gui.document import GraphDocument
from gui.drop import DropTarget
from gui.files.controller import Files
from gui.files.dropped import Dropped, source_for, understand
from gui.files.examples import QUICKSTART, examples
from gui.files.questions import Questions
from gui.gallery.compare_dialog import CompareDialog
from gui.gallery.panel import GalleryPanel
from gui.gallery.thumbnails import Thumbnails
from gui.glances import Glances
from gui.hints import FLAG, Hints
from gui.inspector.panel import InspectorPanel
from gui.inspector.problems_panel import ProblemsPanel
from gui.invitation import Invitation
from gui.log_panel import LogPanel
from gui.outline import OutlinePanel
from gui.palette.node_palette import NodePalette
from gui.results import Results
from gui.run_bar import RunBar
from gui.run_controller import RunController
from gui.selection import Selection
from gui.settings import Settings
from gui.theme.choice import theme_for
from gui.theme.style import apply_style
from gui.window_actions import fill_menus, make_toolbar, scope_shortcuts, set_icons, set_keys
from gui.window_commands import Commands
from nodegraph.cache.location import cache_folder
from nodegraph.graph.edit import SetParam
from nodegraph.graph.model import Graph
from nodegraph.problems import Problem, ProblemError
from nodegraph.registry import Registry

MESSAGE_TIME = 8000
FIRST_SIZE = QSize(1440, 900)
FRAME = QSize(20, 60)
"""What a desktop puts around a window: a first window that is larger than the screen hides its status bar."""


class MainWindow(QMainWindow):
    """The app's window. `questions` and `swaps` (the folder of swap files) are for tests.

    `actions` are the app's by id: they stand where Qt has the list of a widget's own, which nobody asks a window for.
    """

    actions: Actions  # pyright: ignore[reportIncompatibleMethodOverride, reportAssignmentType]

    def __init__(
        self,
        registry: Registry,
        settings: Settings,
        *,
        questions: Questions | None = None,
        swaps: Path | None = None,
    ) -> None:
        super().__init__()
        self.setObjectName("main_window")
        self.registry = registry
        self.settings = settings
        self.theme = theme_for(settings.theme)
        self.document = GraphDocument(registry, self)
        self.selection = Selection(self.document, self)
        self.results = Results(self)
        self.actions = Actions(self, settings.keys())  # pyright: ignore[reportIncompatibleMethodOverride]
        self.questions = questions or Questions(self)
        self.files = Files(self.document, settings, self.questions, self, swaps)
        self.run = RunController(self.document, self.results, self)
        self.run.set_device(settings.device)
        self._hints: Hints | None = None
        self._make_rooms()
        self.commands = Commands(self)
        self._wire()
        self._make_bars()
        self._style()
        self._renew_title()
        self._restore()

    def _make_rooms(self) -> None:
        shared = (self.document, self.selection, self.results)
        self.thumbnails = Thumbnails(cache_folder(), self)
        self.canvas = CanvasView(*shared, self.thumbnails, self.theme, self.actions, self)
        self.inspector = InspectorPanel(*shared, self.theme, self, thumbnails=self.thumbnails)
        self.problems = ProblemsPanel(self.document, self.selection, self, theme=self.theme)
        self.gallery = GalleryPanel(*shared, self.thumbnails, self.theme, self)
        self.outline = OutlinePanel(*shared, self)
        self.log = LogPanel(self.run, self)
        self.palette_popup = NodePalette(self.document, self.registry, self.theme, self.settings, self)
        self.invitation = Invitation(self.document, self.actions, self.theme, self.canvas.viewport())
        for bar in (self.canvas.horizontalScrollBar(), self.canvas.verticalScrollBar()):
            bar.valueChanged.connect(self.invitation.place)
        self.setCentralWidget(self.canvas)
        self.docks = Docks(
            self,
            self.actions,
            {
                "outline": self.outline,
                "inspector": self.inspector,
                "gallery": self.gallery,
                "problems": self.problems,
                "log": self.log,
            },
        )
        for panel, view in (
            (self.outline, self.outline.view),
            (self.gallery, self.gallery.grid),
            (self.problems, self.problems.list),
            (self.log, self.log.view),
        ):
            panel.setFocusProxy(view)
        self._add_at: QPointF | None = None

    def _make_bars(self) -> None:
        menus = fill_menus(self, self.actions)
        recent = QMenu(self.tr("Open Recent"), self)
        recent.aboutToShow.connect(lambda: self.commands.fill_recent(recent))
        menus["File"].insertMenu(self.actions["file.save"], recent)
        self.toolbar = make_toolbar(self, self.actions)
        scope_shortcuts(self.actions, [self.canvas, self.outline])
        set_keys(self.actions, self.settings.keys())
        self.run_bar = RunBar(self.run, self)
        self._said = QLabel()
        self._said.setAccessibleName(self.tr("Message"))
        self._said.setTextFormat(Qt.TextFormat.PlainText)
        self._silence = QTimer(self, singleShot=True, interval=MESSAGE_TIME)
        self._silence.timeout.connect(self._said.clear)
        self.statusBar().setSizeGripEnabled(False)
        self.statusBar().addWidget(self._said)
        self.statusBar().addPermanentWidget(self.run_bar, 1)

    def _wire(self) -> None:
        self.document.refused.connect(self._refused)
        self.document.path_changed.connect(self._renew_title)
        # a method, not a lambda: the stack still says this while the window is taken apart
        self.document.undo_stack.cleanChanged.connect(self._renew_title)
        self.document.changed.connect(self._changed)
        self.document.problems_changed.connect(self._count_problems)
        self.files.opened.connect(self._opened)
        self.files.message.connect(self.tell)
        self.settings.theme_changed.connect(lambda _theme: self.use_theme())
        self.settings.keys_changed.connect(lambda: set_keys(self.actions, self.settings.keys()))
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._system_theme_changed)
        self.run.device_changed.connect(self.settings.set_device)
        self.run.confirmation_wanted.connect(self._confirm_writing)
        self.run.failed.connect(self._show_errors)
        self.run.finished.connect(lambda _summary: self.gallery.renew())
        Glances(self.run, self.results, self.thumbnails, self)
        self.canvas.palette_wanted.connect(self._open_palette)
        self.canvas.message.connect(self.tell)
        self.palette_popup.chosen.connect(self._add_chosen)
        self.palette_popup.closed.connect(lambda: self.canvas.keep_shown(None))
        self.problems.go.connect(self._go_to_problem)
        self.outline.center_wanted.connect(self.go_to)
        self.log.node_wanted.connect(self.go_to)
        self._drops = DropTarget(self.canvas.viewport(), self._dropped)

    def _restore(self) -> None:
        geometry, state = self.settings.bytes("geometry"), self.settings.bytes("state")
        self.resize(FIRST_SIZE.boundedTo(self.screen().availableSize() - FRAME))
        if geometry is not None:
            self.restoreGeometry(geometry)
        if state is None or not self.docks.restore(state):
            self.docks.arrange()

    def start(self, path: Path | None = None) -> None:
        """Shows the first graph: what a crash left, `path`, the last one, or the quickstart."""
        if self.files.offer_recovery():
            if path is not None and path.absolute() != self.document.path:
                self.tell(self.tr("{name} was not opened: the recovered work is not saved yet.").format(name=path.name))
            return
        if path is not None and self.files.open(path):
            return
        recent = self.settings.recent()
        if path is None and recent and self.files.open(recent[0]):
            return
        for example in examples():
            if example.name == QUICKSTART:
                self.files.new_from(example.graph)
        if not self.settings.flag(FLAG):
            self._hints = hints = Hints(self.settings, self.canvas)
            self.run.started.connect(hints.was_run)
            self.selection.changed.connect(hints.was_chosen)
            self.document.changed.connect(hints.was_edited)
            self.files.opened.connect(hints.dismiss)
            hints.show()
        self.canvas.setFocus()

    def tell(self, text: str) -> None:
        """Says something in the status bar."""
        room = max(200, self.width() // 2)
        self._said.setText(self._said.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room))
        self._said.setToolTip(text)
        self._silence.start()

    def go_to(self, node: str) -> None:
        """Chooses a node and brings it into sight."""
        if node in self.document.graph.nodes:
            self.selection.choose([node])
            self.canvas.center_on(node)
            self.canvas.setFocus()

    def use_theme(self) -> None:
        """Takes on the theme of the settings."""
        self.theme = theme_for(self.settings.theme)
        self._style()

    def picture_of(self, graph: Graph) -> QImage:
        """A picture of another graph, for the examples."""
        document = GraphDocument(self.registry)
        document.load(graph, None)
        results = Results()
        canvas = CanvasView(document, Selection(document), results, self.thumbnails, self.theme, Actions())
        try:
            return sketch_of(canvas.graph_scene)
        finally:
            canvas.deleteLater()
            document.deleteLater()
            results.deleteLater()

    def compare(self) -> None:
        """Opens the comparison of two nodes or two runs, of the selected ones first."""
        shared = (self.document, self.selection, self.results, self.thumbnails)
        dialog = CompareDialog(*shared, self.gallery.by_hand, self.theme, self)
        dialog.show()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Asks about unsaved work, keeps the window's state and ends the engine."""
        if not self.files.may_leave():
            event.ignore()
            return
        self.settings.set_bytes("geometry", self.saveGeometry())
        self.settings.set_bytes("state", self.docks.state())
        self.settings.sync()
        self.files.close()
        self.run.shutdown()
        for room in (self.thumbnails, self.gallery):
            if hasattr(room, "shutdown"):
                room.shutdown()
        event.accept()

    def _style(self) -> None:
        application = QApplication.instance()
        if isinstance(application, QApplication):
            apply_style(application, self.theme)
        set_icons(self.actions, self.theme)
        for room in (self.canvas, self.inspector, self.problems, self.gallery, self.invitation):
            room.apply_theme(self.theme)
        self.palette_popup.theme = self.theme

    def _system_theme_changed(self) -> None:
        if self.settings.theme == "system":
            self.use_theme()

    def _opened(self) -> None:
        self.results.clear()
        self.selection.choose([])
        self._renew_title()
        self.canvas.fit()

    def _renew_title(self) -> None:
        self.setWindowTitle(f"{self.files.name}[*] - nodegraph")
        self.setWindowModified(self.files.modified)

    def _changed(self, before: Graph, after: Graph) -> None:
        if before.title != after.title:
            self._renew_title()

    def _count_problems(self, problems: tuple[Problem, ...]) -> None:
        count = len(problems)
        self.docks.rename(
            "problems", self.tr("Problems ({count})").format(count=count) if count else self.tr("Problems")
        )

    def _refused(self, problem: Problem) -> None:
        self.tell(f"{problem.message} {problem.fix}".strip())

    def _confirm_writing(self, places: list[Path]) -> None:
        saved = self.document.path is not None
        self.run.confirm(self.questions.may_write(self.files.name, places, saved=saved))

    def _show_errors(self) -> None:
        """Brings what keeps the graph from running into sight."""
        if any(problem.severity == "error" for problem in self.document.problems):
            self.docks.show("problems")

    def _open_palette(self, place: QPoint, at: QPointF, wiring: object) -> None:
        self._add_at = at
        self.palette_popup.open_at(place, wiring)

    def _add_chosen(self, type: str, wiring: Wiring) -> None:
        self.canvas.add_node(type, self._add_at or QPointF(), wiring)
        self.canvas.setFocus()

    def _go_to_problem(self, node: str, param: str) -> None:
        self.go_to(node)
        self.docks.show("inspector")
        if param:
            self.inspector.focus_field(param)

    def _dropped(self, paths: list[Path], place: QPoint) -> None:
        problems: list[Problem] = []
        for offset, path in enumerate(paths):
            try:
                found = understand(path)
            except ProblemError as error:
                problems += error.problems
                continue
            if found.what in ("graph", "picture"):
                self.files.open(found.path)
                return
            self._add_source(found, self.canvas.mapToScene(place) + QPointF(30, 30) * offset)
        if problems:
            self.questions.tell(problems)

    def _add_source(self, found: Dropped, at: QPointF) -> None:
        source = source_for(found, self.registry)
        if source is None:
            return
        type, param = source
        stack = self.document.undo_stack
        stack.beginMacro(self.tr("Add folder {name}").format(name=found.path.name))
        try:
            node = self.canvas.add_node(type, at)
            self.document.push(SetParam(node, param, str(found.path)), self.tr("Set folder"))
        finally:
            stack.endMacro()
        self.selection.choose([node])
