"""The theme that a widget of the run is shown in, told by its palette: it follows a switch without being told."""

from __future__ import annotations

from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QWidget

from gui.theme.theme import Theme, load_theme

MIDDLE = 128


def theme_of(widget: QWidget) -> Theme:
    """The dark theme where the widget's window is dark, else the light one."""
    dark = widget.palette().color(QPalette.ColorRole.Window).lightness() < MIDDLE
    return load_theme("dark" if dark else "light")
