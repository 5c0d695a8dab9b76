"""The node palette: finds the node to add, and only those that fit when it opens from a loose end."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QWidget

from gui.document import GraphDocument
from gui.palette.fuzzy import ranked
from gui.palette.search_popup import Entry, SearchPopup
from gui.theme.theme import Theme
from nodegraph.graph.columns import given_columns
from nodegraph.graph.model import Edge, Node
from nodegraph.registry import Registry
from nodegraph.specs import NodeSpec

KINDS = {
    "source": "Sources",
    "scorer": "Measure and edit",
    "filter": "Filters",
    "dedup": "Duplicates",
    "arrange": "Arrange, split and join",
    "captioner": "Captions",
    "review": "Review",
    "export": "Export and report",
}
"""Each kind and what stands over its nodes, in the order of the list."""


class NodePalette(SearchPopup):
    """`chosen(type, wiring)` when a node is picked; the wiring is what `open_at` was told, see `canvas.adding`."""

    chosen = Signal(str, object)

    def __init__(
        self, document: GraphDocument, registry: Registry, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(theme, self.tr("Add a node: type a few letters"), parent)
        self._document = document
        self._registry = registry
        self._wiring: object = None
        self._recent: list[str] = []
        self._columns: dict[str, str] = {}
        self.picked.connect(self._chosen)

    def open_at(self, place: QPoint, wiring: object = None) -> None:
        """Opens at a place on the screen; with a loose end, or an edge, only nodes that fit it are shown."""
        self._wiring = wiring
        super().open_at(place)

    def entries(self, query: str) -> Sequence[Entry]:
        """Nodes that say what is typed in title, type, summary, columns or help; without it all, under their kinds."""
        order = list(KINDS)
        specs = sorted(self._fitting(), key=lambda spec: (order.index(spec.kind), spec.title.casefold()))
        if query.strip():
            return [_entry(spec) for spec in ranked(query, specs, self._texts, self._favoured)]
        used = sorted((spec for spec in specs if spec.type in self._recent), key=lambda spec: -self._favoured(spec))
        found = [Entry(None, self.tr("Used last"), heading=True), *map(_entry, used)] if used else []
        for kind, specs_of_kind in groupby((spec for spec in specs if spec not in used), lambda spec: spec.kind):
            found += [Entry(None, self.tr(KINDS[kind]), heading=True), *map(_entry, specs_of_kind)]
        return found

    def _texts(self, spec: NodeSpec) -> tuple[str, ...]:
        if spec.type not in self._columns:
            given = given_columns(spec, Node("", spec.type, spec.rev))
            self._columns[spec.type] = " ".join(given).replace("_", " ")
        return spec.title, spec.type, spec.summary, self._columns[spec.type], spec.help

    def _fitting(self) -> list[NodeSpec]:
        specs = list(self._registry.nodes.values())
        if isinstance(self._wiring, Edge):
            return [spec for spec in specs if spec.inputs and spec.outputs]
        if not isinstance(self._wiring, tuple):
            return specs
        _end, is_output = self._wiring
        return [spec for spec in specs if (spec.inputs if is_output else spec.outputs)]

    def _favoured(self, spec: NodeSpec) -> float:
        if spec.type not in self._recent:
            return 0.0
        return 0.4 - 0.05 * self._recent.index(spec.type)

    def _chosen(self, type: str) -> None:
        self._recent = [type, *(one for one in self._recent if one != type)][:8]
        self.chosen.emit(type, self._wiring)


def _entry(spec: NodeSpec) -> Entry:
    return Entry(spec.type, spec.title, spec.kind, f"kind_{spec.kind}", details_of(spec))


def details_of(spec: NodeSpec) -> str:
    """What the palette says of a node, as Markdown."""
    ports = f"*In:* {', '.join(spec.inputs) or 'nothing'} · *Out:* {', '.join(spec.outputs)}"
    return f"### {spec.title}\n\n{spec.help}\n\n{ports}"
