"""The rows of a lane as a list model: a table that stays as it is, and the order of those rows that are shown."""

from __future__ import annotations

from typing import Any

import polars as pl
from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from gui.gallery.lanes import REASON, empty_rows
from nodegraph.cache.keys import content_key
from nodegraph.expressions import evaluate

Index = QModelIndex | QPersistentModelIndex
NOTHING = QModelIndex()
CONTENT = Qt.ItemDataRole.UserRole + 1


class RowsModel(QAbstractListModel):
    """Shows the rows of a table that match, sorted by a column. Rows are read when they are painted, never copied.

    `renewed()`: the same rows are in the same places, but what they hold is another; Qt's own signal for that would
    make a view of 100,000 rows look at each of them.
    """

    renewed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.table = empty_rows()
        self._order = pl.Series([], dtype=pl.UInt32)
        self.sort_column = ""
        self._descending = False
        self._words = ""
        self._condition = ""

    def show_table(self, table: pl.DataFrame) -> None:
        """Shows another table, searched and sorted as the one before. Raises ProblemError as `search` does.

        Where the same rows stay in place, what is chosen of them stays chosen.
        """
        same = table.height > 0 and table["rid"].equals(self.table["rid"])
        self.table = table
        if same and self._found().equals(self._order):
            self.renewed.emit()
        else:
            self._renew()

    def sort_by(self, column: str, *, descending: bool = False) -> None:
        """Sorts by a column; "" is the order in which the node gave them. What is not there comes last."""
        self.sort_column, self._descending = column, descending
        self._renew()

    def search(self, words: str = "", condition: str = "") -> None:
        """Shows rows whose file name or caption holds `words`, or for which `condition` is true.

        Raises ProblemError, and shows all rows, where the condition cannot be read.
        """
        self._words, self._condition = words.strip(), condition.strip()
        self._renew()

    @property
    def columns(self) -> list[str]:
        """The columns that can be sorted by and shown."""
        return [name for name in self.table.columns if not name.startswith("_")]

    def row(self, position: int) -> dict[str, Any]:
        """All columns of the row that is shown at this position."""
        return self.table.row(int(self._order[position]), named=True)

    def value(self, position: int, column: str) -> Any:
        """One value of the row that is shown at this position; None where there is no such column."""
        if column not in self.table.columns:
            return None
        return self.table[column][int(self._order[position])]

    def values(self, positions: list[int], column: str) -> list[Any]:
        """The values of one column of many rows, empty ones left out."""
        if column not in self.table.columns:
            return []
        return [value for value in self.table[column].gather(self._order.gather(positions)).to_list() if value]

    def content(self, position: int) -> str:
        """The content key of the row that is shown at this position."""
        return content_key(self.value(position, "cid") or "", self.value(position, "recipe") or "")

    def position_of(self, value: str, column: str = "rid") -> int | None:
        """Where the first row is shown that has this value, or None."""
        found = (self.table[column].gather(self._order) == value).arg_true()
        return int(found[0]) if len(found) else None

    def rowCount(self, parent: Index = NOTHING) -> int:
        """Qt asks how many rows there are."""
        return 0 if parent.isValid() else len(self._order)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Qt asks for a row's name, its tool tip and what a screen reader says."""
        if not index.isValid() or index.row() >= len(self._order):
            return None
        position = index.row()
        if role == Qt.ItemDataRole.DisplayRole:
            return name_of(self.value(position, "rid") or "")
        if role == CONTENT:
            return self.content(position)
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            parts = (self.value(position, name) for name in ("rid", "caption", REASON))
            return "\n".join(str(part) for part in parts if part)
        return None

    def _renew(self) -> None:
        self.beginResetModel()
        try:
            self._order = self._ordered(None)
            self._order = self._found()
        finally:
            self.endResetModel()

    def _found(self) -> pl.Series:
        return self._ordered(self._matching())

    def _ordered(self, keep: pl.Series | None) -> pl.Series:
        order = pl.int_range(0, self.table.height, dtype=pl.UInt32, eager=True)
        if self.sort_column in self.table.columns:
            values = self.table[self.sort_column]
            if values.dtype == pl.String:
                values = values.set(values == "", None)  # in no group, without a caption: that is seldom looked for
            order = values.arg_sort(descending=self._descending, nulls_last=True).cast(pl.UInt32)
        return order if keep is None else order.filter(keep.gather(order))

    def _matching(self) -> pl.Series | None:
        if self._condition:
            return evaluate(self._condition, self.table.select(self.columns)).fill_null(False)
        if not self._words:
            return None
        columns = [name for name in ("rid", "caption") if name in self.table.columns]
        found = [
            pl.col(name).str.to_lowercase().str.contains(self._words.lower(), literal=True).fill_null(False)
            for name in columns
        ]
        return self.table.select(pl.any_horizontal(found).alias("found"))["found"]


def name_of(rid: str) -> str:
    """The file name at the end of a row's id."""
    return rid.rpartition("/")[2]
