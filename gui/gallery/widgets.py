"""Small widgets of the gallery: labels and buttons as its panels have them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton


def label(*, dim: bool = False, bold: bool = False, wrap: bool = False, selectable: bool = False) -> QLabel:
    """A label for words that change."""
    made = QLabel()
    if dim:
        made.setObjectName("dim")
    if bold:
        font = made.font()
        font.setBold(True)
        made.setFont(font)
    made.setWordWrap(wrap)
    if selectable:
        made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return made


def toggle(text: str = "") -> QPushButton:
    """A button that stays down, never pressed by Enter elsewhere in a dialog."""
    made = QPushButton(text)
    made.setCheckable(True)
    made.setAutoDefault(False)
    return made
