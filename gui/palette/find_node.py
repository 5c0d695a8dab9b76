"""Find node: goes to a node of the graph by a few letters of its name, type or id."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from gui.document import GraphDocument
from gui.palette.fuzzy import ranked
from gui.palette.search_popup import Entry, SearchPopup
from gui.theme.theme import Theme
from nodegraph.graph.model import Node


class FindNode(SearchPopup):
    """`picked(id)` when a node is chosen."""

    def __init__(self, document: GraphDocument, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, self.tr("Find a node of this graph"), parent, details=False)
        self._document = document

    def entries(self, query: str) -> Sequence[Entry]:
        """Nodes whose label, title, type or id fits."""
        found = ranked(query, self._document.graph.nodes.values(), lambda node: (self._name(node), node.id, node.type))
        return [Entry(node.id, self._name(node), node.id, self._colour(node)) for node in found]

    def _name(self, node: Node) -> str:
        spec = self._document.registry.nodes.get(node.type)
        return node.label or (spec.title if spec else node.type)

    def _colour(self, node: Node) -> str:
        spec = self._document.registry.nodes.get(node.type)
        return f"kind_{spec.kind}" if spec else ""
