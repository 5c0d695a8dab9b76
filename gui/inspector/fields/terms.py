"""Fields for lines that each name a column: one a line to type, and a list of the columns upstream to take one from."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QWidget

from gui.inspector.fields.column import column_tip
from gui.inspector.fields.field import FieldContext, calm_wheel
from gui.inspector.fields.texts import TextsField
from nodegraph.columns import BASE_COLUMNS, accepts
from nodegraph.graph.columns import ColumnsAt
from nodegraph.parameters import ColumnTerms


class TermsField(TextsField):
    """A list of terms. A column that is chosen is added as the last line, with a minus where lower is better."""

    def __init__(self, context: FieldContext, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._facet = self.parameter.facet(ColumnTerms) or ColumnTerms()
        self._columns = context.columns
        self._wrong = False
        self.box = QComboBox(self)
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.box.setMinimumContentsLength(14)
        self.box.setPlaceholderText(self.tr("Add a column"))
        self.box.setAccessibleName(self.tr("{0}: add a column").format(self.parameter.label))
        self.box.activated.connect(self._add)
        calm_wheel(self.box)
        self.absent = QLabel(self)
        self.absent.setWordWrap(True)
        self.absent.setProperty("role", "dim")
        self.under.addWidget(self.box)
        self.under.addWidget(self.absent)
        self.edit.textChanged.connect(self._offer)
        self._offer()

    def show_columns(self, columns: ColumnsAt) -> None:
        """Offers these columns."""
        self._columns = columns
        self._offer()

    def show_value(self, value: object) -> None:
        """Shows the lines, and offers the columns that none of them names."""
        super().show_value(value)
        self._offer()

    def mark(self, wrong: bool) -> None:
        """Marks the lines as wrong; what is wrong with them is then told elsewhere."""
        super().mark(wrong)
        self._wrong = wrong
        self._offer()

    def _offer(self) -> None:
        named = [self._facet.column_in(line) for line in self.texts()]
        self.box.clear()
        for name, info in self._columns.items():
            if accepts(self._facet.kind, info.kind) and name not in named and name not in BASE_COLUMNS:
                self.box.addItem(name, f"-{name}" if info.best == "low" else name)
                self.box.setItemData(self.box.count() - 1, column_tip(info), Qt.ItemDataRole.ToolTipRole)
        self.box.setCurrentIndex(-1)
        self.box.setVisible(self.box.count() > 0)
        absent = [name for name in named if name and name not in self._columns and not self._columns.open]
        self.absent.setText(self.tr("Not upstream: {0}").format(", ".join(absent)))
        self.absent.setVisible(bool(absent) and not self._wrong)

    def _add(self, index: int) -> None:
        lines = [*self.texts(), self.box.itemData(index)]
        self.show_value(lines)
        self.say(lines)
