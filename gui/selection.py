"""The selection: which nodes are chosen and which one of them is looked at. Canvas, inspector and gallery share it."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from gui.document import GraphDocument
from nodegraph.graph.model import Graph


class Selection(QObject):
    """Ids of the chosen nodes in the order they were chosen; `current` is the last. Follows removals and renames."""

    changed = Signal()

    def __init__(self, document: GraphDocument, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.nodes: tuple[str, ...] = ()
        document.changed.connect(self._follow)

    @property
    def current(self) -> str | None:
        """The node that inspector and gallery show, or None."""
        return self.nodes[-1] if self.nodes else None

    def choose(self, nodes: Iterable[str]) -> None:
        """Chooses exactly these nodes."""
        chosen = tuple(dict.fromkeys(nodes))
        if chosen != self.nodes:
            self.nodes = chosen
            self.changed.emit()

    def toggle(self, node: str) -> None:
        """Chooses one node more, or one less."""
        self.choose([one for one in self.nodes if one != node] if node in self.nodes else [*self.nodes, node])

    def _follow(self, _before: Graph, after: Graph) -> None:
        self.choose(node for node in self.nodes if node in after.nodes)
