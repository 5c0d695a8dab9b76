"""The outline: the graph as a list in the order it runs, for keyboard and screen reader, wires below each node."""

from __future__ import annotations

from PySide6.QtCore import QItemSelection, QModelIndex, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QInputDialog, QMenu, QTreeView, QVBoxLayout, QWidget

from gui.document import GraphDocument
from gui.inspector.state import STATES
from gui.results import Results
from gui.selection import Selection
from gui.translation import words
from nodegraph.graph.edits import Connect, Disconnect, RemoveNode, SetLabel, Several
from nodegraph.graph.model import Edge, End, Graph, Node
from nodegraph.problems import ProblemError

NODE = Qt.ItemDataRole.UserRole
EDGE = Qt.ItemDataRole.UserRole + 1


class OutlinePanel(QWidget):
    """Nodes in running order with state and counts. `center_wanted(id)` when one is activated."""

    center_wanted = Signal(str)

    def __init__(
        self, document: GraphDocument, selection: Selection, results: Results, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._selection = selection
        self._results = results
        self._filling = False
        self._rows: dict[str, int] = {}
        self.model = QStandardItemModel(self)
        self.view = _Tree(self)
        self.view.setModel(self.model)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setAccessibleName(self.tr("Outline of the graph"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.view)
        self.model.itemChanged.connect(self._renamed)
        self.view.activated.connect(self._activated)
        self.view.delete_wanted.connect(self._delete)
        self.view.menu_wanted.connect(self._open_menu)
        self.view.selectionModel().selectionChanged.connect(self._chosen)
        document.changed.connect(self._changed)
        selection.changed.connect(self._show_selection)
        results.node_changed.connect(self._renew_node)
        results.cleared.connect(self._fill)
        self._fill()

    def sizeHint(self) -> QSize:
        """Room for a title and its counts side by side."""
        return QSize(340, 400)

    def _changed(self, before: Graph, after: Graph) -> None:
        same = before.edges == after.edges and before.nodes.keys() == after.nodes.keys()
        if same and all(_shown(before.nodes[id]) == _shown(node) for id, node in after.nodes.items()):
            return
        self._fill()

    def _fill(self) -> None:
        self._filling = True
        self.model.clear()
        self.model.setHorizontalHeaderLabels([self.tr("Node"), self.tr("State")])
        order = _running_order(self._document.graph)
        self._rows = {id: row for row, id in enumerate(order)}
        for id in order:
            name = QStandardItem(self._name(id))
            name.setData(id, NODE)
            state = QStandardItem(self._state(id))
            state.setEditable(False)
            for item in self._wires(id):
                name.appendRow([item])
            self.model.appendRow([name, state])
        header = self.view.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self._filling = False
        self._show_selection()

    def _wires(self, id: str) -> list[QStandardItem]:
        items: list[QStandardItem] = []
        for edge in self._document.graph.edges:
            if edge.target.node == id:
                text = self.tr("{port} from {source}").format(port=edge.target.port, source=edge.source)
            elif edge.source.node == id:
                text = self.tr("{port} to {target}").format(port=edge.source.port, target=edge.target)
            else:
                continue
            item = QStandardItem(text)
            item.setEditable(False)
            item.setData(edge, EDGE)
            items.append(item)
        return items

    def _name(self, id: str) -> str:
        node = self._document.graph.nodes[id]
        spec = self._document.registry.nodes.get(node.type)
        return node.label or (spec.title if spec else node.type)

    def _state(self, id: str) -> str:
        node, result = self._document.graph.nodes[id], self._results.of(id)
        modes = {"mute": words("Muted"), "bypass": words("Bypassed")}
        state = modes.get(node.mode) or words(STATES[result.state])
        if result.rows_in is None:
            return state
        return self.tr("{state}: {came:,} in, {kept:,} kept").format(
            state=state, came=result.rows_in, kept=result.rows_out or 0
        )

    def _renew_node(self, id: str) -> None:
        row = self._rows.get(id)
        if row is not None and id in self._document.graph.nodes:
            self.model.item(row, 1).setText(self._state(id))

    def _chosen(self) -> None:
        if not self._filling:
            indexes = self.view.selectionModel().selectedRows()
            self._selection.choose(id for index in indexes if (id := index.data(NODE)))

    def _show_selection(self) -> None:
        self._filling = True
        chosen, selection = QItemSelection(), self.view.selectionModel()
        for row in sorted(self._rows[id] for id in self._selection.nodes if id in self._rows):
            chosen.select(self.model.index(row, 0), self.model.index(row, 1))
        selection.select(chosen, selection.SelectionFlag.ClearAndSelect)
        self._filling = False

    def _renamed(self, item: QStandardItem) -> None:
        id = item.data(NODE)
        if not self._filling and id:
            self._document.push(SetLabel(id, item.text().strip()), self.tr("Rename"))

    def _activated(self, index: QModelIndex) -> None:
        id = index.siblingAtColumn(0).data(NODE)
        if id:
            self._selection.choose([id])
            self.center_wanted.emit(id)

    def _delete(self) -> None:
        edges = [edge for index in self.view.selectedIndexes() if (edge := index.data(EDGE))]
        nodes = self._selection.nodes
        edits = [*(Disconnect(edge) for edge in edges), *(RemoveNode(id) for id in nodes)]
        if edits:
            self._document.push(Several(tuple(edits)), self.tr("Delete"))

    def _open_menu(self, place: QPoint) -> None:
        index = self.view.indexAt(place).siblingAtColumn(0)
        id = index.data(NODE)
        menu = QMenu(self)
        if id:
            menu.addAction(self.tr("Rename"), lambda: self.view.edit(index))
            menu.addAction(self.tr("Connect to..."), lambda: self._ask_where(id))
        menu.addAction(self.tr("Delete"), self._delete)
        menu.exec(self.view.viewport().mapToGlobal(place))

    def _ask_where(self, id: str) -> None:
        """Asks for an input that this node's first output should feed."""
        spec = self._document.registry.nodes.get(self._document.graph.nodes[id].type)
        places = self.free_inputs(id)
        if spec is None or not places:
            return
        title = self.tr("Connect {name} to").format(name=self._name(id))
        place, chosen = QInputDialog.getItem(self, title, self.tr("Input"), [str(end) for end in places], 0, False)
        if chosen:
            edge = Edge(End(id, spec.outputs[0]), End.parse(place))
            self._document.push(Connect(edge), self.tr("Connect"))

    def free_inputs(self, id: str) -> list[End]:
        """Inputs of other nodes that nothing feeds yet and that would close no loop."""
        graph = self._document.graph
        above = graph.upstream(id) | {id}
        return [
            End(other, port)
            for other, node in graph.nodes.items()
            if other not in above and (spec := self._document.registry.nodes.get(node.type))
            for port in spec.inputs
            if port not in graph.inputs_of(other)
        ]


class _Tree(QTreeView):
    delete_wanted = Signal()
    menu_wanted = Signal(QPoint)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self.menu_wanted)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.delete_wanted.emit()
        elif event.key() == Qt.Key.Key_Menu:
            self.menu_wanted.emit(self.visualRect(self.currentIndex()).center())
        else:
            super().keyPressEvent(event)


def _shown(node: Node) -> tuple[str, str, str]:
    return node.label, node.type, node.mode


def _running_order(graph: Graph) -> tuple[str, ...]:
    try:
        return graph.order()
    except ProblemError:  # a loop has no order; the problems panel names it
        return tuple(graph.nodes)
