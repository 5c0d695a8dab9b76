"""The look of the inspector's widgets: a palette and a style sheet made from the theme's colours."""

from __future__ import annotations

from PySide6.QtGui import QColor, QPalette

from gui.theme.theme import Theme


def palette_of(theme: Theme) -> QPalette:
    """The colours that Qt's own widgets draw themselves with."""
    palette = QPalette()
    roles = {
        QPalette.ColorRole.Window: "panel",
        QPalette.ColorRole.WindowText: "text",
        QPalette.ColorRole.Base: "field",
        QPalette.ColorRole.AlternateBase: "window",
        QPalette.ColorRole.Text: "text",
        QPalette.ColorRole.Button: "node_title",
        QPalette.ColorRole.ButtonText: "text",
        QPalette.ColorRole.Highlight: "accent",
        QPalette.ColorRole.HighlightedText: "accent_text",
        QPalette.ColorRole.PlaceholderText: "text_dim",
        QPalette.ColorRole.ToolTipBase: "panel",
        QPalette.ColorRole.ToolTipText: "text",
        QPalette.ColorRole.Link: "accent",
    }
    for role, name in roles.items():
        palette.setColor(role, theme[name])
    for role in (QPalette.ColorRole.Text, QPalette.ColorRole.WindowText, QPalette.ColorRole.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, theme["text_dim"])
    return palette


def css(colour: QColor, alpha: float = 1.0) -> str:
    """The colour as a style sheet writes it."""
    return f"rgba({colour.red()}, {colour.green()}, {colour.blue()}, {round(alpha * 255)})"


def mixed(one: QColor, other: QColor, share: float) -> QColor:
    """`one` with this share of `other` in it."""
    parts = [round(a + (b - a) * share) for a, b in zip(one.getRgb()[:3], other.getRgb()[:3], strict=True)]  # type: ignore[index]
    return QColor(*parts)


def stylesheet(theme: Theme) -> str:
    """The style sheet of a panel. Widgets say what they are by the property "role"."""
    colours = {name: css(colour) for name, colour in theme.colours.items()}
    hover = css(mixed(theme["field"], theme["accent"], 0.12))
    wrong = css(theme["state_error"])
    return f"""
    QWidget#inspector, QWidget#inspectorBody, QWidget#problems {{ background: {colours["panel"]}; }}
    QScrollArea {{ border: 0; background: {colours["panel"]}; }}
    QLabel {{ background: transparent; color: {colours["text"]}; }}
    QLabel[role="dim"], QLabel[role="help"] {{ color: {colours["text_dim"]}; }}
    QLabel[role="section"] {{ color: {colours["text_dim"]}; font-weight: 600; }}
    QLabel[role="error"] {{ color: {wrong}; }}
    QLabel[role="warning"] {{ color: {css(theme["state_stale"])}; }}
    QLabel[role="name"] {{ color: {colours["text"]}; font-weight: 600; }}
    QLineEdit, QPlainTextEdit, QComboBox, QListWidget {{
        background: {colours["field"]}; color: {colours["text"]}; border: 1px solid {colours["border"]};
        border-radius: 4px; padding: 3px 6px; selection-background-color: {colours["accent"]};
        selection-color: {colours["accent_text"]};
    }}
    QLineEdit:hover, QPlainTextEdit:hover, QComboBox:hover, QListWidget:hover {{ background: {hover}; }}
    QLineEdit:focus, QPlainTextEdit:focus, QComboBox:focus, QListWidget:focus {{ border-color: {colours["accent"]}; }}
    QLineEdit[wrong="true"], QPlainTextEdit[wrong="true"], QComboBox[wrong="true"], QListWidget[wrong="true"] {{
        border-color: {wrong};
    }}
    QLineEdit[role="title"] {{ font-weight: 600; font-size: 13pt; border-color: transparent; padding: 2px 4px;
        background: transparent; }}
    QLineEdit[role="title"]:hover, QLineEdit[role="title"]:focus {{ border-color: {colours["border"]};
        background: {colours["field"]}; }}
    QListWidget {{ padding: 2px; }}
    QListWidget::item {{ padding: 2px; }}
    QListWidget[role="rows"]::item {{ padding: 0; border-radius: 4px; }}
    QComboBox QAbstractItemView {{ background: {colours["panel"]}; color: {colours["text"]};
        border: 1px solid {colours["border"]}; }}
    QToolButton {{ background: transparent; color: {colours["text"]}; border: 1px solid transparent;
        border-radius: 4px; padding: 2px; }}
    QToolButton:hover {{ background: {colours["node_title"]}; }}
    QToolButton:focus {{ border-color: {colours["accent"]}; }}
    QToolButton[role="segment"], QToolButton[role="button"] {{ background: {colours["field"]};
        border: 1px solid {colours["border"]}; padding: 4px 8px; }}
    QToolButton[role="segment"]:hover, QToolButton[role="button"]:hover {{ background: {hover}; }}
    QToolButton[role="segment"]:checked, QToolButton[role="button"]:checked {{ background: {colours["accent"]};
        color: {colours["accent_text"]}; border-color: {colours["accent"]}; }}
    QToolButton[role="segment"]:focus, QToolButton[role="button"]:focus {{ border-color: {colours["text"]}; }}
    QToolButton[role="link"] {{ color: {colours["accent"]}; padding: 0; }}
    QToolButton[role="section"] {{ color: {colours["text_dim"]}; font-weight: 600; padding: 3px 0; }}
    QToolButton::menu-button {{ border: 0; width: 14px; }}
    QFrame[role="rule"] {{ background: {colours["border"]}; border: 0; }}
    QFrame[role="card"] {{ background: {css(theme["state_error"], 0.10)}; border-radius: 4px; }}
    QFrame[role="card-warning"] {{ background: {css(theme["state_stale"], 0.12)}; border-radius: 4px; }}
    QCheckBox {{ color: {colours["text"]}; spacing: 6px; background: transparent; }}
    QCheckBox::indicator {{ width: 15px; height: 15px; }}
    QSlider {{ background: transparent; min-height: 20px; }}
    QSlider::groove:horizontal {{ height: 4px; border-radius: 2px; background: {colours["border"]}; }}
    QSlider::sub-page:horizontal {{ height: 4px; border-radius: 2px; background: {colours["accent"]}; }}
    QSlider[unset="true"]::sub-page:horizontal {{ background: {colours["border"]}; }}
    QSlider::handle:horizontal {{ width: 14px; height: 14px; margin: -5px 0; border-radius: 7px;
        background: {colours["accent"]}; border: 2px solid {colours["panel"]}; }}
    QSlider[unset="true"]::handle:horizontal {{ background: {colours["text_dim"]}; }}
    QSlider::handle:horizontal:focus {{ border-color: {colours["text"]}; }}
    """


def restyled(widget: object) -> None:
    """Lets the style sheet be looked up again, after a property of the widget changed."""
    style = widget.style()  # type: ignore[attr-defined]
    style.unpolish(widget)
    style.polish(widget)
