"""The grid: tiles of the gallery side by side, scrolled by pixels, smooth with a hundred thousand of them."""

from __future__ import annotations

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QItemSelectionRange,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QRegion, QWheelEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from gui.gallery.caption_field import TileCaption
from gui.gallery.rows_model import RowsModel
from gui.gallery.thumbnails import Thumbnails
from gui.gallery.tile import TileDelegate
from gui.theme.theme import Theme

SMALLEST, LARGEST, FIRST = 72, 320, 132
REPAINT_MS = 30


class Grid(QListView):
    """Shows a `RowsModel` as tiles. `opened(position)`: a tile was double-clicked or Enter pressed on it.

    `written(position, text)`: a caption was written on its tile. `search_wanted()`: the key / was pressed.
    """

    opened = Signal(int)
    search_wanted = Signal()
    written = Signal(int, str)
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
        self._writing = ""
        self._field = TileCaption(self.viewport())
        self._field.left.connect(self._field_left)
        self.verticalScrollBar().valueChanged.connect(self._place_field)
        self.rows.modelReset.connect(self._place_field)
        self.editable = False
        """Whether captions can be written here."""
        self.doubleClicked.connect(lambda index: self.opened.emit(index.row()))
        self._repaint = QTimer(self, singleShot=True, interval=REPAINT_MS)
        self.rows.renewed.connect(self.viewport().update)
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
        """Enter opens the current picture, / goes to the search."""
        if event.text() == "/":
            self.search_wanted.emit()
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.opened.emit(self.currentIndex().row())
            return
        super().keyPressEvent(event)

    def chosen(self) -> list[int]:
        """The positions of the chosen pictures, in their order."""
        return sorted(position for part in self._ranges() for position in range(part.top(), part.bottom() + 1))

    def chosen_count(self) -> int:
        """How many pictures are chosen."""
        return sum(part.height() for part in self._ranges())

    def _ranges(self) -> list[QItemSelectionRange]:
        selection = self.selectionModel().selection()
        return [selection.at(number) for number in range(selection.count())]

    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:
        """Qt asks what to paint anew: what is in sight, whereas its own way asks each chosen tile where it is."""
        return QRegion(self.viewport().rect())

    def selectAll(self) -> None:
        """Chooses all pictures, as one range."""
        self._select_all(QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def invert_selection(self) -> None:
        """Chooses those that are not chosen."""
        self._select_all(QItemSelectionModel.SelectionFlag.Toggle)

    def _select_all(self, how: QItemSelectionModel.SelectionFlag) -> None:
        if self.rows.rowCount():
            whole = QItemSelection(self.rows.index(0), self.rows.index(self.rows.rowCount() - 1))
            self.selectionModel().select(whole, how)

    def edit_caption(self, position: int) -> None:
        """Opens a field for the caption on a tile. Tab goes on to that of the next one."""
        if self.editable and 0 <= position < self.rows.rowCount():
            self.setCurrentIndex(self.rows.index(position))
            self._writing = str(self.rows.value(position, "rid") or "")
            self._field.open(str(self.rows.value(position, "caption") or ""))
            self._place_field()

    def _place_field(self) -> None:
        place = self.rows.position_of(self._writing) if self._field.isVisible() else None
        if place is not None:
            tile = self.visualRect(self.rows.index(place))
            self._field.setGeometry(self._tiles.field_rect(tile, self.fontMetrics(), self.viewport().height()))

    def _field_left(self, text: str | None, step: int) -> None:
        place = self.rows.position_of(self._writing)
        if place is not None and text is not None:
            self.written.emit(place, text)
        if place is not None and step:
            self.edit_caption(place + step)

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
