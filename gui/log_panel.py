"""The log panel: what runs said, line by line, with filters; a click on a line chooses its node."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QToolButton,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from gui.log_model import LINE_ROLE, LogFilter, LogModel
from gui.run_controller import RunController
from gui.run_log import LogLine
from gui.run_look import theme_of
from gui.titles import title_of

BATCH_MS = 50
WIDTHS = (74, 70, 150)


class LogPanel(QWidget):
    """Follows `run.logged`. Lines of libraries are hidden until the filter asks for them.

    `node_wanted(id)`: a line about this node was clicked.
    """

    node_wanted = Signal(str)

    def __init__(
        self,
        run: RunController,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = run.document
        self.model = LogModel(theme_of(self), self)
        self.shown = LogFilter(self.model)
        self._waiting: list[LogLine] = []
        self._batch = QTimer(self, singleShot=True, interval=BATCH_MS)
        self._batch.timeout.connect(self.flush)
        self.view = self._make_view()
        self.words = QLineEdit(self, placeholderText=self.tr("Filter"), clearButtonEnabled=True)
        self.words.setAccessibleName(self.tr("Words to look for in the log"))
        self.words.textChanged.connect(lambda text: self.shown.narrow(words=text))
        self.least = QComboBox(self)
        self.least.setAccessibleName(self.tr("Which lines are shown"))
        self.least.addItem(self.tr("Messages"), "info")
        self.least.addItem(self.tr("Warnings"), "warning")
        self.least.addItem(self.tr("Errors"), "error")
        self.least.addItem(self.tr("All"), "engine")
        self.least.currentIndexChanged.connect(lambda index: self.shown.narrow(least=self.least.itemData(index)))
        self._lay_out()
        run.logged.connect(self.add)

    def add(self, line: LogLine) -> None:
        """Adds a line; lines that come close together are shown together."""
        self._waiting.append(line)
        if not self._batch.isActive():
            self._batch.start()

    def flush(self) -> None:
        """Shows the lines that wait. A view that is at the end stays there; one scrolled back is left in peace."""
        self._batch.stop()
        bar = self.view.verticalScrollBar()
        at_end = bar.value() >= bar.maximum() - 2
        graph, registry = self._document.graph, self._document.registry
        self.model.titles |= {line.node: title_of(graph, registry, line.node) for line in self._waiting if line.node}
        lines, self._waiting = self._waiting, []
        self.model.append(lines)
        if at_end:
            self.view.scrollToBottom()

    def clear(self) -> None:
        """Empties the log."""
        self._waiting.clear()
        self.model.clear()

    def copy(self) -> None:
        """Copies the chosen lines, or all that are shown where none is chosen."""
        chosen = self.view.selectionModel().selectedRows()
        rows = sorted(index.row() for index in chosen) or range(self.shown.rowCount())
        lines = [str(self.shown.index(row, 0).data(LINE_ROLE)) for row in rows]
        QGuiApplication.clipboard().setText("\n".join(lines))

    def changeEvent(self, event: QEvent) -> None:
        """Takes the colours of another theme."""
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "model"):
            self.model.theme = theme_of(self)
            self.view.viewport().update()
        super().changeEvent(event)

    def _make_view(self) -> QTreeView:
        view = QTreeView(self)
        view.setModel(self.shown)
        view.setRootIsDecorated(False)
        view.setUniformRowHeights(True)
        view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        view.setTextElideMode(Qt.TextElideMode.ElideRight)
        view.setAccessibleName(self.tr("Log"))
        for column, width in enumerate(WIDTHS):
            view.setColumnWidth(column, width)
        view.header().setSectionResizeMode(len(WIDTHS), QHeaderView.ResizeMode.Stretch)
        view.clicked.connect(self._choose)
        view.activated.connect(self._choose)
        copy = QAction(self.tr("Copy"), view, shortcut=QKeySequence(QKeySequence.StandardKey.Copy))
        copy.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        copy.triggered.connect(self.copy)
        view.addAction(copy)
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        return view

    def _lay_out(self) -> None:
        copy, clear = QToolButton(self), QToolButton(self)
        copy.setText(self.tr("Copy"))
        clear.setText(self.tr("Clear"))
        copy.clicked.connect(self.copy)
        copy.setToolTip(self.tr("Copy the chosen lines, or all"))
        clear.clicked.connect(self.clear)
        clear.setToolTip(self.tr("Empty the log"))
        top = QHBoxLayout()
        top.setContentsMargins(8, 6, 8, 6)
        top.setSpacing(6)
        top.addWidget(self.words, 1)
        for widget in (self.least, copy, clear):
            top.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(top)
        layout.addWidget(self.view, 1)

    def _choose(self, index: QModelIndex) -> None:
        line: LogLine = index.data(LINE_ROLE)
        if line.node in self._document.graph.nodes:
            self.node_wanted.emit(line.node)
