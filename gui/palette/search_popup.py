"""A popup with a search field, a list of what fits and a text about the highlighted entry. Keyboard or mouse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QGuiApplication, QHideEvent, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from gui.theme.theme import Theme

ENTRY = Qt.ItemDataRole.UserRole
ROW_HEIGHT = 30


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the popup: what is chosen by it, its words, a dim text at the right, a colour, and a longer text.

    A heading stands over those that follow it, and cannot be chosen.
    """

    value: Any
    title: str
    note: str = ""
    colour: str = ""
    details: str = ""
    enabled: bool = True
    heading: bool = False


class SearchPopup(QFrame):
    """Shows entries for what is typed; `picked(value)` when one is chosen by Enter or a click. Esc closes it.

    A subclass says in `entries(query)` what fits, best first.
    """

    picked = Signal(object)
    closed = Signal()

    def __init__(self, theme: Theme, placeholder: str, parent: QWidget | None = None, *, details: bool = True) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("SearchPopup")
        self.theme = theme
        self.field = QLineEdit(self, placeholderText=placeholder, clearButtonEnabled=True)
        self.field.setAccessibleName(placeholder)
        self.list = QListWidget(self)
        self.list.setAccessibleName(self.tr("What fits"))
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setItemDelegate(_EntryDelegate(self))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.text = QTextBrowser(self)
        self.text.setAccessibleName(self.tr("About what is chosen"))
        self.text.setFrameShape(QFrame.Shape.NoFrame)
        self.text.setVisible(details)
        below = QHBoxLayout()
        below.addWidget(self.list, 3)
        below.addWidget(self.text, 2)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addWidget(self.field)
        layout.addLayout(below)
        self.resize(720 if details else 520, 420)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.field.installEventFilter(self)
        self.field.textChanged.connect(self.renew)
        self.list.itemClicked.connect(lambda _item: self._pick())
        self.list.currentItemChanged.connect(lambda now, _before: self._describe(now))

    def put_below_field(self, widget: QWidget) -> None:
        """Puts a widget between the field and the list."""
        layout = self.layout()
        if isinstance(layout, QVBoxLayout):
            layout.insertWidget(1, widget)

    def entries(self, query: str) -> Sequence[Entry]:
        """What fits the query, best first."""
        raise NotImplementedError

    def open_at(self, place: QPoint) -> None:
        """Opens with an empty field, kept inside the screen."""
        self.field.clear()
        self.renew()
        screen = QGuiApplication.screenAt(place) or QGuiApplication.primaryScreen()
        room = screen.availableGeometry()
        x = max(room.left(), min(place.x(), room.right() - self.width()))
        y = max(room.top(), min(place.y(), room.bottom() - self.height()))
        self.move(x, y)
        self.show()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    def renew(self) -> None:
        """Fills the list anew for what is typed."""
        self.list.clear()
        for entry in self.entries(self.field.text()):
            item = QListWidgetItem(entry.title)
            item.setData(ENTRY, entry)
            item.setSizeHint(QSize(0, ROW_HEIGHT))
            if not entry.enabled or entry.heading:
                item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEnabled)
            self.list.addItem(item)
        self._step(1, start=-1)
        if not self.list.count():
            self.text.setPlainText(self.tr("Nothing fits."))

    def hideEvent(self, event: QHideEvent) -> None:
        """Says that it is over, whatever came of it."""
        super().hideEvent(event)
        self.closed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrow keys and Enter in the field belong to the list."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            page = max(1, self.list.height() // ROW_HEIGHT - 1)
            steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: page, Qt.Key.Key_PageUp: -page}
            if event.key() in steps:
                self._step(steps[Qt.Key(event.key())])
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._pick()
                return True
        return super().eventFilter(watched, event)

    def _step(self, by: int, start: int | None = None) -> None:
        count = self.list.count()
        row = self.list.currentRow() if start is None else start
        target = max(0, min(count - 1, row + by))
        if start is None and not target:
            self.list.scrollToTop()  # a heading over the first one is in sight again
        while 0 <= target < count and not self.list.item(target).flags() & Qt.ItemFlag.ItemIsEnabled:
            target += 1 if by > 0 else -1
        if 0 <= target < count:
            self.list.setCurrentRow(target)

    def _pick(self) -> None:
        item = self.list.currentItem()
        if item is None or not item.flags() & Qt.ItemFlag.ItemIsEnabled:
            return
        self.close()
        self.picked.emit(item.data(ENTRY).value)

    def _describe(self, item: QListWidgetItem | None) -> None:
        self.text.setMarkdown(item.data(ENTRY).details if item is not None else "")


class _EntryDelegate(QStyledItemDelegate):
    """Paints a colour mark, the title and a dim note at the right."""

    def __init__(self, popup: SearchPopup) -> None:
        super().__init__(popup)
        self._popup = popup

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Any) -> None:
        """One row."""
        entry: Entry = index.data(ENTRY)
        theme, rect = self._popup.theme, option.rect.adjusted(2, 1, -2, -1)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        if entry.heading:
            _paint_heading(painter, option, theme, entry.title)
            painter.restore()
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if chosen:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme["accent_fill"])
            painter.drawRoundedRect(rect, 5, 5)
        if entry.colour:
            painter.setPen(theme["accent_text"] if chosen else Qt.PenStyle.NoPen)
            painter.setBrush(theme[entry.colour])
            painter.drawRoundedRect(QRect(rect.left() + 8, rect.center().y() - 5, 10, 10), 3, 3)
        left = rect.left() + (26 if entry.colour else 8)
        metrics = QFontMetrics(option.font)
        note_width = metrics.horizontalAdvance(entry.note)
        painter.setFont(option.font)
        note = theme["accent_text"] if chosen else theme["text_dim"]
        painter.setPen(note)
        painter.drawText(
            rect.adjusted(0, 0, -8, 0), Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, entry.note
        )
        painter.setPen(theme["accent_text"] if chosen else _title_colour(theme, entry))
        room = QRect(left, rect.top(), rect.right() - left - note_width - 20, rect.height())
        title = metrics.elidedText(entry.title, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, title)
        painter.restore()


def _paint_heading(painter: QPainter, option: QStyleOptionViewItem, theme: Theme, text: str) -> None:
    font = QFont(option.font)
    font.setBold(True)
    painter.setFont(font)
    painter.setPen(theme["text_dim"])
    painter.drawText(
        option.rect.adjusted(10, 0, -8, -4), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, text
    )


def _title_colour(theme: Theme, entry: Entry) -> QColor:
    return theme["text"] if entry.enabled else theme["text_dim"]
