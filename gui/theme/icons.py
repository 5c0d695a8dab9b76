"""Icons: the line drawings of assets/icons (Lucide, ISC licence), tinted with a colour of the theme."""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from gui.theme.theme import Theme

OF_ACTION: dict[str, str] = {
    "file.new": "file-plus",
    "file.template": "layout-template",
    "file.open": "folder-open",
    "file.save": "save",
    "file.picture": "image",
    "file.command": "terminal",
    "edit.undo": "undo-2",
    "edit.redo": "redo-2",
    "edit.cut": "scissors",
    "edit.copy": "copy",
    "edit.paste": "clipboard-paste",
    "edit.duplicate": "copy-plus",
    "edit.delete": "trash-2",
    "edit.find": "search",
    "graph.add": "plus",
    "graph.connect": "route",
    "graph.mute": "volume-x",
    "graph.group": "frame",
    "graph.note": "sticky-note",
    "graph.tidy": "layout-grid",
    "run.all": "play",
    "run.here": "step-forward",
    "run.sample": "flask-conical",
    "run.stop": "square",
    "run.live": "radio",
    "view.fit": "maximize",
    "view.zoom_in": "zoom-in",
    "view.zoom_out": "zoom-out",
    "view.minimap": "map",
    "view.gallery": "images",
    "view.inspector": "sliders-horizontal",
    "view.outline": "list-tree",
    "view.problems": "triangle-alert",
    "view.log": "scroll-text",
    "view.compare": "columns-2",
    "view.theme": "sun-moon",
    "help.node": "circle-help",
    "help.commands": "command",
    "help.keys": "keyboard",
    "help.about": "info",
}
"""The icon of each action that has one."""

SIZES = (16, 20, 24, 32, 48)


def icon(name: str, theme: Theme, colour: str = "text") -> QIcon:
    """The icon in a colour of the theme, dimmed where it is disabled. A null icon where there is no such drawing."""
    svg = _drawing(name)
    if not svg:
        return QIcon()
    made = QIcon()
    dimmed = QColor(theme["text_dim"])
    dimmed.setAlphaF(0.45)
    for size in SIZES:
        made.addPixmap(_painted(svg, theme[colour], size), QIcon.Mode.Normal)
        made.addPixmap(_painted(svg, dimmed, size), QIcon.Mode.Disabled)
    return made


def pixmap(name: str, theme: Theme, colour: str = "text", size: int = 16, ratio: float = 1.0) -> QPixmap:
    """The icon as a picture of this size, sharp on a screen with this device pixel ratio."""
    made = _painted(_drawing(name), theme[colour], round(size * ratio))
    made.setDevicePixelRatio(ratio)
    return made


def asset_folder() -> Path:
    """Where the embedded fonts, icons and pictures are installed."""
    found = find_spec("assets")
    return Path(next(iter(found.submodule_search_locations or ()), ".")) if found else Path()


@lru_cache(maxsize=128)
def _drawing(name: str) -> bytes:
    path = asset_folder() / "icons" / f"{name}.svg"
    return path.read_bytes() if path.is_file() else b""


def _painted(svg: bytes, colour: QColor, size: int) -> QPixmap:
    made = QPixmap(size, size)
    made.fill(Qt.GlobalColor.transparent)
    tinted = svg.replace(b"currentColor", colour.name().encode())
    painter = QPainter(made)
    painter.setOpacity(colour.alphaF())
    QSvgRenderer(QByteArray(tinted)).render(painter, QRectF(0, 0, size, size))
    painter.end()
    return made
