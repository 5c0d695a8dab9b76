"""The focus line: says at the upper edge of the canvas that the keyboard is there."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

HEIGHT = 2
BY_KEYBOARD = frozenset(
    {Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason}
)


class FocusLine(QWidget):
    """Seen while `of` has the focus and got it by a key: who points with the mouse knows where it is."""

    def __init__(self, of: QAbstractScrollArea) -> None:
        super().__init__(of)
        self._of = of
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()
        of.installEventFilter(self)
        of.viewport().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Comes and goes with the focus, and is as wide as the canvas."""
        if event.type() == QEvent.Type.MouseButtonPress:
            self.hide()
        elif watched is self._of and event.type() == QEvent.Type.Resize:
            self.setGeometry(0, 0, self._of.width(), HEIGHT)
        elif watched is self._of and isinstance(event, QFocusEvent):
            if event.lostFocus():
                self.hide()
            elif event.reason() in BY_KEYBOARD:
                self.show()
                self.raise_()
        return False

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paints it in the accent."""
        QPainter(self).fillRect(self.rect(), self.palette().link())
