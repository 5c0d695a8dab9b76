"""The log as Qt's item model: bounded, filled in batches, filtered by how serious a line is and by words."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
)
from PySide6.QtGui import QColor

from gui.run_log import LogLevel, LogLine
from gui.theme.theme import Theme
from gui.translation import marked, words

LIMIT = 5000
"""So many lines are kept; older ones are dropped, a tenth at a time."""

LINE_ROLE = int(Qt.ItemDataRole.UserRole)
RANK: dict[LogLevel, int] = {"engine": 0, "info": 1, "warning": 2, "error": 3}
COLUMNS = (marked("Time"), marked("Level"), marked("Node"), marked("Text"))

Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


class LogModel(QAbstractTableModel):
    """Lines, oldest first; `LINE_ROLE` gives the `LogLine` itself."""

    def __init__(self, theme: Theme, parent: QObject | None = None, limit: int = LIMIT) -> None:
        super().__init__(parent)
        self.theme = theme
        self._limit = limit
        self._lines: list[LogLine] = []
        self.titles: dict[str, str] = {}

    def append(self, lines: list[LogLine]) -> None:
        """Adds lines at the end."""
        lines = lines[-self._limit :]
        over = len(self._lines) + len(lines) - self._limit
        if over > 0 and self._lines:
            gone = min(len(self._lines), over + self._limit // 10)
            self.beginRemoveRows(QModelIndex(), 0, gone - 1)
            del self._lines[:gone]
            self.endRemoveRows()
        if lines:
            self.beginInsertRows(QModelIndex(), len(self._lines), len(self._lines) + len(lines) - 1)
            self._lines += lines
            self.endInsertRows()

    def clear(self) -> None:
        """Drops all lines."""
        self.beginResetModel()
        self._lines.clear()
        self.endResetModel()

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._lines)

    def columnCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        horizontal = orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole
        return words(COLUMNS[section]) if horizontal else None

    def data(self, index: Index, role: int = 0) -> Any:
        line = self._lines[index.row()]
        if role == LINE_ROLE:
            return line
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            cells = (f"{line.time:%H:%M:%S}", line.level, self.titles.get(line.node, line.node), line.text)
            return cells[index.column()]
        return self._colour(line, index.column()) if role == Qt.ItemDataRole.ForegroundRole else None

    def _colour(self, line: LogLine, column: int) -> QColor:
        if line.level == "error" and column in (1, 3):
            return self.theme["state_error"]
        if line.level == "warning" and column in (1, 3):
            return self.theme["state_stale"]
        return self.theme["text"] if column >= 2 and line.level != "engine" else self.theme["text_dim"]


class LogFilter(QSortFilterProxyModel):
    """Lines at least as serious as `least` that hold `words`, upper and lower case alike."""

    def __init__(self, source: LogModel) -> None:
        super().__init__(source)
        self._least, self._words = RANK["info"], ""
        self.setSourceModel(source)

    def narrow(self, *, least: LogLevel | None = None, words: str | None = None) -> None:
        """Changes what is shown."""
        self.beginFilterChange()
        self._least = RANK[least] if least is not None else self._least
        self._words = words.casefold().strip() if words is not None else self._words
        self.endFilterChange(QSortFilterProxyModel.Direction.Rows)

    def filterAcceptsRow(self, row: int, parent: Index) -> bool:
        """Whether a line is shown."""
        line: LogLine = self.sourceModel().index(row, 0, parent).data(LINE_ROLE)
        return RANK[line.level] >= self._least and self._words in f"{line.node} {line.text}".casefold()
