"""The gallery's tools: search by words or a condition, sort by a column, size of the pictures."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QSlider, QToolButton, QWidget

from gui.gallery.condition_words import ConditionWords
from gui.gallery.grid import FIRST, LARGEST, SMALLEST
from gui.gallery.widgets import label
from gui.theme.icons import icon
from gui.theme.theme import Theme

TYPING_MS = 180
PAUSE_MS = 700
"""A condition that is half typed is wrong: nothing is said of it before a pause."""


class GalleryTools(QWidget):
    """`sorted(column, descending)` and `searched(words, condition)`; one of the two texts is always empty."""

    sorted = Signal(str, bool)
    searched = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme: Theme | None = None
        self.field = QLineEdit()
        self.field.setClearButtonEnabled(True)
        self.field.setAccessibleName(self.tr("Search pictures"))
        self.field.setMinimumWidth(110)
        self.field.setMaximumWidth(340)
        self.words = ConditionWords(self.field)
        self.condition = _tool()
        self.condition.setToolTip(self.tr("Search by a condition over the columns, such as: sharpness > 60"))
        self.condition.setAccessibleName(self.tr("Search by a condition"))
        self.order = QComboBox()
        self.order.setAccessibleName(self.tr("Sort by"))
        self.order.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.order.setMinimumContentsLength(10)
        self.order.addItem(self.tr("Node's order"), "")
        self.down = _tool()
        self.side = QSlider(Qt.Orientation.Horizontal)
        self.side.setRange(SMALLEST, LARGEST)
        self.side.setValue(FIRST)
        self.side.setFixedWidth(76)
        self.side.setAccessibleName(self.tr("Size of the pictures"))
        self.side.setToolTip(self.tr("Size of the pictures (Ctrl and wheel)"))
        self.trouble = label(wrap=True, selectable=True)
        self.trouble.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.field, 1)
        row.addWidget(self.condition)
        row.addSpacing(6)
        row.addWidget(self.order)
        row.addWidget(self.down)
        row.addSpacing(6)
        row.addWidget(self.side)
        self._typing = QTimer(self, singleShot=True, interval=TYPING_MS)
        self._typing.timeout.connect(self._search)
        self.field.textChanged.connect(lambda _text: self._typing.start())
        self.field.returnPressed.connect(self._search)
        self.condition.toggled.connect(self._kind_changed)
        self.order.currentIndexChanged.connect(lambda _number: self._sort())
        self.down.toggled.connect(lambda _on: self._sort())
        self._name_direction()
        self._kind_changed(False)

    def set_columns(self, columns: list[str]) -> None:
        """Offers these columns; the one that is chosen stays where it is still there."""
        self.words.offer(columns)
        if columns == [self.order.itemData(number) for number in range(1, self.order.count())]:
            return
        before = self.order.currentData()
        self.order.blockSignals(True)
        while self.order.count() > 1:
            self.order.removeItem(1)
        for name in columns:
            self.order.addItem(name.replace("_", " "), name)
        self.order.setCurrentIndex(max(0, self.order.findData(before)))
        self.order.blockSignals(False)
        if self.order.currentData() != before:
            self._sort()

    def say(self, words: str) -> None:
        """Shows what is wrong with the condition; "" when nothing is."""
        self.trouble.setText(words)
        self.trouble.setVisible(bool(words))

    def apply_theme(self, theme: Theme) -> None:
        """Takes on another theme."""
        self._theme = theme
        self.condition.setIcon(icon("funnel", theme))
        self._name_direction()
        self.trouble.setStyleSheet(f"color: {theme['dropped'].name()}")

    def _kind_changed(self, by_condition: bool) -> None:
        self.words.switch(by_condition)
        self._typing.setInterval(PAUSE_MS if by_condition else TYPING_MS)
        self.field.setPlaceholderText(
            self.tr("Condition: sharpness > 60") if by_condition else self.tr("Name or caption")
        )
        self._search()

    def _search(self) -> None:
        self._typing.stop()
        text = self.field.text()
        if self.condition.isChecked():
            self.searched.emit("", text)
        else:
            self.searched.emit(text, "")

    def _sort(self) -> None:
        self._name_direction()
        self.sorted.emit(self.order.currentData() or "", self.down.isChecked())

    def _name_direction(self) -> None:
        down = self.down.isChecked()
        if self._theme is not None:
            name = "arrow-down-wide-narrow" if down else "arrow-up-narrow-wide"
            self.down.setIcon(icon(name, self._theme))
        words = self.tr("Largest first") if down else self.tr("Smallest first")
        self.down.setToolTip(words)
        self.down.setAccessibleName(words)
        self.down.setEnabled(bool(self.order.currentData()))


def _tool() -> QToolButton:
    made = QToolButton()
    made.setIconSize(QSize(18, 18))
    made.setCheckable(True)
    return made
