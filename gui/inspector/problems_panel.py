"""The problems panel: everything that is wrong with the graph, errors first; a click or Enter goes to the place."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from gui.document import GraphDocument
from gui.inspector.look import stylesheet
from gui.inspector.notice import ProblemNote
from gui.selection import Selection
from gui.theme.theme import Theme, load_theme
from nodegraph.problems import Problem

MOST = 200
"""So many problems are shown at once: nobody reads more, and each is a card."""


class _List(QListWidget):
    """A list in which Enter chooses, on every platform."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Chooses on Enter."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentItem() is not None:
            self.itemActivated.emit(self.currentItem())
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lets the cards wrap anew."""
        super().resizeEvent(event)
        self.fit()

    def fit(self) -> None:
        """Gives each item the height that its card needs at this width."""
        width = self.viewport().width()
        for row in range(self.count()):
            item = self.item(row)
            card = self.itemWidget(item)
            if card is not None:
                hint = item.sizeHint()
                hint.setWidth(width - 2)
                hint.setHeight(card.heightForWidth(width - 2) + 4)
                item.setSizeHint(hint)


class ProblemsPanel(QWidget):
    """`go(node, param)` asks to show the place of a problem; the node is selected already. Either may be ""."""

    go = Signal(str, str)
    count_changed = Signal(int, int)

    def __init__(
        self,
        document: GraphDocument,
        selection: Selection,
        parent: QWidget | None = None,
        *,
        theme: Theme | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("problems")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._document, self._selection = document, selection
        self.problems: tuple[Problem, ...] = ()
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(8, 8, 8, 8)
        self.list = _List(self)
        self.list.setProperty("role", "rows")
        self.list.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setSpacing(1)
        self.list.setAccessibleName(self.tr("Problems"))
        self.list.itemClicked.connect(self._chosen)
        self.list.itemActivated.connect(self._chosen)
        self._layout.addWidget(self.list)
        self.nothing = QLabel(self.tr("No problems. The graph can run."), self)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.nothing.setProperty("role", "dim")
        self._layout.addWidget(self.nothing)
        document.problems_changed.connect(self._show)
        self._theme = theme or load_theme("dark")
        self.apply_theme(self._theme)

    def apply_theme(self, theme: Theme) -> None:
        """Takes another theme on."""
        self._theme = theme
        self.setStyleSheet(stylesheet(theme))
        self._show(self._document.problems, anew=True)

    def _show(self, problems: tuple[Problem, ...], *, anew: bool = False) -> None:
        ordered = tuple(sorted(problems, key=lambda found: found.severity != "error"))
        if ordered == self.problems and not anew:
            return
        self.problems = ordered
        row = self.list.currentRow()
        self.list.clear()
        for problem in self.problems[:MOST]:
            item = QListWidgetItem(self.list)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{problem.severity}: {problem}")
            card = ProblemNote(problem, self._theme, self.list, place=self._place(problem))
            card.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            self.list.setItemWidget(item, card)
        if len(self.problems) > MOST:
            rest = len(self.problems) - MOST
            self.list.addItem(self.tr("and {0} more, shown when these are mended").format(f"{rest:,}"))
        self.list.fit()
        self.list.setCurrentRow(min(row, self.list.count() - 1))
        self.list.setVisible(bool(self.problems))
        self.nothing.setVisible(not self.problems)
        errors = sum(problem.severity == "error" for problem in self.problems)
        self.count_changed.emit(errors, len(self.problems) - errors)

    def _place(self, problem: Problem) -> str:
        node = self._document.graph.nodes.get(problem.node or "")
        if node is None:
            return problem.node or ""
        spec = self._document.registry.nodes.get(node.type)
        name = node.label or (spec.title if spec else node.id)
        parameter = spec.parameters.get(problem.param or "") if spec else None
        return f"{name}  ·  {parameter.label}" if parameter else name

    def _chosen(self, item: QListWidgetItem) -> None:
        row = self.list.row(item)
        if not 0 <= row < min(len(self.problems), MOST):
            return
        problem = self.problems[row]
        if problem.node in self._document.graph.nodes:
            self._selection.choose([problem.node or ""])
        self.go.emit(problem.node or "", problem.param or "")
