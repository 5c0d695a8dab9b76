"""Column fields: a list of the columns that are really upstream. A name that is not among them is kept and marked."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from gui.inspector.fields.field import Field, FieldContext, calm_wheel
from gui.translation import marked, words
from nodegraph.columns import BASE_COLUMNS, ColumnInfo, accepts
from nodegraph.graph.columns import ColumnsAt
from nodegraph.parameters import Column

KIND_WORDS = {
    "number": marked("number"),
    "integer": marked("whole number"),
    "text": marked("text"),
    "flag": marked("yes or no"),
}


def fitting(field: Field, columns: ColumnsAt) -> dict[str, ColumnInfo]:
    """The columns upstream that the parameter takes; those that every row has, which are seldom meant, come last."""
    facet = field.parameter.facet(Column)
    wanted = facet.kind if facet else "any"
    found = [(name, info) for name, info in columns.items() if accepts(wanted, info.kind)]
    return dict(sorted(found, key=lambda item: item[0] in BASE_COLUMNS))


def column_tip(info: ColumnInfo) -> str:
    """What a column holds, in a line."""
    ends = {"high": words("higher is better"), "low": words("lower is better"), None: ""}[info.best]
    return " · ".join(part for part in (info.help, words(KIND_WORDS[info.kind]), info.unit, ends) if part)


class ColumnField(Field):
    """The name of one upstream column."""

    def __init__(self, context: FieldContext, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._value: object = None
        self._offered: list[tuple[str, ColumnInfo]] | None = None
        self._known = 0
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3)
        row = QHBoxLayout()
        row.setSpacing(8)
        self.box = QComboBox(self)
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.box.setMinimumContentsLength(12)
        calm_wheel(self.box)
        self.box.activated.connect(self._chosen)
        row.addWidget(self.box, 1)
        self._kind = QLabel(self)
        self._kind.setProperty("role", "dim")
        row.addWidget(self._kind)
        layout.addLayout(row)
        self.set_main(self.box)
        self.show_columns(context.columns)

    def names(self) -> list[str]:
        """The columns that are offered."""
        return list(fitting(self, self.context_columns))

    def show_columns(self, columns: ColumnsAt) -> None:
        """Offers these columns."""
        self.context_columns = columns
        self.show_value(self._value)

    def show_value(self, value: object) -> None:
        """Chooses the column; where it is not upstream, it is offered as missing."""
        self._value = value
        offered = fitting(self, self.context_columns)
        if self._offered != list(offered.items()):
            self._offer(offered)
        while self.box.count() > self._known:
            self.box.removeItem(self.box.count() - 1)
        index = self.box.findData(value)
        if index < 0 and value:
            self.box.addItem(str(value), value)
            index = self.box.count() - 1
            self.box.setItemData(index, QBrush(self.context.theme["state_error"]), Qt.ItemDataRole.ForegroundRole)
        if not self.box.count() or (index < 0 and not value):
            self.box.setPlaceholderText(
                self.tr("Choose a column") if offered else self.tr("No fitting column upstream")
            )
        self.box.setCurrentIndex(index)
        kind = self._kind_text(value)
        self._kind.setText(kind)
        self._kind.setVisible(bool(kind))

    def _offer(self, offered: dict[str, ColumnInfo]) -> None:
        self._offered = list(offered.items())
        self.box.clear()
        if self.parameter.nullable:
            self.box.addItem(self.tr("Not set"), None)
        for name, info in offered.items():
            self.box.addItem(name, name)
            self.box.setItemData(self.box.count() - 1, column_tip(info), Qt.ItemDataRole.ToolTipRole)
        self._known = self.box.count()

    def show_mixed(self) -> None:
        """Shows that the nodes differ."""
        self.show_value("")
        self.box.setPlaceholderText(self.tr("Several values"))

    def _kind_text(self, value: object) -> str:
        info = self.context_columns.known.get(str(value))
        if info is not None:
            return words(KIND_WORDS[info.kind])
        return self.tr("not upstream") if value and not self.context_columns.open else ""

    def _chosen(self, index: int) -> None:
        value = self.box.itemData(index)
        if value != self._value:
            self.say(value)
