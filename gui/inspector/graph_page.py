"""The page of the graph itself, shown when no node is selected: title, seed, counts, and its knobs as a form."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from gui.document import GraphDocument
from gui.inspector.binding import Binding
from gui.inspector.fields.field import FieldContext
from gui.inspector.fields.number import NumberEdit
from gui.inspector.node_page import rule
from gui.inspector.row import ParameterRow
from gui.inspector.title import TitleEdit
from gui.theme.theme import Theme
from nodegraph.graph.columns import columns_at, columns_into
from nodegraph.graph.edits import SetSeed, SetTitle
from nodegraph.graph.model import Knob


class GraphPage(QWidget):
    """The graph at a glance. Its knobs are edited here without looking for their nodes."""

    def __init__(self, document: GraphDocument, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document, self._theme = document, theme
        self.rows: dict[str, ParameterRow] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 12, 14, 16)
        layout.setSpacing(12)
        kind = QLabel(self.tr("Graph"), self)
        kind.setProperty("role", "section")
        layout.addWidget(kind)
        self.title = TitleEdit(self)
        self.title.setPlaceholderText(self.tr("Untitled graph"))
        self.title.setAccessibleName(self.tr("Title of the graph"))
        self.title.textEdited.connect(
            lambda text: document.push(SetTitle(text), self.tr("Change the title"), merge=f"graph.title:{id(self)}")
        )
        layout.addWidget(self.title)
        self.counts = QLabel(self)
        self.counts.setProperty("role", "dim")
        layout.addWidget(self.counts)
        layout.addLayout(self._seed_row())
        layout.addWidget(rule(self))
        heading = QLabel(self.tr("Knobs"), self)
        heading.setProperty("role", "section")
        layout.addWidget(heading)
        self._add_knobs(layout)
        layout.addStretch(1)
        self._shape = self._shape_now()
        self.renew()

    def _seed_row(self) -> QVBoxLayout:
        box = QVBoxLayout()
        box.setSpacing(3)
        row = QHBoxLayout()
        name = QLabel(self.tr("Seed"), self)
        name.setProperty("role", "name")
        row.addWidget(name, 1)
        self.seed = NumberEdit(self)
        self.seed.setFixedWidth(130)
        self.seed.setAccessibleName(self.tr("Seed"))
        self.seed.textEdited.connect(self._set_seed)
        self.seed.stepped.connect(lambda step: self._set_seed(str(max(0, self._document.graph.seed + round(step)))))
        name.setBuddy(self.seed)
        row.addWidget(self.seed)
        box.addLayout(row)
        text = QLabel(self.tr("All chance in the graph is drawn from it: the same seed gives the same set."), self)
        text.setProperty("role", "help")
        text.setWordWrap(True)
        box.addWidget(text)
        return box

    def _add_knobs(self, layout: QVBoxLayout) -> None:
        graph, registry = self._document.graph, self._document.registry
        columns = columns_at(graph, registry)
        for name, knob in graph.knobs.items():
            node = graph.nodes.get(knob.node)
            spec = registry.nodes.get(node.type) if node else None
            parameter = spec.parameters.get(knob.param) if spec else None
            if parameter is None:
                continue
            into = columns_into(graph, registry, columns, knob.node)
            context = FieldContext(parameter, registry, self._theme, into, lambda: self._document.base)
            title = self._title(knob)
            row = ParameterRow(
                Binding(self._document, [knob.node], parameter), context, self, title=title, help=knob.help
            )
            self.rows[name] = row
            layout.addWidget(row)
        if not self.rows:
            hint = QLabel(
                self.tr("The pin beside a setting of a node puts it here, to be turned without looking for the node."),
                self,
            )
            hint.setWordWrap(True)
            hint.setProperty("role", "dim")
            layout.addWidget(hint)

    def _title(self, knob: Knob) -> str:
        node = self._document.graph.nodes[knob.node]
        spec = self._document.registry.nodes.get(node.type)
        name = knob.name.replace("_", " ").replace("-", " ").capitalize()
        return f"{name}  ·  {node.label or (spec.title if spec else node.id)}"

    def fits(self) -> bool:
        """Whether this page has the rows that the graph's knobs ask for."""
        return self._shape == self._shape_now()

    def _shape_now(self) -> tuple[object, ...]:
        graph = self._document.graph
        return tuple(
            (knob, graph.nodes[knob.node].type if knob.node in graph.nodes else "") for knob in graph.knobs.values()
        )

    def renew(self) -> None:
        """Shows the graph as it is now."""
        graph = self._document.graph
        if self.title.text() != graph.title:
            self.title.setText(graph.title)
            self.title.setCursorPosition(0)
        if self.seed.text() != str(graph.seed):
            self.seed.setText(str(graph.seed))
        self.counts.setText(
            self.tr("{0} nodes  ·  {1} edges  ·  {2} knobs").format(
                len(graph.nodes), len(graph.edges), len(graph.knobs)
            )
        )
        for row in self.rows.values():
            row.renew()

    def show_problems(self) -> None:
        """Shows what the last check said."""
        for row in self.rows.values():
            row.show_problems()

    def _set_seed(self, text: str) -> None:
        if text.strip().isdecimal():
            self._document.push(SetSeed(int(text)), self.tr("Change the seed"), merge=f"graph.seed:{id(self)}")
