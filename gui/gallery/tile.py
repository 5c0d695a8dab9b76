"""A tile of the gallery: the picture with its name, what it was sorted by, and its caption or why it was dropped."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPainterPath, QPen, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from gui.gallery.by_hand import GIVEN
from gui.gallery.lanes import REASON, WHY
from gui.gallery.rows_model import RowsModel
from gui.gallery.thumbnails import Thumbnails
from gui.gallery.verdict import paint_verdict
from gui.theme.theme import Theme

PADDING = 6
CORNER = 5.0
LINES_OF_REASON = 2
LINES_OF_FIELD = 5


class TileDelegate(QStyledItemDelegate):
    """Paints tiles. `side` is the room for the picture."""

    def __init__(self, model: RowsModel, thumbnails: Thumbnails, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model, self._thumbnails = model, thumbnails
        self.theme = theme
        self.side = 132
        self.has_words = False

    def tile_size(self, metrics: QFontMetrics) -> QSize:
        """The size of every tile."""
        lines = 1 + (LINES_OF_REASON if self.has_words else 0)
        return QSize(self.side + 2 * PADDING, self.side + 3 * PADDING + lines * metrics.height())

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Qt asks how large a tile is."""
        return self.tile_size(option.fontMetrics)  # type: ignore[attr-defined]

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Qt asks for a tile to be painted."""
        rect: QRect = option.rect  # type: ignore[attr-defined]
        metrics: QFontMetrics = option.fontMetrics  # type: ignore[attr-defined]
        state: QStyle.StateFlag = option.state  # type: ignore[attr-defined]
        position = index.row()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        inner = rect.adjusted(2, 2, -2, -2)
        self._background(painter, inner, state)
        room = QRect(rect.x() + PADDING, rect.y() + PADDING, self.side, self.side)
        self._picture(painter, room, position)
        self._badge(painter, room, metrics, position)
        if given := self._model.value(position, GIVEN):
            paint_verdict(painter, QRectF(room.right() - 23, room.top() + 3, 20, 20), given, self.theme)
        line = QRect(room.x(), room.bottom() + PADDING // 2, room.width(), metrics.height())
        painter.setPen(self.theme["text"])
        name = self._model.data(index) or ""
        painter.drawText(
            line, Qt.AlignmentFlag.AlignLeft, metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, line.width())
        )
        if self.has_words:
            self._words(painter, line.translated(0, metrics.height()), metrics, position)
        painter.restore()

    def field_rect(self, tile: QRect, metrics: QFontMetrics, bottom: int) -> QRect:
        """Where a field for the caption goes on a tile: over its words and the foot of the picture, above `bottom`."""
        height = metrics.height() * LINES_OF_FIELD + 4 * PADDING
        return QRect(tile.left() + 2, min(tile.bottom(), bottom) - height, tile.width() - 4, height)

    def _background(self, painter: QPainter, rect: QRect, state: QStyle.StateFlag) -> None:
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        if not chosen and not state & QStyle.StateFlag.State_MouseOver:
            return
        fill = QColor(self.theme["accent" if chosen else "text"])
        fill.setAlphaF(0.18 if chosen else 0.06)
        focused = chosen and state & QStyle.StateFlag.State_HasFocus
        painter.setPen(QPen(self.theme["accent"], 1.5) if focused else Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), CORNER + 1, CORNER + 1)

    def _picture(self, painter: QPainter, room: QRect, position: int) -> None:
        content = self._model.content(position)
        pixmap = self._thumbnails.get(content, self._model.value(position, "path") or "")
        if pixmap is not None:
            target = fitted(pixmap, QRectF(room), self.side)
            path = QPainterPath()
            path.addRoundedRect(target, CORNER, CORNER)
            painter.setClipPath(path)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawPixmap(target, pixmap, QRectF(pixmap.rect()))
            painter.setClipping(False)
            return
        place = QRectF(room).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(self.theme["border"], 1, Qt.PenStyle.SolidLine))
        painter.setBrush(self.theme["field"])
        painter.drawRoundedRect(place, CORNER, CORNER)
        if not content or self._thumbnails.is_broken(content) or not self._model.value(position, "path"):
            painter.setPen(self.theme["text_dim"])
            centred = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(place.adjusted(6, 6, -6, -6), int(centred), self.tr("No picture"))

    def _badge(self, painter: QPainter, room: QRect, metrics: QFontMetrics, position: int) -> None:
        column = self._model.sort_column
        if not column or column in ("rid", "path", "cid", "caption"):
            return
        text = metrics.elidedText(
            shown(self._model.value(position, column)), Qt.TextElideMode.ElideRight, self.side - 14
        )
        size = QSize(metrics.horizontalAdvance(text) + 10, metrics.height() + 2)
        place = QRect(room.right() - size.width() - 2, room.bottom() - size.height() - 2, size.width(), size.height())
        fill = QColor(self.theme["window"])
        fill.setAlphaF(0.86)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawRoundedRect(place, 4, 4)
        painter.setPen(self.theme["text"])
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)

    def _words(self, painter: QPainter, line: QRect, metrics: QFontMetrics, position: int) -> None:
        reason = self._model.value(position, WHY) or self._model.value(position, REASON)
        painter.setPen(self.theme["dropped" if reason else "text_dim"])
        first, second = in_two_lines(str(reason or self._model.value(position, "caption") or ""), metrics, line.width())
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft, first)
        painter.drawText(line.translated(0, metrics.height()), Qt.AlignmentFlag.AlignLeft, second)


def fitted(pixmap: QPixmap, room: QRectF, side: float) -> QRectF:
    """Where a picture goes in its room: as large as fits, at most twice its size, standing on the bottom's middle."""
    scale = min(side / max(1, pixmap.width()), side / max(1, pixmap.height()), 2.0)
    width, height = pixmap.width() * scale, pixmap.height() * scale
    return QRectF(room.center().x() - width / 2, room.center().y() - height / 2, width, height)


def in_two_lines(text: str, metrics: QFontMetrics, width: int) -> tuple[str, str]:
    """The text broken between words where the first line is full, the second cut short with dots."""
    text = " ".join(text.split())
    if metrics.horizontalAdvance(text) <= width:
        return text, ""
    words, first = text.split(" "), ""
    while words and metrics.horizontalAdvance(f"{first} {words[0]}".strip()) <= width:
        first = f"{first} {words.pop(0)}".strip()
    if not first:
        return metrics.elidedText(text, Qt.TextElideMode.ElideRight, width), ""
    return first, metrics.elidedText(" ".join(words), Qt.TextElideMode.ElideRight, width)


def shown(value: object) -> str:
    """A value for people: numbers with few digits, a dash for what was not measured."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    return f"{value:,}" if isinstance(value, int) else str(value)
