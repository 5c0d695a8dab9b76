"""The grid: tiles of the gallery side by side, scrolled by pixels, smooth with a hundred thousand of them."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from gui.gallery.rows_model import RowsModel
from gui.gallery.thumbnails import Thumbnails
from gui.gallery.tile import TileDelegate
from gui.theme.theme import Theme

SMALLEST, LARGEST, FIRST = 72, 320, 132
REPAINT_MS = 30


class Grid(QListView):
    """Shows a `RowsModel` as tiles. `opened(position)`: a tile was double-clicked or Enter pressed on it."""

    opened = Signal(int)
    side_changed = Signal(int)

    def __init__(self, thumbnails: Thumbnails, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = RowsModel(self)
        self._tiles = TileDelegate(self.rows, thumbnails, theme, self)
        self.setModel(self.rows)
        self.setItemDelegate(self._tiles)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setLayoutMode(QListView.LayoutMode.Batched)
        self.setBatchSize(5000)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setMouseTracking(True)
        self.setAccessibleName(self.tr("Pictures"))
        self.doubleClicked.connect(lambda index: self.opened.emit(index.row()))
        self._repaint = QTimer(self, singleShot=True, interval=REPAINT_MS)
        self._repaint.timeout.connect(self.viewport().update)
        thumbnails.ready.connect(self._thumbnail_came)  # not a lambda: the thumbnails outlive the grid
        self.set_side(FIRST)

    def set_side(self, side: int) -> None:
        """Makes the pictures this large."""
        side = max(SMALLEST, min(LARGEST, side))
        changed = side != self._tiles.side
        self._tiles.side = side
        self._measure()
        if changed:
            self.side_changed.emit(side)

    def set_words(self, on: bool) -> None:
        """Whether tiles have room for a caption or a reason."""
        self._tiles.has_words = on
        self._measure()

    def apply_theme(self, theme: Theme) -> None:
        """Takes on another theme."""
        self._tiles.theme = theme
        self._measure()
        self.viewport().update()

    @property
    def side(self) -> int:
        """How large the pictures are."""
        return self._tiles.side

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens the current picture."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.opened.emit(self.currentIndex().row())
            return
        super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Ctrl and the wheel change the size."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.set_side(self.side + (16 if event.angleDelta().y() > 0 else -16))
            return
        super().wheelEvent(event)

    def _thumbnail_came(self, _key: str) -> None:
        if not self._repaint.isActive():
            self._repaint.start()

    def _measure(self) -> None:
        size = self._tiles.tile_size(self.fontMetrics())
        if size != self.gridSize():
            self.setGridSize(QSize(size))
            self.verticalScrollBar().setSingleStep(max(20, size.height() // 4))
