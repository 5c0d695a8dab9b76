"""The histogram: painted bars in the colours of what is done with them, and two limits to drag."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.inspector.threshold.axis import Axis, axis_of, heights
from gui.inspector.threshold.cut import COLOURS, FILTER, Parts
from gui.inspector.threshold.distribution import Distribution
from gui.inspector.words import short_number
from gui.theme.style import mixed
from gui.theme.theme import Theme

MARGIN, TOP, BOTTOM, HANDLE = 12, 22, 18, 7
NEAR = 14
BAR = 4


class Histogram(QWidget):
    """Shows one distribution. `moved(side, value)` while a limit is moved (None: taken away), `released()` after.

    Left and right move the chosen limit (Shift: finely, Ctrl: far), Tab goes from limit to limit, Del takes it away.
    """

    moved = Signal(str, object)
    released = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._distribution: Distribution | None = None
        self._axis = Axis(0.0, 1.0)
        self._heights: NDArray[np.float64] = np.zeros(0)
        self.sides: tuple[str, ...] = ("low", "high")
        self.limits: dict[str, float | None] = {"low": None, "high": None}
        self._parts = FILTER
        self.chosen = "low"
        self.dragging = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Histogram with limits"))

    def sizeHint(self) -> QSize:
        """Wide and low."""
        return QSize(280, 134)

    def show_distribution(self, distribution: Distribution | None, sides: tuple[str, ...]) -> None:
        """Shows another column."""
        self._distribution = distribution
        self.sides = sides
        self.chosen = self.chosen if self.chosen in sides else sides[0]
        self.show_axis(by_ratio=None)

    def show_axis(self, *, by_ratio: bool | None) -> None:
        """Spreads the values evenly or by ratio; None: as they are best seen."""
        found = self._distribution
        self._axis = axis_of(found.values, by_ratio=by_ratio) if found is not None else Axis(0.0, 1.0)
        self._count()
        self.update()

    @property
    def by_ratio(self) -> bool:
        """Whether the values are spread by ratio."""
        return bool(self._axis.knee)

    def show_limits(self, low: float | None, high: float | None, parts: Parts = FILTER) -> None:
        """Shows the limits, as values of the column, and what is done on their sides."""
        self.limits = {"low": low, "high": high}
        self._parts = parts
        self.update()

    def place_of(self, side: str) -> float:
        """The x of a limit's handle; an open one waits at its end."""
        value = self.limits[side]
        place = (0.0 if side == "low" else 1.0) if value is None else self._axis.place(value)
        return MARGIN + place * self._width

    @property
    def _width(self) -> float:
        return max(1.0, self.width() - 2 * MARGIN)

    def _count(self) -> None:
        bins = max(8, int(self._width) // BAR)
        self._heights = (
            heights(self._distribution.values, self._axis, bins) if self._distribution is not None else np.zeros(bins)
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Counts for the new width."""
        super().resizeEvent(event)
        self._count()

    # mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Takes the nearer handle; a press elsewhere brings the nearer limit there."""
        if event.button() != Qt.MouseButton.LeftButton or not self._distribution:
            return
        x = event.position().x()
        self.chosen = min(self.sides, key=lambda side: (abs(self.place_of(side) - x), self._outward(side, x)))
        self.dragging = True
        if abs(self.place_of(self.chosen) - x) > NEAR:
            self._bring(x)
        self.update()

    def _outward(self, side: str, x: float) -> bool:
        return x > self.place_of(side) if side == "low" else x < self.place_of(side)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drags the limit."""
        x = event.position().x()
        if self.dragging:
            self._bring(x)
        else:
            near = any(abs(self.place_of(side) - x) <= NEAR for side in self.sides)
            self.setCursor(Qt.CursorShape.SplitHCursor if near else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Ends the drag."""
        if self.dragging:
            self.dragging = False
            self.released.emit()
            self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Takes the limit away whose handle is there."""
        x = event.position().x()
        for side in self.sides:
            if self.limits[side] is not None and abs(self.place_of(side) - x) <= NEAR:
                self.chosen = side
                self._take_away()
                return
        self.mousePressEvent(event)

    def _bring(self, x: float) -> None:
        place = (x - MARGIN) / self._width
        self.moved.emit(self.chosen, self._axis.rounded(place, 1 / self._width))

    def _take_away(self) -> None:
        self.moved.emit(self.chosen, None)
        self.released.emit()

    # keyboard

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Moves the chosen limit."""
        if not self._distribution:
            super().keyPressEvent(event)
            return
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._take_away()
        elif event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._step(1 if event.key() == Qt.Key.Key_Right else -1, event.modifiers())
        elif event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down) and len(self.sides) == 2:
            self.chosen = "high" if self.chosen == "low" else "low"
            self.update()
        else:
            super().keyPressEvent(event)

    def _step(self, direction: int, modifiers: Qt.KeyboardModifier) -> None:
        size = 0.02 if modifiers & Qt.KeyboardModifier.ControlModifier else 0.004
        size = 0.0005 if modifiers & Qt.KeyboardModifier.ShiftModifier else size
        place = (self.place_of(self.chosen) - MARGIN) / self._width + direction * size
        self.moved.emit(self.chosen, self._axis.rounded(place, size))

    def focusNextPrevChild(self, next: bool) -> bool:
        """Tab goes to the other limit first, then on."""
        if len(self.sides) == 2 and self.hasFocus() and (self.chosen == "low") == next:
            self.chosen = "high" if next else "low"
            self.update()
            return True
        return super().focusNextPrevChild(next)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Chooses the limit that Tab comes to."""
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            self.chosen = self.sides[0] if event.reason() == Qt.FocusReason.TabFocusReason else self.sides[-1]
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Ends what the keys began."""
        super().focusOutEvent(event)
        self.released.emit()
        self.update()

    # painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints bars, axis and handles."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(MARGIN, TOP, self._width, self.height() - TOP - BOTTOM)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme["field"])
        painter.drawRoundedRect(area.adjusted(-4, -2, 4, 0), 3, 3)
        self._paint_bars(painter, area)
        self._paint_axis(painter, area)
        if self._distribution:
            for side in self.sides:
                self._paint_limit(painter, area, side)
        painter.end()

    def _paint_bars(self, painter: QPainter, area: QRectF) -> None:
        highest = float(self._heights.max()) if len(self._heights) else 0.0
        if not highest:
            return
        # the square root keeps a bin of one picture visible beside one of thousands
        tall = np.sqrt(self._heights / highest) * (area.height() - 4)
        width = area.width() / len(tall)
        bars = [
            QRectF(area.left() + index * width, area.bottom() - height, max(1.0, width - 1), height)
            for index, height in enumerate(np.maximum(tall, 1.5 * (self._heights > 0)))
            if height
        ]
        first, last = self.place_of("low"), self.place_of("high")
        ends = (0.0, first, max(first, last), float(self.width()))
        painter.save()
        for part, left, right in zip(self._parts, ends, ends[1:], strict=False):
            painter.setClipRect(QRectF(left, 0, right - left, self.height()))
            colour = self._theme[COLOURS[part]]
            painter.setBrush(colour if part == "kept" else mixed(colour, self._theme["field"], 0.65))
            painter.drawRects(bars)
        painter.restore()

    def _paint_axis(self, painter: QPainter, area: QRectF) -> None:
        painter.setPen(QPen(self._theme["border"], 1))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        if not self._distribution:
            return
        painter.setPen(self._theme["text_dim"])
        font = self.font()
        font.setPointSizeF(font.pointSizeF() * 0.85)
        painter.setFont(font)
        line = QRectF(0, area.bottom() + 3, self.width(), BOTTOM - 3)
        for place, flag in ((0.0, Qt.AlignmentFlag.AlignLeft), (0.5, Qt.AlignmentFlag.AlignHCenter),
                            (1.0, Qt.AlignmentFlag.AlignRight)):  # fmt: skip
            painter.drawText(line.adjusted(4, 0, -4, 0), flag, short_number(self._axis.value(place)))

    def _paint_limit(self, painter: QPainter, area: QRectF, side: str) -> None:
        x = self.place_of(side)
        is_set = self.limits[side] is not None
        focused = self.hasFocus() and self.chosen == side
        colour = self._theme["accent"] if focused else self._theme["text"] if is_set else self._theme["text_dim"]
        painter.setPen(QPen(colour, 2 if focused else 1.4, Qt.PenStyle.SolidLine if is_set else Qt.PenStyle.DotLine))
        painter.drawLine(QPointF(x, TOP - 4), QPointF(x, area.bottom()))
        painter.setPen(QPen(colour, 1.4))
        painter.setBrush(colour if is_set else self._theme["panel"])
        painter.drawPolygon(
            QPolygonF([QPointF(x - HANDLE, TOP - 14), QPointF(x + HANDLE, TOP - 14), QPointF(x, TOP - 3)])
        )
        if is_set:
            self._paint_value(painter, x, side)

    def _paint_value(self, painter: QPainter, x: float, side: str) -> None:
        text = short_number(self.limits[side] or 0.0)
        width = painter.fontMetrics().horizontalAdvance(text) + 4
        left = x + HANDLE + 3 if side == "low" else x - HANDLE - 3 - width
        if left < 0 or left + width > self.width():
            left = x - HANDLE - 3 - width if side == "low" else x + HANDLE + 3
        painter.setPen(self._theme["text"])
        painter.drawText(QRectF(left, 0, width, TOP - 4), Qt.AlignmentFlag.AlignCenter, text)
