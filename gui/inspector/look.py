"""The look of what only the inspector has: rules beside the app's style sheet, for widgets that say their role."""

from __future__ import annotations

from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from gui.theme.style import mixed
from gui.theme.theme import Theme


def css(colour: QColor, alpha: float = 1.0) -> str:
    """The colour as a style sheet writes it."""
    return f"rgba({colour.red()}, {colour.green()}, {colour.blue()}, {round(alpha * 255)})"


def stylesheet(theme: Theme) -> str:
    """The style sheet of a panel. Widgets say what they are by the property "role"."""
    colours = {name: css(colour) for name, colour in theme.colours.items()}
    hover = css(mixed(theme["accent"], theme["field"], 0.12))
    return f"""
    QWidget#inspector, QWidget#inspectorBody, QWidget#problems {{ background: {colours["panel"]}; }}
    QLabel {{ background: transparent; }}
    QLabel[role="dim"], QLabel[role="help"] {{ color: {colours["text_dim"]}; }}
    QLabel[role="section"] {{ color: {colours["text_dim"]}; font-weight: 600; }}
    QLabel[role="warning"] {{ color: {colours["state_stale"]}; }}
    QLabel[role="name"] {{ font-weight: 600; }}
    QLineEdit[role="title"] {{ font-weight: 600; font-size: 13pt; border: 0; border-radius: 0; padding: 2px 0;
        border-bottom: 1px solid transparent; background: transparent; placeholder-text-color: {colours["text"]}; }}
    QLineEdit[role="title"]:hover {{ border-bottom: 1px solid {colours["border"]}; }}
    QLineEdit[role="title"]:focus {{ border-bottom: 1px solid {colours["accent"]}; }}
    QListWidget[role="columns"] {{ background: {colours["field"]}; border: 1px solid {colours["border"]};
        border-radius: 5px; padding: 3px; }}
    QListWidget[role="columns"]:focus {{ border-color: {colours["accent"]}; }}
    QListWidget[role="columns"]::item {{ padding: 2px; }}
    QListWidget[role="rows"]::item {{ padding: 0; }}
    QLineEdit[wrong="true"], QPlainTextEdit[wrong="true"], QComboBox[wrong="true"], QListWidget[wrong="true"] {{
        border-color: {colours["state_error"]}; }}
    QToolButton {{ padding: 2px; border: 1px solid transparent; }}
    QToolButton:focus {{ padding: 2px; border: 1px solid {colours["accent"]}; }}
    QToolButton[role="segment"], QToolButton[role="button"] {{ background: {colours["field"]};
        border: 1px solid {colours["border"]}; padding: 4px 7px; }}
    QToolButton[role="segment"]:hover, QToolButton[role="button"]:hover {{ background: {hover}; }}
    QToolButton[role="segment"]:checked, QToolButton[role="button"]:checked {{ background: {colours["accent_fill"]};
        color: {colours["accent_text"]}; border-color: {colours["accent_fill"]}; }}
    QToolButton[role="segment"]:focus, QToolButton[role="button"]:focus {{ border-color: {colours["accent"]};
        padding: 4px 7px; }}
    QToolButton[role="segment"]:checked:focus, QToolButton[role="button"]:checked:focus {{
        border-color: {colours["text"]}; }}
    QToolButton[role="section"] {{ color: {colours["text_dim"]}; font-weight: 600; padding: 3px 0; }}
    QToolButton[role="section"]:checked {{ background: transparent; }}
    QToolButton::menu-button {{ border: 0; width: 14px; }}
    QFrame[role="rule"] {{ background: {colours["border"]}; border: 0; }}
    QFrame[role="card"] {{ background: {css(theme["state_error"], 0.10)}; border-radius: 4px; }}
    QFrame[role="card-warning"] {{ background: {css(theme["state_stale"], 0.12)}; border-radius: 4px; }}
    QSlider {{ min-height: 20px; }}
    QSlider[unset="true"]::sub-page:horizontal {{ background: {colours["border"]}; }}
    QSlider[unset="true"]::handle:horizontal {{ background: {colours["text_dim"]}; }}
    """


def restyled(widget: QWidget) -> None:
    """Lets the style sheet be looked up again, after a property of the widget changed."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)
