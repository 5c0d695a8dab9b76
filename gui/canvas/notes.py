"""Notes: texts on the canvas, for people."""

from __future__ import annotations

from dataclasses import replace
from math import ceil

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from gui.canvas.edge_item import finite, place_or
from gui.canvas.style import CanvasStyle, Letters, faded
from nodegraph.graph.model import Note

WIDTH, HEIGHT = 200.0, 100.0
SMALLEST_NOTE = QSizeF(60.0, 40.0)
ACROSS, DOWN = 10.0, 8.0
"""Room around the words."""

GRIP = 14.0
SHOWN = 4000
"""So many characters are painted: more fit on no note, and a file may hold a novel."""


def rect_of(note: Note, index: int) -> QRectF:
    """Where the note lies; one without a place lies above the graph."""
    place = place_or(note.ui, QPointF(index * (WIDTH + 20), -HEIGHT - 40))
    width, height = note.ui.get("w"), note.ui.get("h")
    return QRectF(
        place.x(),
        place.y(),
        max(float(width), SMALLEST_NOTE.width()) if finite(width) else WIDTH,  # type: ignore[arg-type]
        max(float(height), SMALLEST_NOTE.height()) if finite(height) else HEIGHT,  # type: ignore[arg-type]
    )


def moved_to(note: Note, place: QPointF) -> Note:
    """The note at another place."""
    return replace(note, ui={**note.ui, "x": round(place.x(), 1), "y": round(place.y(), 1)})


def with_size(note: Note, rect: QRectF) -> Note:
    """The note with this frame."""
    sides = {"x": rect.x(), "y": rect.y(), "w": rect.width(), "h": rect.height()}
    return replace(note, ui={**note.ui, **{name: round(value, 1) for name, value in sides.items()}})


def height_of(text: str, width: float, metrics: QFontMetricsF) -> float:
    """How high a note must be so that its words are seen."""
    room = QRectF(0, 0, width - 2 * ACROSS, 100_000)
    return ceil(metrics.boundingRect(room, int(WRAPPED), text[:SHOWN]).height() + 2 * DOWN)


class NoteItem(QGraphicsItem):
    """One note, known by its position among the notes."""

    def __init__(self, index: int, note: Note, style: CanvasStyle) -> None:
        super().__init__()
        self.index = index
        self.note = note
        self.chosen = False
        self._style = style
        self._size = QRectF(QPointF(0, 0), rect_of(note, index).size())
        self.setPos(rect_of(note, index).topLeft())
        self.setZValue(-5.0)

    @property
    def rect(self) -> QRectF:
        """The note in the scene."""
        return self._size.translated(self.pos())

    def set_size(self, size: QSizeF) -> None:
        """Shows the note in another size; the document learns of it when the gesture ends."""
        self.prepareGeometryChange()
        self._size = QRectF(QPointF(0, 0), size)
        self.update()

    def choose(self, chosen: bool) -> None:
        """Shows whether it is chosen."""
        if chosen != self.chosen:
            self.chosen = chosen
            self.update()

    def grip(self) -> QRectF:
        """The part that is held to resize it."""
        corner = self.rect.bottomRight()
        return QRectF(corner.x() - GRIP, corner.y() - GRIP, GRIP, GRIP)

    def show_style(self, style: CanvasStyle) -> None:
        """Another theme."""
        self._style = style
        self.update()

    def _letters(self, scale: float) -> Letters:
        """The letters for this scale of the view, or the largest under them in which all words fit."""
        wanted = self._style.letters_up_to(scale)
        fitting = (
            letters
            for letters in wanted
            if height_of(self.note.text, self._size.width(), letters.text_metrics) <= self._size.height()
        )
        return next(fitting, wanted[-1])

    def boundingRect(self) -> QRectF:
        """All that is painted."""
        return self._size.adjusted(-2, -2, 2, 2)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Paints the text on its slip."""
        style = self._style
        colour = style.kind("review")
        painter.setPen(style.chosen if self.chosen else QPen(faded(colour, 0.6), 1))
        painter.setBrush(faded(colour, 0.16))
        painter.drawRoundedRect(self._size, 6, 6)
        painter.setFont(self._letters(painter.worldTransform().m11()).text)
        painter.setPen(style.text)
        painter.drawText(self._size.adjusted(ACROSS, DOWN, -ACROSS, -DOWN), int(WRAPPED), self.note.text[:SHOWN])
        painter.setPen(QPen(faded(colour, 0.8), 1.2))
        corner = self._size.bottomRight() - QPointF(4, 4)
        for step in (3.5, 7.0):
            painter.drawLine(corner - QPointF(step, 0), corner - QPointF(0, step))


WRAPPED = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
