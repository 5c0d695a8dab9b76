"""The form of a node: a row a parameter, those that matter most first, the rest in a part that folds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from gui.document import GraphDocument
from gui.inspector.binding import Binding
from gui.inspector.fields.field import FieldContext
from gui.inspector.glyphs import icon
from gui.inspector.row import ParameterRow
from gui.theme.theme import Theme
from nodegraph.graph.columns import ColumnsAt
from nodegraph.parameters import Main, Parameter

FEW = 4
"""Up to so many parameters none is folded away."""


class NodeForm(QWidget):
    """These parameters of nodes that all have them."""

    def __init__(
        self,
        document: GraphDocument,
        nodes: Sequence[str],
        parameters: Mapping[str, Parameter],
        columns: ColumnsAt,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.rows: dict[str, ParameterRow] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        few = len(parameters) <= FEW
        rest: list[ParameterRow] = []
        for name, parameter in parameters.items():
            context = FieldContext(parameter, document.registry, theme, columns, lambda: document.base)
            row = ParameterRow(Binding(document, nodes, parameter), context, self)
            self.rows[name] = row
            if few or parameter.required or parameter.facet(Main):
                layout.addWidget(row)
            else:
                rest.append(row)
        self._rest = QWidget(self)
        self._fold = self._made_fold(theme, len(rest))
        if rest:
            layout.addWidget(self._fold)
            layout.addWidget(self._rest)
            inner = QVBoxLayout(self._rest)
            inner.setContentsMargins(0, 0, 0, 0)
            inner.setSpacing(12)
            for row in rest:
                inner.addWidget(row)
        self._fold.setVisible(bool(rest))
        self._in_rest = {row.parameter.name for row in rest}
        self._fold.setChecked(any(row.has_problem or row.binding.changed for row in rest))
        self._show_rest(self._fold.isChecked())

    def _made_fold(self, theme: Theme, count: int) -> QToolButton:
        fold = QToolButton(self)
        fold.setProperty("role", "section")
        fold.setCheckable(True)
        fold.setText(self.tr(" More settings ({0})").format(count))
        fold.setToolButtonStyle(fold.toolButtonStyle().ToolButtonTextBesideIcon)
        self._icons = icon("right", theme["text_dim"]), icon("down", theme["text_dim"])
        fold.toggled.connect(self._show_rest)
        return fold

    def _show_rest(self, on: bool) -> None:
        self._fold.setIcon(self._icons[int(on)])
        self._rest.setVisible(on and bool(self._in_rest))

    def renew(self) -> None:
        """Shows the values that the nodes have now."""
        for row in self.rows.values():
            row.renew()

    def show_columns(self, columns: ColumnsAt) -> None:
        """Offers other columns."""
        for row in self.rows.values():
            row.field.show_columns(columns)

    def show_problems(self) -> None:
        """Shows what the last check said."""
        for name, row in self.rows.items():
            row.show_problems()
            if row.has_problem and name in self._in_rest:
                self._fold.setChecked(True)

    def focus(self, param: str) -> ParameterRow | None:
        """Puts the caret into a field, unfolding what hides it."""
        row = self.rows.get(param)
        if row is not None:
            if param in self._in_rest:
                self._fold.setChecked(True)
            row.focus()
        return row
