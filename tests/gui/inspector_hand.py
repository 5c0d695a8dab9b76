"""A panel on the quickstart graph, and a hand that types into it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gui.document import GraphDocument
from gui.inspector.node_page import NodePage
from gui.inspector.panel import InspectorPanel
from gui.inspector.row import ParameterRow
from gui.results import Results
from gui.selection import Selection
from gui.theme.theme import load_theme
from nodegraph.graph.edit import applied
from nodegraph.graph.edits import SetParam
from nodegraph.graph.model import Graph


class Room:
    """A panel on the quickstart graph, with what a test reaches for."""

    def __init__(self, qtbot: QtBot, document: GraphDocument, graph: Graph, tmp_path: Path) -> None:
        self.document, self.qtbot = document, qtbot
        graph = applied(graph, [SetParam("best", "k", 40), SetParam("split", "share", 0.2)])
        document.load(graph, tmp_path / "graph.json")
        self.selection, self.results = Selection(document), Results()
        self.panel = InspectorPanel(document, self.selection, self.results, load_theme("dark"))
        qtbot.addWidget(self.panel)
        self.panel.resize(340, 900)
        self.panel.show()
        assert QTest.qWaitForWindowActive(self.panel)  # keys that come before are lost

    def row(self, param: str) -> ParameterRow:
        """The row of a parameter on the page that is shown."""
        assert isinstance(self.panel.page, NodePage)
        assert self.panel.page.form is not None
        return self.panel.page.form.rows[param]

    def param(self, node: str, name: str) -> Any:
        """The value that the graph holds."""
        return self.document.graph.nodes[node].params.get(name)

    def type_into(self, widget: Any, text: str) -> None:
        """Replaces what a widget holds, key by key."""
        widget.setFocus()
        widget.selectAll()
        self.qtbot.keyClicks(widget, text) if text else self.qtbot.keyClick(widget, Qt.Key.Key_Delete)
