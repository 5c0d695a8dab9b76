"""The button that says of two pictures side by side that they are no duplicates of one another."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget

from gui.gallery.by_hand import ByHand


class ApartButton(QPushButton):
    """Pressed in while the two are said to be no duplicates; finders of duplicates then never join them.

    There only while two different contents are compared.
    """

    def __init__(self, decided: ByHand, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._decided = decided
        self._node, self._one, self._other = "", "", ""
        self.setText(self.tr("Not a Duplicate"))
        self.setAccessibleName(self.text())
        self.setToolTip(self.tr("Never take these two pictures for duplicates, at any node of this graph (N)"))
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.hide()
        self.clicked.connect(self._decide)
        decided.changed.connect(self._show)

    def show_pair(self, node: str, one: str, other: str) -> None:
        """These two contents are compared, in the rows of `node`; empty where there are none."""
        self._node, self._one, self._other = node, one, other
        self._show()

    def _show(self) -> None:
        pair = bool(self._node and self._one and self._other) and self._one != self._other
        self.setVisible(pair)
        self.setEnabled(pair)
        self.setChecked(pair and self._decided.are_apart(self._one, self._other))

    def _decide(self, apart: bool) -> None:
        self._decided.set_apart(self._node, self._one, self._other, apart=apart)
        self._show()
