"""Fields for captions: one beside the picture in the viewer, and a small one that opens on a tile of the grid."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QPlainTextEdit, QWidget

CAPTION_HEIGHT = 92
ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class CaptionField(QPlainTextEdit):
    """A caption; `committed(text)` when the field is left or Ctrl+Enter pressed with another text in it."""

    committed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._before = ""
        self.setTabChangesFocus(True)
        self.setFixedHeight(CAPTION_HEIGHT)
        self.setAccessibleName(self.tr("Caption"))
        self.installEventFilter(self)

    def show_text(self, text: str) -> None:
        """Shows a text that counts already."""
        if text != self._before or text != self.toPlainText():
            self._before = text
            self.setPlainText(text)

    def commit(self) -> None:
        """Says the text if it is another one."""
        text = self.toPlainText().strip()
        if text != self._before.strip():
            self._before = text
            self.committed.emit(text)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Commits when the field is left."""
        if event.type() == QEvent.Type.FocusOut:
            self.commit()
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+Enter commits, Esc takes the text back."""
        if event.key() in ENTER and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.commit()
        elif event.key() == Qt.Key.Key_Escape and self.toPlainText() != self._before:
            self.setPlainText(self._before)
        else:
            super().keyPressEvent(event)


class TileCaption(QPlainTextEdit):
    """A caption on its tile. `left(text, step)` when it is left: None where nothing was written; on to another tile.

    Enter and leaving keep what was written (Shift+Enter begins a new line), Tab goes on to the next, Esc keeps nothing.
    """

    left = Signal(object, int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._before = ""
        self.setAccessibleName(self.tr("Caption"))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.hide()

    def open(self, text: str) -> None:
        """Begins with this text."""
        self._before = text
        self.setPlainText(text)
        self.selectAll()
        self.show()
        self.setFocus()

    def event(self, event: QEvent) -> bool:
        """Takes Tab before Qt does."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            steps = {Qt.Key.Key_Tab: 1, Qt.Key.Key_Backtab: -1}
            if event.key() in steps:
                self._leave(step=steps[Qt.Key(event.key())])
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and Esc end the writing."""
        if event.key() in ENTER and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._leave()
        elif event.key() == Qt.Key.Key_Escape:
            self.setPlainText(self._before)
            self._leave()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Leaves, unless only a menu opened."""
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self._leave()

    def _leave(self, step: int = 0) -> None:
        if self.isVisible():
            text, by_key = self.toPlainText().strip(), self.hasFocus()
            self.hide()
            if by_key and (tiles := self.parentWidget()) is not None:
                tiles.setFocus()
            self.left.emit(text if text != self._before.strip() else None, step)
