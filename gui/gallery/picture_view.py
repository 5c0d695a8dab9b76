"""One picture at any scale: zoom to the cursor, pan, fit. Two views that share a sight move together."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPointF, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPixmap, QWheelEvent
from PySide6.QtWidgets import QWidget

from gui.gallery.full_pictures import FullPicture
from gui.theme.theme import Theme

STEP = 1.25
MOST = 16.0
"""A pixel of the picture is at most this many on the screen."""


class Sight(QObject):
    """What is looked at: `zoom` 1 shows the whole picture, `centre` is its point in the middle, from 0 to 1."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.zoom = 1.0
        self.centre = QPointF(0.5, 0.5)

    def look(self, zoom: float, centre: QPointF) -> None:
        """Looks somewhere else."""
        self.zoom = max(1.0, zoom)
        reach = 0.5 / self.zoom
        low, high = min(reach, 0.5), max(1 - reach, 0.5)
        self.centre = QPointF(min(high, max(low, centre.x())), min(high, max(low, centre.y())))
        self.changed.emit()

    def fit(self) -> None:
        """Shows the whole picture."""
        self.look(1.0, QPointF(0.5, 0.5))


class PictureView(QWidget):
    """Shows a picture through a `Sight`. Until it has come, its thumbnail is shown in its place."""

    def __init__(self, sight: Sight, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._picture: FullPicture | None = None
        self._thumbnail: QPixmap | None = None
        self._words = ""
        self._title = ""
        self._drag: QPointF | None = None
        self.sight = sight
        sight.changed.connect(self.update)
        self.setMinimumSize(160, 120)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)

    def show_picture(
        self, picture: FullPicture | None, thumbnail: QPixmap | None, words: str = "", title: str = ""
    ) -> None:
        """Shows a picture, or what there is of it; `words` where there is nothing at all; `title` stands over it."""
        self._picture, self._thumbnail, self._words, self._title = picture, thumbnail, words, title
        self.update()

    def apply_theme(self, theme: Theme) -> None:
        """Takes on another theme."""
        self._theme = theme
        self.update()

    @property
    def fit_scale(self) -> float:
        """Pixels of the screen a pixel of the picture when all of it is shown; small pictures are not enlarged."""
        size = self._size()
        if size.isEmpty():
            return 1.0
        return min(self.width() / size.width(), self.height() / size.height(), 1.0 / self.devicePixelRatioF())

    @property
    def scale(self) -> float:
        """Pixels of the screen a pixel of the picture."""
        return min(self.fit_scale * self.sight.zoom, MOST)

    def actual_size(self, at: QPointF | None = None) -> None:
        """Shows each pixel as one."""
        self.zoom_by(1.0 / self.devicePixelRatioF() / self.scale, at)

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        """Comes nearer to a point of the view, which stays where it is."""
        at = at or QPointF(self.width() / 2, self.height() / 2)
        before = self.point_at(at)
        zoom = max(1.0, min(self.sight.zoom * factor, max(1.0, MOST / self.fit_scale)))
        shown = self._size() * self.fit_scale * zoom
        away = at - QPointF(self.width() / 2, self.height() / 2)
        if shown.isEmpty():
            return
        self.sight.look(zoom, before - QPointF(away.x() / shown.width(), away.y() / shown.height()))

    def point_at(self, place: QPointF) -> QPointF:
        """The point of the picture, from 0 to 1, at a place of the view."""
        target = self._target()
        if target.isEmpty():
            return QPointF(0.5, 0.5)
        return QPointF((place.x() - target.x()) / target.width(), (place.y() - target.y()) / target.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints that part of the best copy which is in sight."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme["canvas"])
        target = self._target()
        if target.isEmpty():
            painter.setPen(self._theme["text_dim"])
            painter.drawText(
                self.rect().adjusted(20, 20, -20, -20), int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap),
                self._words,
            )  # fmt: skip
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self.scale < 4)
        visible = target.intersected(QRectF(self.rect()))
        image = self._copy() or self._thumbnail
        if image is None or visible.isEmpty():
            return
        ratio_x, ratio_y = image.width() / target.width(), image.height() / target.height()
        source = QRectF(
            (visible.x() - target.x()) * ratio_x, (visible.y() - target.y()) * ratio_y,
            visible.width() * ratio_x, visible.height() * ratio_y,
        )  # fmt: skip
        if isinstance(image, QImage):
            painter.drawImage(visible, image, source)
        else:
            painter.drawPixmap(visible, image, source)
        self._paint_title(painter)

    def _paint_title(self, painter: QPainter) -> None:
        if not self._title:
            return
        metrics = self.fontMetrics()
        text = metrics.elidedText(self._title, Qt.TextElideMode.ElideMiddle, self.width() - 36)
        place = QRectF(8, 8, metrics.horizontalAdvance(text) + 16, metrics.height() + 8)
        fill = QColor(self._theme["window"])
        fill.setAlphaF(0.86)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawRoundedRect(place, 4, 4)
        painter.setPen(self._theme["text"])
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The wheel zooms to the cursor."""
        turns = event.angleDelta().y() / 120
        if turns:
            self.zoom_by(STEP**turns, event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A pan begins."""
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._drag = event.position()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """The picture follows the hand."""
        target = self._target()
        if self._drag is None or target.isEmpty():
            return
        moved, self._drag = event.position() - self._drag, event.position()
        self.sight.look(
            self.sight.zoom,
            self.sight.centre - QPointF(moved.x() / target.width(), moved.y() / target.height()),
        )

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The pan ends."""
        self._drag = None
        self.unsetCursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Between the whole picture and its actual size."""
        if self.sight.zoom > 1.001:
            self.sight.fit()
        else:
            self.actual_size(event.position())

    def _size(self) -> QSizeF:
        if self._picture is not None and self._picture.copies:
            return QSizeF(self._picture.size)
        return QSizeF(self._thumbnail.size()) * 4 if self._thumbnail is not None else QSizeF()

    def _target(self) -> QRectF:
        """Where the whole picture would be."""
        shown = self._size() * self.scale
        x = self.width() / 2 - shown.width() * self.sight.centre.x()
        y = self.height() / 2 - shown.height() * self.sight.centre.y()
        if shown.width() <= self.width():
            x = (self.width() - shown.width()) / 2
        if shown.height() <= self.height():
            y = (self.height() - shown.height()) / 2
        return QRectF(x, y, shown.width(), shown.height())

    def _copy(self) -> QImage | None:
        """The smallest copy that still has a pixel for each of the screen."""
        if self._picture is None or not self._picture.copies:
            return None
        wanted = self._picture.size.width() * self.scale * self.devicePixelRatioF()
        enough = [copy for copy in self._picture.copies if copy.width() >= wanted]
        return enough[-1] if enough else self._picture.copies[0]
