"""The page of several nodes of different types: which they are, and the settings that all of them have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from gui.document import GraphDocument
from gui.inspector.form import NodeForm
from gui.inspector.node_page import rule
from gui.theme.theme import Theme
from nodegraph.graph.columns import ColumnsAt, columns_at, columns_into
from nodegraph.parameters import File, Folder, Main, NewColumn, Parameter
from nodegraph.specs import NodeSpec

OWN = (Folder, File, NewColumn)
"""What two nodes seldom share: places and names of their own."""


class SeveralPage(QWidget):
    """All about these nodes that they have in common."""

    def __init__(
        self, document: GraphDocument, nodes: Sequence[str], theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.nodes = tuple(nodes)
        self._document = document
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 12, 14, 16)
        layout.setSpacing(12)
        title = QLabel(self.tr("{0} nodes of different types").format(len(nodes)), self)
        title.setProperty("role", "name")
        layout.addWidget(title)
        self.names = QLabel(self)
        self.names.setWordWrap(True)
        self.names.setProperty("role", "dim")
        layout.addWidget(self.names)
        layout.addWidget(rule(self))
        shared = shared_parameters(self._specs())
        self.form = NodeForm(document, nodes, shared, self._columns(), theme, self)
        layout.addWidget(self.form)
        words = self.tr("What is changed here is changed in all of them.")
        note = QLabel(words if shared else self.tr("They have no setting in common."), self)
        note.setProperty("role", "dim")
        note.setWordWrap(True)
        layout.addWidget(note)
        layout.addStretch(1)
        self.renew()

    def fits(self, nodes: Sequence[str]) -> bool:
        """Whether this page is still the one for these nodes."""
        return tuple(nodes) == self.nodes and set(shared_parameters(self._specs())) == set(self.form.rows)

    def renew(self) -> None:
        """Shows names and values as they are now."""
        specs, graph = self._document.registry.nodes, self._document.graph
        nodes = [graph.nodes[id] for id in self.nodes if id in graph.nodes]
        titles = [node.label or (specs[node.type].title if node.type in specs else node.id) for node in nodes]
        self.names.setText(", ".join(titles))
        self.form.renew()

    def renew_columns(self) -> None:
        """Offers the columns that are upstream now."""
        self.form.show_columns(self._columns())

    def show_problems(self) -> None:
        """Shows what the last check said."""
        self.form.show_problems()

    def _specs(self) -> list[NodeSpec | None]:
        graph, registry = self._document.graph, self._document.registry
        return [registry.nodes.get(graph.nodes[id].type) for id in self.nodes if id in graph.nodes]

    def _columns(self) -> ColumnsAt:
        """The columns that are upstream of all of them."""
        graph, registry = self._document.graph, self._document.registry
        ends = columns_at(graph, registry)
        found = [columns_into(graph, registry, ends, id) for id in self.nodes if id in graph.nodes]
        first, *rest = found
        known = {name: info for name, info in first.known.items() if all(name in other.known for other in rest)}
        return ColumnsAt(known, any(columns.open for columns in found))


def shared_parameters(specs: Sequence[NodeSpec | None]) -> Mapping[str, Parameter]:
    """The parameters that all these types have, alike in name, values and default; none where a type is unknown."""
    known = [spec for spec in specs if spec is not None]
    if not known or len(known) < len(specs):
        return {}
    first, *rest = known
    return {
        name: parameter
        for name, parameter in first.parameters.items()
        if not any(parameter.facet(own) for own in OWN)
        and all(_alike(parameter, spec.parameters.get(name)) for spec in rest)
    }


def _alike(one: Parameter, other: Parameter | None) -> bool:
    if other is None or one.type != other.type or one.default != other.default:
        return False
    return [facet for facet in one.facets if not isinstance(facet, Main)] == [
        facet for facet in other.facets if not isinstance(facet, Main)
    ]
