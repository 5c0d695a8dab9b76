"""The kinds of nodes as a row of buttons: one of them, or all, is looked through."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QToolButton, QWidget

from gui.theme.theme import Theme

SIDE = 10


class KindBar(QWidget):
    """`kind` is the one that is looked through, "" is all; `changed` follows each other choice."""

    changed = Signal()

    def __init__(self, kinds: Mapping[str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kinds = tuple(kinds)
        self._buttons: dict[str, QToolButton] = {}
        group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        for kind, words in {"": self.tr("All"), **kinds}.items():
            button = QToolButton(self)
            button.setText(words)
            button.setAccessibleName(words)
            button.setCheckable(True)
            button.setIconSize(QSize(SIDE, SIDE))
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # keys stay with the field, where Tab goes from kind to kind
            button.toggled.connect(lambda on: self.changed.emit() if on else None)
            group.addButton(button)
            row.addWidget(button)
            self._buttons[kind] = button
        row.addStretch(1)
        self._buttons[""].setChecked(True)

    @property
    def kind(self) -> str:
        """The kind that is looked through, or "" for all."""
        return next((kind for kind, button in self._buttons.items() if button.isChecked()), "")

    def choose(self, kind: str) -> None:
        """Looks through this kind, or through all."""
        self._buttons[kind].setChecked(True)

    def offer(self, kinds: Collection[str]) -> None:
        """Only these kinds can be chosen; it begins with all of them."""
        for kind, button in self._buttons.items():
            button.setEnabled(not kind or kind in kinds)
        self.choose("")

    def step(self, by: int) -> None:
        """Goes on to the next kind that can be chosen, or back."""
        kinds = [kind for kind, button in self._buttons.items() if button.isEnabled()]
        self.choose(kinds[(kinds.index(self.kind) + by) % len(kinds)])

    def paint(self, theme: Theme) -> None:
        """Gives each kind its colour of the theme."""
        for kind in self._kinds:
            self._buttons[kind].setIcon(_spot(theme, kind, self.devicePixelRatioF()))


def _spot(theme: Theme, kind: str, ratio: float) -> QIcon:
    picture = QPixmap(round(SIDE * ratio), round(SIDE * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme[f"kind_{kind}"])
    painter.drawRoundedRect(0, 0, SIDE, SIDE, 3, 3)
    painter.end()
    return QIcon(picture)
