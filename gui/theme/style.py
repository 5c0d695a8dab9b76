"""The style: Fusion with a palette and a style sheet, both made from the theme's colours."""

from __future__ import annotations

from string import Template

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory

from gui.theme.icons import asset_folder
from gui.theme.theme import Theme

SHEET = "style.qss"


def apply_style(application: QApplication, theme: Theme) -> None:
    """Gives the whole app the theme's palette and style sheet."""
    if application.style().objectName() != "fusion":
        application.setStyle(QStyleFactory.create("Fusion"))
    application.setPalette(palette_of(theme))
    application.setStyleSheet(sheet_of(theme))


def palette_of(theme: Theme) -> QPalette:
    """The theme as a QPalette, so that every standard widget has its colours."""
    role = QPalette.ColorRole
    palette = QPalette()
    for which, name in (
        (role.Window, "window"),
        (role.WindowText, "text"),
        (role.Base, "field"),
        (role.AlternateBase, "panel"),
        (role.Text, "text"),
        (role.Button, "panel"),
        (role.ButtonText, "text"),
        (role.BrightText, "accent_text"),
        (role.Highlight, "accent_fill"),
        (role.HighlightedText, "accent_text"),
        (role.ToolTipBase, "panel"),
        (role.ToolTipText, "text"),
        (role.PlaceholderText, "text_dim"),
        (role.Link, "accent"),
        (role.LinkVisited, "accent"),
        (role.Light, "node_title"),
        (role.Midlight, "border"),
        (role.Mid, "border"),
        (role.Dark, "border"),
        (role.Shadow, "canvas"),
    ):
        palette.setColor(which, theme[name])
    disabled = mixed(theme["text_dim"], theme["panel"], 0.7)
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, disabled)
    return palette


def sheet_of(theme: Theme) -> str:
    """The style sheet with the theme's colours filled in, and a few shades between them."""
    from pathlib import Path

    names = {name: colour.name() for name, colour in theme.colours.items()}
    names["hover"] = mixed(theme["text"], theme["panel"], 0.08).name()
    names["pressed"] = mixed(theme["text"], theme["panel"], 0.15).name()
    names["accent_hover"] = mixed(theme["text"], theme["accent_fill"], 0.08).name()
    names["accent_soft"] = mixed(theme["accent"], theme["panel"], 0.22).name()
    names["disabled"] = mixed(theme["text_dim"], theme["panel"], 0.7).name()
    names["scroll"] = mixed(theme["text_dim"], theme["panel"], 0.45).name()
    names["icons"] = (asset_folder() / "icons" / theme.name).as_posix()
    return Template((Path(__file__).parent / SHEET).read_text("utf-8")).substitute(names)


def mixed(upper: QColor, lower: QColor, share: float) -> QColor:
    """The colour that `upper` gives where it covers `lower` to this share."""
    keep = 1 - share
    return QColor.fromRgbF(
        upper.redF() * share + lower.redF() * keep,
        upper.greenF() * share + lower.greenF() * keep,
        upper.blueF() * share + lower.blueF() * keep,
    )
