"""The keyboard shortcuts: all actions with their keys, rebound by pressing new ones, with a check for conflicts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QKeySequenceEdit,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gui.actions import Actions, ActionSpec
from gui.palette.fuzzy import fit
from gui.translation import words


class KeySettings(Protocol):
    """Where the keys that the user chose are kept."""

    def keys(self) -> dict[str, tuple[str, ...]]:
        """Keys by action id, of the actions that were rebound."""
        ...

    def set_keys(self, keys: Mapping[str, tuple[str, ...]], /) -> None:
        """Keeps exactly these; every other action has its default."""
        ...


def conflict(keys: Mapping[str, tuple[str, ...]], id: str, wanted: str) -> str | None:
    """The id of another action that has this key already, or None."""
    if not wanted:
        return None
    same = QKeySequence(wanted)
    for other, taken in keys.items():
        if other != id and any(QKeySequence(key) == same for key in taken):
            return other
    return None


class ShortcutsDialog(QDialog):
    """Rebinds actions at once; a key that another action has is refused, with that action's name."""

    def __init__(self, actions: Actions, settings: KeySettings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Keyboard shortcuts"))
        self._actions = actions
        self._settings = settings
        self.search = QLineEdit(self, placeholderText=self.tr("Search"), clearButtonEnabled=True)
        self.search.setAccessibleName(self.tr("Search actions"))
        self.table = QTableWidget(0, 3, self)
        self.table.setHorizontalHeaderLabels([self.tr("Action"), self.tr("Menu"), self.tr("Keys")])
        self.table.setAccessibleName(self.tr("Actions and their keys"))
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.verticalHeader().hide()
        self.table.setShowGrid(False)
        header = self.table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.keys = QKeySequenceEdit(self)
        self.keys.setAccessibleName(self.tr("New keys"))
        self.keys.setMaximumSequenceLength(1)
        self.assign_button = QPushButton(self.tr("Assign"), self)
        self.reset_button = QPushButton(self.tr("Reset to Default"), self)
        self.assign_button.setAutoDefault(False)
        self.reset_button.setAutoDefault(False)
        self.message = QLabel(self)
        self.message.setWordWrap(True)
        row = QHBoxLayout()
        for widget in (self.keys, self.assign_button, self.reset_button):
            row.addWidget(widget)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(10)
        for widget in (self.search, self.table):
            layout.addWidget(widget)
        layout.addLayout(row)
        layout.addWidget(self.message)
        layout.addWidget(buttons)
        self.resize(620, 560)
        self.search.textChanged.connect(self._fill)
        self.assign_button.clicked.connect(self.assign)
        self.reset_button.clicked.connect(self.reset)
        self._fill()

    def current(self) -> ActionSpec | None:
        """The action of the chosen row."""
        item = self.table.item(self.table.currentRow(), 0)
        return self._actions.specs[item.data(Qt.ItemDataRole.UserRole)] if item is not None else None

    def choose(self, id: str) -> None:
        """Chooses the row of an action."""
        for row in range(self.table.rowCount()):
            item = self.table.item(row, 0)
            if item is not None and item.data(Qt.ItemDataRole.UserRole) == id:
                self.table.setCurrentCell(row, 0)

    def assign(self) -> None:
        """Gives the chosen action the keys in the field, unless another action has them."""
        spec = self.current()
        wanted = self.keys.keySequence().toString()
        if spec is None or not wanted:
            self.message.setText(self.tr("Choose an action, then press its new keys."))
            return
        other = conflict(self._all_keys(), spec.id, wanted)
        if other is not None:
            self.message.setText(
                self.tr("{keys} belongs to “{other}” already. Give that one other keys first.").format(
                    keys=wanted, other=self._actions.specs[other].name
                )
            )
            return
        self._set(spec, (wanted,))
        self._settings.set_keys({**self._settings.keys(), spec.id: (wanted,)})
        self.message.setText(self.tr("{keys} now gives “{text}”.").format(keys=wanted, text=spec.name))

    def reset(self) -> None:
        """Gives the chosen action its default keys back."""
        spec = self.current()
        if spec is None:
            return
        taken = [other for key in spec.keys if (other := conflict(self._all_keys(), spec.id, key))]
        if taken:
            self.message.setText(
                self.tr("Its default belongs to “{other}” now.").format(other=self._actions.specs[taken[0]].name)
            )
            return
        self._set(spec, spec.keys)
        self._settings.set_keys({id: keys for id, keys in self._settings.keys().items() if id != spec.id})
        self.message.setText("")

    def _all_keys(self) -> dict[str, tuple[str, ...]]:
        return {id: tuple(key.toString() for key in self._actions[id].shortcuts()) for id in self._actions.specs}

    def _set(self, spec: ActionSpec, keys: tuple[str, ...]) -> None:
        self._actions[spec.id].setShortcuts([QKeySequence(key) for key in keys])
        self._fill()
        self.choose(spec.id)

    def _fill(self) -> None:
        query = self.search.text()
        specs = [spec for spec in self._actions.specs.values() if fit(query, spec.name) or fit(query, words(spec.menu))]
        self.table.setRowCount(len(specs))
        for row, spec in enumerate(specs):
            native = QKeySequence.SequenceFormat.NativeText
            keys = ", ".join(key.toString(native) for key in self._actions[spec.id].shortcuts())
            for column, text in enumerate((spec.name, words(spec.menu), keys)):
                item = QTableWidgetItem(text)
                item.setData(Qt.ItemDataRole.UserRole, spec.id)
                self.table.setItem(row, column, item)
