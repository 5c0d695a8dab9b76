"""Labels that the style sheet knows by name."""

from __future__ import annotations

from typing import Literal

from PySide6.QtWidgets import QLabel

LabelStyle = Literal["dialog_title", "hint_title", "dim"]


def styled_label(style: LabelStyle, text: str = "") -> QLabel:
    """A label in one of the styles of the style sheet."""
    label = QLabel(text)
    label.setObjectName(style)
    return label
