"""The look: both themes are complete, can be read, and colour everything."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFontDatabase, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QPushButton,
    QSlider,
    QSpinBox,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from gui.actions import ACTIONS
from gui.canvas.style import CanvasStyle
from gui.theme.fonts import FAMILY, install_font
from gui.theme.icons import OF_ACTION, asset_folder, icon
from gui.theme.style import apply_style, mixed, sheet_of
from gui.theme.theme import Theme, ThemeName, load_theme

THEMES: tuple[ThemeName, ...] = ("dark", "light")


def contrast(one: QColor, other: QColor) -> float:
    """The contrast ratio of WCAG 2."""

    def luminance(colour: QColor) -> float:
        parts = (colour.redF(), colour.greenF(), colour.blueF())
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", THEMES)
def test_text_can_be_read_on_every_ground(name: ThemeName) -> None:
    theme = load_theme(name)
    for ground in ("window", "panel", "field", "node", "node_title"):
        assert contrast(theme["text"], theme[ground]) >= 7, ground
        assert contrast(theme["text_dim"], theme[ground]) >= 4.5, ground


@pytest.mark.parametrize("name", THEMES)
def test_what_is_said_in_colour_can_be_read_too(name: ThemeName) -> None:
    theme = load_theme(name)
    for word in ("accent", "kept", "dropped", "state_error"):
        for ground in ("window", "panel", "field", "node"):
            assert contrast(theme[word], theme[ground]) >= 4.5, (word, ground)
    for kind in (colour for colour in theme.colours if colour.startswith("kind_")):
        assert contrast(theme[kind], theme["panel"]) >= 4.5, kind
    assert contrast(theme["accent_text"], theme["accent_fill"]) >= 4.5


@pytest.mark.parametrize("name", THEMES)
def test_signs_of_states_are_seen_on_the_title_of_every_kind(name: ThemeName, qapp: QApplication) -> None:
    style = CanvasStyle(load_theme(name))
    for kind, title in style.titles.items():
        for state, colour in style.states.items():
            assert contrast(colour, title.color()) >= 3, (state, kind)


def test_bold_is_drawn_by_a_bold_font(qapp: QApplication) -> None:
    font = qapp.font()
    install_font(qapp)
    qapp.setFont(font)
    assert "Bold" in QFontDatabase.styles(FAMILY)


def made(widget: QWidget, **properties: object) -> QWidget:
    """The widget with these properties of Qt's."""
    for name, value in properties.items():
        widget.setProperty(name, value)
    return widget


FOCUSABLE: dict[str, Callable[[], QWidget]] = {
    "button": QPushButton,
    "default button": lambda: made(QPushButton("Run"), default=True),
    "checked button": lambda: made(QPushButton("Kept"), checkable=True, checked=True),
    "run button": lambda: made(QToolButton(), objectName="run_button", focusPolicy=Qt.FocusPolicy.StrongFocus),
    "check box": QCheckBox,
    "checked box": lambda: made(QCheckBox("Flips"), checked=True),
    "slider": lambda: made(QSlider(Qt.Orientation.Horizontal), value=40),
    "list that drops down": QComboBox,
    "number": lambda: made(QSpinBox(), readOnly=True),
}
"""What the keyboard reaches. Fields show a caret, too; the number here has none."""


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize("kind", FOCUSABLE)
def test_where_the_keyboard_is_can_be_seen(kind: str, name: ThemeName, qapp: QApplication, qtbot: QtBot) -> None:
    apply_style(qapp, load_theme(name))
    window = QWidget()
    qtbot.addWidget(window)
    other, widget = QPushButton("Other", window), FOCUSABLE[kind]()
    widget.setParent(window)
    widget.setGeometry(0, 60, 160, 30)
    window.resize(200, 100)
    window.show()
    assert QTest.qWaitForWindowActive(window)
    other.setFocus()
    without = widget.grab().toImage()
    widget.setFocus(Qt.FocusReason.TabFocusReason)
    assert widget.hasFocus()
    assert differing(without, widget.grab().toImage()) >= 20


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize("kind", ["button", "default button", "checked box", "slider"])
def test_what_cannot_be_used_looks_like_it(kind: str, name: ThemeName, qapp: QApplication, qtbot: QtBot) -> None:
    apply_style(qapp, load_theme(name))
    widget = FOCUSABLE[kind]()
    qtbot.addWidget(widget)
    widget.resize(160, 30)
    before = widget.grab().toImage()
    widget.setEnabled(False)
    assert differing(before, widget.grab().toImage()) >= 20


def differing(one: QImage, other: QImage) -> int:
    """So many pixels of two pictures differ clearly."""
    places = [(x, y) for x in range(one.width()) for y in range(one.height())]
    return sum(contrast(one.pixelColor(*place), other.pixelColor(*place)) > 1.5 for place in places)


def test_both_themes_name_the_same_colours() -> None:
    assert load_theme("dark").colours.keys() == load_theme("light").colours.keys()


@pytest.mark.parametrize("name", THEMES)
def test_the_style_sheet_is_filled_and_its_pictures_are_there(name: ThemeName, qapp: QApplication) -> None:
    sheet = sheet_of(load_theme(name))
    assert "$" not in sheet.replace("dollar", "")
    from pathlib import Path

    pictures = re.findall(r"url\(([^)]+)\)", sheet)
    assert pictures and all(Path(picture).is_file() for picture in pictures)


def test_a_style_is_applied_without_a_warning(qapp: QApplication, qtlog: object) -> None:
    for name in THEMES:
        apply_style(qapp, load_theme(name))
    assert [record.message for record in qtlog.records] == []  # type: ignore[attr-defined]


def test_icons_of_actions_are_drawn_in_the_themes_colour(qapp: QApplication) -> None:
    ids = {spec.id for spec in ACTIONS}
    theme: Theme = load_theme("light")
    for id, name in OF_ACTION.items():
        assert id in ids
        drawn = icon(name, theme).pixmap(24, 24).toImage()
        inks = {
            drawn.pixelColor(x, y).name() for x in range(24) for y in range(24) if drawn.pixelColor(x, y).alpha() > 250
        }
        assert inks == {theme["text"].name()} or name == "list-tree" or theme["text"].name() in inks, name


def test_the_font_and_the_icons_say_their_licence() -> None:
    for folder in ("icons", "fonts"):
        assert (asset_folder() / folder / "LICENSE").is_file()


def test_mixed_lies_between() -> None:
    assert mixed(QColor("#ffffff"), QColor("#000000"), 0.5).lightness() in (127, 128)
