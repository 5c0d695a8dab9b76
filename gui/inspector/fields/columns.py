"""Fields for a list of columns: the fitting ones upstream as boxes to tick, missing ones kept and marked."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QWidget

from gui.inspector.fields.column import column_tip, fitting
from gui.inspector.fields.field import Field, FieldContext
from nodegraph.graph.columns import ColumnsAt
from nodegraph.parameters import Column

MOST_ROWS = 8


class ColumnsField(Field):
    """Names of upstream columns, in the order in which they were ticked."""

    def __init__(self, context: FieldContext, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._values: list[str] = []
        self._said: list[str] | None = None
        self._facet = self.parameter.facet(Column)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self.list = QListWidget(self)
        self.list.setProperty("role", "columns")
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.itemChanged.connect(self._ticked)
        layout.addWidget(self.list)
        self.set_main(self.list)
        self.show_columns(context.columns)

    def show_columns(self, columns: ColumnsAt) -> None:
        """Offers these columns."""
        self.context_columns = columns
        self.show_value(self._values)

    def show_value(self, value: object) -> None:
        """Ticks the columns of the list, which stand first; after a tick by hand each stays where it is."""
        self._values = [str(item) for item in value] if isinstance(value, list) else []
        offered = fitting(self, self.context_columns)
        blocked = self.list.blockSignals(True)
        row = self.list.currentRow()
        names = [*self._values, *(name for name in offered if name not in self._values)]
        there = [self.list.item(index).text() for index in range(self.list.count())]
        if self._values == self._said and set(names) == set(there):
            names = there
        elif names != there:
            self.list.clear()  # only where it must be: it may be one of these items that was just ticked
            self.list.addItems(names)
        for index, name in enumerate(names):
            item = self.list.item(index)
            item.setFlags(Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
            item.setCheckState(Qt.CheckState.Checked if name in self._values else Qt.CheckState.Unchecked)
            item.setData(Qt.ItemDataRole.ForegroundRole, None)
            if name in offered:
                item.setToolTip(column_tip(offered[name]))
            elif not self.context_columns.open:
                optional = self._facet is not None and self._facet.optional
                item.setForeground(QBrush(self.context.theme["text_dim" if optional else "state_error"]))
                passed_over = self.tr("It is passed over.") if optional else ""
                item.setToolTip(f"{self.tr('No column of this name and kind is upstream.')} {passed_over}".strip())
        self.list.setCurrentRow(row)
        self.list.blockSignals(blocked)
        height = self.list.sizeHintForRow(0) if self.list.count() else self.list.fontMetrics().lineSpacing() + 6
        self.list.setFixedHeight(height * min(max(self.list.count(), 1), MOST_ROWS) + 10)

    def _ticked(self, item: QListWidgetItem) -> None:
        kept = [name for name in self._values if name != item.text()]
        self._said = [*kept, item.text()] if item.checkState() == Qt.CheckState.Checked else kept
        self.say(self._said)
