"""Expression fields: a condition over columns, with the names of columns and functions offered while typing."""

from __future__ import annotations

import re

from PySide6.QtCore import QStringListModel, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent, QTextCursor
from PySide6.QtWidgets import QCompleter, QHBoxLayout, QWidget

from gui.expression_words import expression_words
from gui.inspector.fields.field import Field, FieldContext
from gui.inspector.fields.text import Lines
from nodegraph.graph.columns import ColumnsAt


class ExpressionEdit(Lines):
    """Lines with completion of the word before the caret. Ctrl+Space asks for it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(2, 8, parent)
        self.words = QStringListModel(self)
        self.completer = QCompleter(self.words, self)
        self.completer.setWidget(self)
        self.completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self.completer.activated.connect(self.complete)
        popup = self.completer.popup()
        assert popup is not None  # a completer that pops up has one
        self._popup = popup
        popup.setObjectName("completions")

    def complete(self, word: str) -> None:
        """Puts the word in the place of the one that is begun."""
        cursor = self.textCursor()
        cursor.movePosition(QTextCursor.MoveOperation.Left, QTextCursor.MoveMode.KeepAnchor, len(self._begun()))
        cursor.insertText(word)
        self.setTextCursor(cursor)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leaves the keys of the open list to the list."""
        if self._popup.isVisible() and event.key() in (
            Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab, Qt.Key.Key_Backtab, Qt.Key.Key_Escape,
        ):  # fmt: skip
            event.ignore()
            return
        asked = event.key() == Qt.Key.Key_Space and event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if not asked:
            super().keyPressEvent(event)
        begun = self._begun()
        if asked or (len(begun) >= 1 and event.text().strip()):
            self._offer(begun)
        elif not begun:
            self._popup.hide()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Closes the list when the focus goes elsewhere."""
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self._popup.hide()
        super().focusOutEvent(event)

    def _begun(self) -> str:
        cursor = self.textCursor()
        before = cursor.block().text()[: cursor.positionInBlock()]
        found = re.search(r"[A-Za-z_][A-Za-z0-9_]*$", before)
        return found[0] if found else ""

    def _offer(self, begun: str) -> None:
        self.completer.setCompletionPrefix(begun)
        if not self.completer.completionCount() or self.completer.currentCompletion() == begun:
            self._popup.hide()
            return
        self._popup.setCurrentIndex(self.completer.completionModel().index(0, 0))
        area = self.cursorRect()
        area.setWidth(max(180, self._popup.sizeHintForColumn(0) + 24))
        self.completer.complete(area)


class ExpressionField(Field):
    """A condition over columns."""

    def __init__(self, context: FieldContext, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self.edit = ExpressionEdit(self)
        self.edit.setPlaceholderText(self.tr("such as: sharpness > 100 and not is_dark"))
        self.edit.textChanged.connect(lambda: self.edited.emit(self.edit.toPlainText()))
        layout.addWidget(self.edit)
        self.set_main(self.edit)
        self.show_columns(context.columns)

    def show_columns(self, columns: ColumnsAt) -> None:
        """Offers these columns."""
        self.edit.words.setStringList(expression_words(columns))

    def show_value(self, value: object) -> None:
        """Shows the condition."""
        text = "" if value is None else str(value)
        if text != self.edit.toPlainText():
            blocked = self.edit.blockSignals(True)
            self.edit.setPlainText(text)
            self.edit._grow()
            self.edit.blockSignals(blocked)
