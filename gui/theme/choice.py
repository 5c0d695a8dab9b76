"""Which theme: the one that was chosen, or the desktop's."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from gui.settings import ThemeChoice
from gui.theme.theme import Theme, ThemeName, load_theme


def theme_for(choice: ThemeChoice) -> Theme:
    """The theme of this choice; "system" asks the desktop, and is dark where that does not say."""
    return load_theme(system_theme() if choice == "system" else choice)


def system_theme() -> ThemeName:
    """The desktop's theme now."""
    return "light" if QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Light else "dark"
