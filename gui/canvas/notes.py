"""Notes: texts on the canvas, for people."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from gui.canvas.edge_item import finite, place_in
from gui.canvas.style import CanvasStyle, faded
from nodegraph.graph.model import Note

WIDTH, HEIGHT = 200.0, 100.0


def rect_of(note: Note, index: int) -> QRectF:
    """Where the note lies; one without a place lies above the graph."""
    place = place_in(note.ui) or QPointF(index * (WIDTH + 20), -HEIGHT - 40)
    width, height = note.ui.get("w"), note.ui.get("h")
    return QRectF(
        place.x(),
        place.y(),
        max(float(width), 60.0) if finite(width) else WIDTH,  # type: ignore[arg-type]
        max(float(height), 40.0) if finite(height) else HEIGHT,  # type: ignore[arg-type]
    )


def moved_to(note: Note, place: QPointF) -> Note:
    """The note at another place."""
    return replace(note, ui={**note.ui, "x": round(place.x(), 1), "y": round(place.y(), 1)})


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

    def show_style(self, style: CanvasStyle) -> None:
        """Another theme."""
        self._style = style
        self.update()

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
        painter.setFont(style.text_font)
        painter.setPen(style.text)
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
        painter.drawText(self._size.adjusted(10, 8, -10, -8), int(flags), self.note.text)
