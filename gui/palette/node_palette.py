"""The node palette: finds the node to add, and only those that fit when it opens from a loose end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from typing import Protocol

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from gui.document import GraphDocument
from gui.palette.fuzzy import ranked
from gui.palette.help import ports_of
from gui.palette.kind_bar import KindBar
from gui.palette.search_popup import Entry, SearchPopup
from gui.theme.theme import Theme
from gui.translation import marked, words
from nodegraph.graph.columns import given_columns
from nodegraph.graph.model import Edge, Node
from nodegraph.registry import Registry
from nodegraph.specs import NodeSpec

KINDS = {
    "source": marked("Sources"),
    "scorer": marked("Measure and edit"),
    "filter": marked("Filters"),
    "dedup": marked("Duplicates"),
    "arrange": marked("Arrange, split and join"),
    "captioner": marked("Captions"),
    "review": marked("Review"),
    "export": marked("Export and report"),
}
"""Each kind and what stands over its nodes, in the order of the list."""


SHORT = {
    "source": marked("Sources"),
    "scorer": marked("Measure"),
    "filter": marked("Filters"),
    "dedup": marked("Duplicates"),
    "arrange": marked("Arrange"),
    "captioner": marked("Captions"),
    "review": marked("Review"),
    "export": marked("Export"),
}
"""The kinds on their buttons."""

OFTEN = 6
"""So many of the nodes that are used most stand first."""

FADING = 0.9
"""How much less each use counts than the one after it."""


class Uses(Protocol):
    """Where it is kept which nodes were added."""

    def used_nodes(self) -> tuple[str, ...]:
        """Types in the order they were added, the latest last."""
        ...

    def add_used_node(self, type: str, /) -> None:
        """Keeps that a node was added."""
        ...


class NodePalette(SearchPopup):
    """`chosen(type, wiring)` when a node is picked; the wiring is what `open_at` was told, see `canvas.adding`."""

    chosen = Signal(str, object)

    def __init__(
        self, document: GraphDocument, registry: Registry, theme: Theme, uses: Uses, parent: QWidget | None = None
    ) -> None:
        super().__init__(theme, self.tr("Add a node: type a few letters. Tab looks through one kind"), parent)
        self._document = document
        self._registry = registry
        self._uses = uses
        self._wiring: object = None
        self._favour: dict[str, float] = {}
        self._columns: dict[str, str] = {}
        self.kinds = KindBar({kind: words(text) for kind, text in SHORT.items()}, self)
        self.put_below_field(self.kinds)
        self.kinds.changed.connect(self.renew)
        self.picked.connect(self._chosen)

    def open_at(self, place: QPoint, wiring: object = None) -> None:
        """Opens at a place on the screen; with a loose end, or an edge, only nodes that fit it are shown."""
        self._wiring = wiring
        self._favour = favour(self._uses.used_nodes())
        self.kinds.paint(self.theme)
        self.kinds.offer({spec.kind for spec in self._fitting()})
        super().open_at(place)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Tab in the field goes from kind to kind."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            steps = {Qt.Key.Key_Tab: 1, Qt.Key.Key_Backtab: -1}
            if event.key() in steps:
                self.kinds.step(steps[Qt.Key(event.key())])
                return True
        return super().eventFilter(watched, event)

    def entries(self, query: str) -> Sequence[Entry]:
        """Nodes that say what is typed in title, type, summary, columns or help; without it all, under their kinds."""
        order, wanted = list(KINDS), self.kinds.kind
        fitting = (spec for spec in self._fitting() if not wanted or spec.kind == wanted)
        specs = sorted(fitting, key=lambda spec: (order.index(spec.kind), spec.title.casefold()))
        if query.strip():
            return [_entry(spec) for spec in ranked(query, specs, self._texts, self._favoured)]
        used = sorted((spec for spec in specs if self._favoured(spec)), key=lambda spec: -self._favoured(spec))[:OFTEN]
        found = [Entry(None, self.tr("Used most"), heading=True), *map(_entry, used)] if used else []
        for kind, specs_of_kind in groupby((spec for spec in specs if spec not in used), lambda spec: spec.kind):
            found.append(Entry(None, words(KINDS[kind]), heading=True))
            found += [replace(_entry(spec), note="") for spec in specs_of_kind]
        return found

    def _texts(self, spec: NodeSpec) -> tuple[str, ...]:
        if spec.type not in self._columns:
            given = given_columns(spec, Node("", spec.type, spec.rev))
            self._columns[spec.type] = " ".join(given).replace("_", " ")
        return (
            spec.title,
            spec.type,
            f"{spec.kind} {words(KINDS[spec.kind])}",
            spec.summary,
            self._columns[spec.type],
            spec.help,
        )

    def _fitting(self) -> list[NodeSpec]:
        specs = list(self._registry.nodes.values())
        if isinstance(self._wiring, Edge):
            return [spec for spec in specs if spec.inputs and spec.outputs]
        if not isinstance(self._wiring, tuple):
            return specs
        _end, is_output = self._wiring
        return [spec for spec in specs if (spec.inputs if is_output else spec.outputs)]

    def _favoured(self, spec: NodeSpec) -> float:
        return self._favour.get(spec.type, 0.0)

    def _chosen(self, type: str) -> None:
        self._uses.add_used_node(type)
        self.chosen.emit(type, self._wiring)


def favour(used: Sequence[str]) -> dict[str, float]:
    """How much each type is favoured, 0 to 0.4: each use counts, the later ones more."""
    weights: dict[str, float] = {}
    for age, type in enumerate(reversed(used)):
        weights[type] = weights.get(type, 0.0) + FADING**age
    most = max(weights.values(), default=1.0)
    return {type: 0.4 * weight / most for type, weight in weights.items()}


def _entry(spec: NodeSpec) -> Entry:
    return Entry(spec.type, spec.title, spec.kind, f"kind_{spec.kind}", details_of(spec))


def details_of(spec: NodeSpec) -> str:
    """What the palette says of a node, as Markdown."""
    return f"### {spec.title}\n\n{spec.help}\n\n{ports_of(spec)}"
