"""The page of one node, or of several of one type: head, problems of the node itself, threshold editor, form."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from gui.document import GraphDocument
from gui.inspector.form import NodeForm
from gui.inspector.header import NodeHeader
from gui.inspector.notice import ProblemNote
from gui.inspector.threshold.cut import cut_of
from gui.inspector.threshold.editor import ThresholdEditor
from gui.results import Results
from gui.theme.theme import Theme
from nodegraph.graph.columns import ColumnsAt, columns_at, columns_into

if TYPE_CHECKING:
    from gui.gallery.thumbnails import Thumbnails


class NodePage(QWidget):
    """All about these nodes."""

    def __init__(
        self,
        document: GraphDocument,
        nodes: Sequence[str],
        results: Results,
        thumbnails: Thumbnails | None,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.nodes = tuple(nodes)
        self._document, self._results, self._theme = document, results, theme
        self._spec = document.registry.nodes.get(document.graph.nodes[nodes[0]].type)
        self.form: NodeForm | None = None
        self.threshold: ThresholdEditor | None = None
        self._notes: list[ProblemNote] = []
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 12, 14, 16)
        layout.setSpacing(12)
        self.header = NodeHeader(document, nodes, self._spec, results, theme, self)
        layout.addWidget(self.header)
        self._place = QVBoxLayout()
        self._place.setSpacing(6)
        layout.addLayout(self._place)
        layout.addWidget(rule(self))
        if self._spec is None:
            layout.addWidget(self._unknown())
        else:
            columns = self._columns()
            if len(nodes) == 1 and cut_of(self._spec) is not None:  # before the form: what a filter cuts is its heart
                self.threshold = ThresholdEditor(document, results, thumbnails, theme, self)
                self.threshold.show_node(nodes[0])
                layout.addWidget(self.threshold)
                layout.addWidget(rule(self))
            self.form = NodeForm(document, nodes, self._spec.parameters, columns, theme, self)
            layout.addWidget(self.form)
            if not self._spec.parameters:
                nothing = QLabel(self.tr("This node has no settings."), self)
                nothing.setProperty("role", "dim")
                layout.addWidget(nothing)
        layout.addStretch(1)
        self.show_problems()

    def fits(self, nodes: Sequence[str]) -> bool:
        """Whether this page is still the one for these nodes."""
        if tuple(nodes) != self.nodes:
            return False
        spec = self._document.registry.nodes.get(self._document.graph.nodes[nodes[0]].type)
        if spec is not self._spec or spec is None:
            return False
        cut = len(nodes) == 1 and cut_of(spec) is not None
        return cut == (self.threshold is not None)

    def renew(self) -> None:
        """Shows values, title and mode as they are now."""
        self.header.renew()
        if self.form is not None:
            self.form.renew()

    def renew_columns(self) -> None:
        """Offers the columns that are upstream now."""
        if self.form is not None:
            self.form.show_columns(self._columns())

    def show_problems(self) -> None:
        """Shows what the last check said."""
        for note in self._notes:
            note.hide()
            note.deleteLater()
        params = self._spec.parameters if self._spec else {}
        self._notes = [
            ProblemNote(found, self._theme, self)
            for found in self._document.problems
            if found.node in self.nodes and found.param not in params
        ]
        for note in self._notes:
            self._place.addWidget(note)
        if self.form is not None:
            self.form.show_problems()

    def _columns(self) -> ColumnsAt:
        graph, registry = self._document.graph, self._document.registry
        return columns_into(graph, registry, columns_at(graph, registry), self.nodes[0])

    def _unknown(self) -> QLabel:
        node = self._document.graph.nodes[self.nodes[0]]
        words = self.tr("This type of node is not installed. It is kept as it is and saved unchanged.")
        label = QLabel(f"{words}\n\n{json.dumps(dict(node.params), indent=2, ensure_ascii=False)}", self)
        label.setWordWrap(True)
        label.setProperty("role", "dim")
        return label


def rule(parent: QWidget) -> QFrame:
    """A thin line across."""
    line = QFrame(parent)
    line.setProperty("role", "rule")
    line.setFixedHeight(1)
    return line
