"""The canvas' brushes, pens and fonts, made once for a theme: painting a node makes no colour and no font."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QGuiApplication, QPen

from gui.theme.theme import Theme

TINT = 0.17
"""How much of a kind's colour is in the title of its nodes: more, and the signs of states sink into it."""

SIZES = (1.0, 1.2, 1.4, 1.6)
"""How many times larger letters on nodes get; more, and they no longer fit their rows."""

SMALLEST_LETTERS, READABLE = 10.0, 7.5
"""Pixels of the smallest letters on a node, and what they should be on the screen."""


def mixed(one: QColor, other: QColor, share: float) -> QColor:
    """The colour between two: `share` 0 is the first, 1 the second."""
    return QColor(
        *(
            round(a + (b - a) * share)
            for a, b in zip(one.getRgb()[:3], other.getRgb()[:3], strict=True)  # type: ignore[arg-type]
        )
    )


def faded(colour: QColor, alpha: float) -> QColor:
    """The colour, seen through."""
    seen = QColor(colour)
    seen.setAlphaF(alpha)
    return seen


@dataclass(frozen=True)
class Letters:
    """The fonts of nodes, with their measures."""

    title: QFont
    text: QFont
    small: QFont
    title_metrics: QFontMetricsF
    text_metrics: QFontMetricsF
    small_metrics: QFontMetricsF

    @property
    def text_size(self) -> int:
        """Pixels of the letters of texts."""
        return self.text.pixelSize()


def letters_of(size: float) -> Letters:
    """The fonts of nodes, so many times as large as they are near."""
    fonts = (_font(round(12 * size), QFont.Weight.DemiBold), _font(round(11 * size)), _font(round(10 * size)))
    return Letters(*fonts, *(QFontMetricsF(font) for font in fonts))


class CanvasStyle:
    """Everything that painters of the canvas need of a theme."""

    def __init__(self, theme: Theme) -> None:
        self.theme = theme
        self._letters = {size: letters_of(size) for size in SIZES}
        self._headings: dict[int, QFont] = {}
        self.canvas = QBrush(theme["canvas"])
        self.node = QBrush(theme["node"])
        self.field = QBrush(theme["field"])
        self.text = QPen(theme["text"])
        self.dim = QPen(theme["text_dim"])
        self.error = QPen(theme["state_error"])
        self.border = QPen(theme["node_border"], 1.0)
        self.unknown_border = QPen(theme["state_error"], 1.4, Qt.PenStyle.DashLine)
        self.error_border = QPen(theme["state_error"], 1.6)
        self.chosen = QPen(theme["selection"], 2.0)
        self.chosen_halo = QPen(faded(theme["selection"], 0.28), 6.0)
        self.field_border = QPen(theme["border"], 1.0)
        self.grid = QPen(theme["grid"], 0)
        self.kinds = {
            name.removeprefix("kind_"): colour for name, colour in theme.colours.items() if name.startswith("kind_")
        }
        self.states = {
            name.removeprefix("state_"): colour for name, colour in theme.colours.items() if name.startswith("state_")
        }
        self.titles = {kind: QBrush(mixed(theme["node_title"], colour, TINT)) for kind, colour in self.kinds.items()}
        self.plain_title = QBrush(theme["node_title"])
        self._edges = {name: self._edge_pen(name) for name in ("images", "kept", "dropped", "review")}
        self.edge_chosen = _round(QPen(theme["accent"], 2.6))

    def letters(self, scale: float) -> Letters:
        """The letters for this scale of the view: farther away they are larger, so that they can be read."""
        return self._letters[next((size for size in SIZES if size * SMALLEST_LETTERS * scale >= READABLE), SIZES[-1])]

    def letters_up_to(self, scale: float) -> tuple[Letters, ...]:
        """The letters for this scale of the view and all smaller ones, the largest first."""
        best = self.letters(scale)
        return tuple(self._letters[size] for size in reversed(SIZES) if self._letters[size].text_size <= best.text_size)

    def heading(self, pixels: int) -> QFont:
        """The font of headings that are so many pixels high."""
        if pixels not in self._headings:
            self._headings[pixels] = _font(pixels, QFont.Weight.DemiBold)
        return self._headings[pixels]

    def kind(self, kind: str) -> QColor:
        """The colour of a kind of node."""
        return self.kinds.get(kind, self.theme["text_dim"])

    def state(self, state: str) -> QColor:
        """The colour of a node's state."""
        return self.states.get(state, self.theme["text_dim"])

    def title(self, kind: str) -> QBrush:
        """What the title of this kind of node is filled with."""
        return self.titles.get(kind, self.plain_title)

    def port(self, name: str) -> QColor:
        """The colour of a port, by what it gives."""
        return self.theme[{"kept": "kept", "dropped": "dropped", "review": "state_review"}.get(name, "accent")]

    def edge(self, port: str) -> QPen:
        """The pen of an edge that comes from this port."""
        return self._edges.get(port, self._edges["images"])

    def _edge_pen(self, port: str) -> QPen:
        return _round(QPen(mixed(self.theme["edge"], self.port(port), 0.45), 2.0))


def _round(pen: QPen) -> QPen:
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    return pen


def _font(pixels: int, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    font = QFont(QGuiApplication.font())
    font.setPixelSize(pixels)
    font.setWeight(weight)
    return font
