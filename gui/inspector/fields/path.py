"""Path fields: a folder or file, chosen, typed or dropped on it; relative to the graph's file where it is near."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QMenu, QToolButton, QWidget
from shiboken6 import isValid

from gui.inspector.fields.field import Field, FieldContext
from gui.inspector.glyphs import icon
from nodegraph.graph.paths import ASSET, located, relative
from nodegraph.parameters import File, Folder
from nodegraph.problems import ProblemError

SAMPLES = f"{ASSET}samples"


class PathField(Field):
    """A folder or a file. The line shows what is saved; what is shipped with the app has a name instead."""

    def __init__(self, context: FieldContext, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._value: object = None
        self._file = self.parameter.facet(File)
        folder = self.parameter.facet(Folder)
        self._writes = (self._file or folder or Folder()).writes
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        self.edit = QLineEdit(self)
        self.edit.textEdited.connect(self._typed)
        self.edit.setAcceptDrops(False)
        self.edit.installEventFilter(self)
        self.edit.setPlaceholderText(self.tr("A file") if self._file else self.tr("Choose a folder, or drop one here"))
        layout.addWidget(self.edit, 1)
        self.button = self._made_button()
        layout.addWidget(self.button)
        self.set_main(self.edit)
        self.setAcceptDrops(True)

    def _made_button(self) -> QToolButton:
        button = QToolButton(self)
        button.setIcon(icon("folder", self.context.theme["text"]))
        button.setProperty("role", "button")
        what = self.tr("Choose a file...") if self._file else self.tr("Choose a folder...")
        button.setToolTip(what)
        button.setAccessibleName(f"{self.parameter.label}: {what}")
        button.clicked.connect(self.choose)
        if not self._file and not self._writes:
            menu = QMenu(button)
            menu.addAction(what, self.choose)
            menu.addAction(self.tr("Sample pictures"), lambda: self._take(SAMPLES))
            button.setMenu(menu)
            button.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
            button.setMinimumWidth(44)
        return button

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Shows the saved text while it is edited, its name otherwise."""
        if not isValid(self) or not isValid(self.edit):  # the focus leaves what is being destroyed, too
            return False
        if event.type() == QEvent.Type.FocusIn:
            self.edit.setText(self._saved())
        elif event.type() == QEvent.Type.FocusOut:
            self.edit.setText(self._shown())
        return False

    def show_value(self, value: object) -> None:
        """Shows the path."""
        self._value = value
        text = self._saved() if self.edit.hasFocus() else self._shown()
        if text != self.edit.text():
            self.edit.setText(text)
        self.edit.setToolTip(self._place())

    def show_mixed(self) -> None:
        """Shows that the nodes differ."""
        self.show_value(None)
        self.edit.setPlaceholderText(self.tr("Several values"))

    def choose(self) -> None:
        """Asks for a folder or a file in the system's dialog."""
        start = self._place() or str(self.context.base())
        title = self.parameter.label
        if not self._file:
            chosen = QFileDialog.getExistingDirectory(self, title, start)
        else:
            kinds = " ".join(f"*{suffix}" for suffix in self._file.suffixes) or "*"
            ask = QFileDialog.getSaveFileName if self._writes else QFileDialog.getOpenFileName
            chosen = ask(self, title, start, f"{title} ({kinds})")[0]
        if chosen:
            self._take(chosen)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Takes local files."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Takes the first file or folder; for a folder, a file means the folder it is in."""
        from pathlib import Path

        dropped = next((Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()), None)
        if dropped is not None:
            self._take(str(dropped.parent if not self._file and dropped.is_file() else dropped))
            event.acceptProposedAction()

    def _take(self, text: str) -> None:
        value = relative(text, self.context.base())
        self.show_value(value)
        self.say(value)

    def _typed(self, text: str) -> None:
        self._value = text or (None if self.parameter.nullable else "")
        self.edited.emit(self._value)

    def _saved(self) -> str:
        return self._value if isinstance(self._value, str) else "" if self._value is None else str(self._value)

    def _shown(self) -> str:
        text = self._saved()
        if text == SAMPLES:
            return self.tr("Sample pictures")
        if text.startswith(ASSET):
            return self.tr("{0} (shipped with the app)").format(text.removeprefix(ASSET))
        return text

    def _place(self) -> str:
        try:
            return str(located(self._saved(), self.context.base())) if self._saved() else ""
        except (ProblemError, OSError, ValueError):
            return ""
