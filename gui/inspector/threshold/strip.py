"""The strip of a limit: the pictures nearest to it, dropped ones on one side and kept ones on the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPainterPath, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gui.inspector.threshold.cut import COLOURS, Part
from gui.inspector.threshold.distribution import Distribution
from gui.inspector.words import short_number
from gui.theme.theme import Theme

if TYPE_CHECKING:
    from gui.gallery.thumbnails import Thumbnails

CELL, GAP, MIDDLE, HEAD, FOOT = 48, 4, 14, 20, 16
"""A cell is about so wide: as many as fit on each side share the room. Each has its value at its foot."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Positions in the distribution on both sides of a limit, the nearest first, and how many there are in all.

    `parts` are what is done with those under it and with those over it.
    """

    under: tuple[int, ...] = ()
    over: tuple[int, ...] = ()
    parts: tuple[Part, Part] = ("dropped", "kept")
    under_count: int = 0
    over_count: int = 0


class LimitStrip(QWidget):
    """Shows the neighbours of one limit."""

    def __init__(self, side: str, theme: Theme, thumbnails: Thumbnails | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.side = side
        self._theme, self._thumbnails = theme, thumbnails
        self._distribution: Distribution | None = None
        self.neighbours = Neighbours()
        self._shown: set[str] = set()
        self._rows = 2
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(
            self.tr("Pictures at the lower limit") if side == "low" else self.tr("At the upper limit")
        )
        if thumbnails is not None:
            thumbnails.ready.connect(self._came)

    def sizeHint(self) -> QSize:
        """Rows of pictures."""
        return QSize(280, HEAD + self._rows * (CELL + GAP + FOOT))

    def set_rows(self, rows: int) -> None:
        """Shows so many rows of pictures."""
        if rows != self._rows:
            self._rows = rows
            self._take_room()
            self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Takes as much room as the pictures need at this width."""
        super().resizeEvent(event)
        self._take_room()

    def _take_room(self) -> None:
        self.setFixedHeight(round(HEAD + self._rows * (self._cell + FOOT)))

    @property
    def each_side(self) -> int:
        """How many pictures there is room for on each side."""
        return self._columns * self._rows

    @property
    def _columns(self) -> int:
        return max(1, round((self._half + GAP) / (CELL + GAP)))

    @property
    def _half(self) -> float:
        return (self.width() - MIDDLE) / 2

    @property
    def _cell(self) -> float:
        room = (self._half - (self._columns - 1) * GAP) / self._columns
        return min(room, CELL + GAP)

    def show_neighbours(self, distribution: Distribution, neighbours: Neighbours) -> None:
        """Shows these pictures."""
        self._distribution, self.neighbours = distribution, neighbours
        self.setAccessibleDescription(" · ".join(self._heads()))
        self.update()

    def _came(self, content: str) -> None:
        if content in self._shown:
            self.update()

    def _heads(self) -> tuple[str, str]:
        under, over = self.neighbours.parts
        words = {
            "kept": self.tr("{0} kept"),
            "review": self.tr("{0} to review"),
            "dropped": self.tr("{0} dropped under") if under == "dropped" else self.tr("{0} dropped over"),
        }
        return (
            words[under].format(f"{self.neighbours.under_count:,}"),
            words[over].format(f"{self.neighbours.over_count:,}"),
        )

    def _cells(self) -> list[tuple[QRectF, int, Part]]:
        found: list[tuple[QRectF, int, Part]] = []
        under, over = self.neighbours.parts
        sides: list[tuple[int, tuple[int, ...], Part]] = [
            (-1, self.neighbours.under, under), (1, self.neighbours.over, over)
        ]  # fmt: skip
        for direction, positions, part in sides:
            for index, position in enumerate(positions[: self.each_side]):
                found.append((self._place(index, direction), position, part))
        return found

    def _place(self, index: int, direction: int) -> QRectF:
        """Where the picture goes that is so many away from the limit: the nearest in the middle, column by column."""
        column, row = divmod(index, self._rows)
        cell = self._cell
        away = MIDDLE / 2 + column * (cell + GAP)
        x = self.width() / 2 + (away if direction > 0 else -away - cell)
        return QRectF(x, HEAD + row * (cell + FOOT), cell, cell)

    def event(self, event: QEvent) -> bool:
        """Tells the name of the picture under the pointer."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent) and self._distribution is not None:
            for area, position, _ in self._cells():
                if area.contains(QPointF(event.pos())):
                    value = short_number(float(self._distribution.values[position]))
                    QToolTip.showText(event.globalPos(), f"{self._distribution.name(position)}\n{value}", self)
                    return True
            QToolTip.hideText()
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints heads, pictures and values."""
        if self._distribution is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        middle = self.width() / 2
        font = self.font()
        font.setPointSizeF(font.pointSizeF() * 0.85)
        painter.setFont(font)
        self._paint_heads(painter, middle)
        painter.setPen(QPen(self._theme["text_dim"], 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(middle, HEAD - 2), QPointF(middle, HEAD + self._rows * (self._cell + FOOT) - FOOT + 2))
        self._shown = set()
        for area, position, part in self._cells():
            self._paint_picture(painter, area, position, part)
        painter.end()

    def _paint_heads(self, painter: QPainter, middle: float) -> None:
        left, right = self._heads()
        under, over = self.neighbours.parts
        width = middle - MIDDLE / 2
        heads: list[tuple[str, float, Qt.AlignmentFlag, Part]] = [
            (left, 0.0, Qt.AlignmentFlag.AlignRight, under),
            (right, middle + MIDDLE / 2, Qt.AlignmentFlag.AlignLeft, over),
        ]
        for text, x, flag, part in heads:
            area = QRectF(x, 0, width, HEAD - 4)
            painter.setPen(self._theme[COLOURS[part]])
            painter.drawText(area, flag | Qt.AlignmentFlag.AlignVCenter, text)

    def _paint_picture(self, painter: QPainter, area: QRectF, position: int, part: Part) -> None:
        assert self._distribution is not None
        content = self._distribution.content(position)
        self._shown.add(content)
        picture = self._thumbnails.get(content) if self._thumbnails is not None else None
        frame = QPainterPath()
        frame.addRoundedRect(area, 3, 3)
        painter.fillPath(frame, self._theme["field"])
        if picture is not None and not picture.isNull():
            side = min(picture.width(), picture.height())
            source = QRectF((picture.width() - side) / 2, (picture.height() - side) / 2, side, side)
            painter.save()
            painter.setClipPath(frame)
            painter.drawPixmap(area, picture, source)
            painter.restore()
        colour = self._theme[COLOURS[part]]
        painter.setPen(QPen(colour, 1.6))
        painter.drawPath(frame)
        painter.setPen(self._theme["text_dim"])
        value = short_number(float(self._distribution.values[position]))
        painter.drawText(
            QRectF(area.left() - 2, area.bottom() + 1, area.width() + 4, FOOT - 1), Qt.AlignmentFlag.AlignCenter, value
        )
