"""The scene: keeps one item a node, edge, group and note of the document, and renews only what differs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from PySide6.QtCore import QLineF, QPointF, QRectF, QSizeF
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QGraphicsItem, QGraphicsScene, QStyleOptionGraphicsItem, QWidget

from gui.canvas.edge_item import EdgeItem, place_in
from gui.canvas.groups import GroupItem, area, rect_around, stored_rect
from gui.canvas.node_face import NodeFace, face_of
from gui.canvas.node_geometry import GAP, THUMBNAIL
from gui.canvas.node_item import NodeItem
from gui.canvas.notes import NoteItem
from gui.canvas.style import CanvasStyle
from gui.canvas.tidy import tidied
from gui.document import GraphDocument
from gui.results import Results
from gui.selection import Selection
from nodegraph.graph.model import Edge, End, Graph, Node
from nodegraph.problems import Problem

AISLE = 20.0


class ThumbnailSource(Protocol):
    """Gives pictures by content key; None: it is coming and `ready` will say so."""

    def get(self, content_key: str, path: str = "") -> QPixmap | None:
        """The picture; from its file where it is not remembered."""
        ...


class _EdgeRoot(QGraphicsItem):
    """Holds all edges, so that one call hides them when they are too far away to be curves."""

    def boundingRect(self) -> QRectF:
        return QRectF()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        pass


class CanvasScene(QGraphicsScene):
    """Items by id: `nodes`, `edges` by their two ends, `notes` by position, `groups` from the largest frame inwards."""

    def __init__(
        self,
        document: GraphDocument,
        selection: Selection,
        results: Results,
        thumbnails: ThumbnailSource | None,
        style: CanvasStyle,
    ) -> None:
        super().__init__()
        self.document, self.selection, self.results, self.thumbnails = document, selection, results, thumbnails
        self.style_ = style
        self.nodes: dict[str, NodeItem] = {}
        self.edges: dict[tuple[End, End], EdgeItem] = {}
        self.groups: list[GroupItem] = []
        self.notes: list[NoteItem] = []
        self.cache_mode = QGraphicsItem.CacheMode.NoCache
        self._edges_of: dict[str, set[tuple[End, End]]] = {}
        self._showing: dict[str, set[str]] = {}
        self._problems: dict[str, list[Problem]] = {}
        self._lines: dict[str, list[QLineF]] | None = None
        self._muted: frozenset[str] = frozenset()
        self.edge_root = _EdgeRoot()
        self.edge_root.setFlag(QGraphicsItem.GraphicsItemFlag.ItemHasNoContents)
        self.edge_root.setZValue(-10.0)
        self.addItem(self.edge_root)
        document.changed.connect(self._follow)
        document.problems_changed.connect(self._mark)
        results.node_changed.connect(self._renew)
        results.cleared.connect(self._renew_all)
        selection.changed.connect(self._light)
        if thumbnails is not None:
            thumbnails.ready.connect(self._picture_came)  # type: ignore[attr-defined]
        self._follow(Graph(), document.graph)
        self._mark(document.problems)

    def thumbnail(self, key: str, path: str = "") -> QPixmap | None:
        """The picture with this content key, if it is there; it may be read from the file at `path`."""
        return self.thumbnails.get(key, path) if self.thumbnails is not None else None

    def apply_style(self, style: CanvasStyle) -> None:
        """Shows everything in another theme."""
        self.style_ = style
        for item in (*self.nodes.values(), *self.edges.values(), *self.groups, *self.notes):
            item.show_style(style)
        self._lines = None
        self.update()

    def set_cache_mode(self, mode: QGraphicsItem.CacheMode) -> None:
        """How nodes are remembered as pixels: good while panning, bad while zooming."""
        if mode != self.cache_mode:
            self.cache_mode = mode
            for item in self.nodes.values():
                item.setCacheMode(mode)

    def node_at(self, place: QPointF, reach: float = 0.0) -> NodeItem | None:
        """The topmost node there, its ports included."""
        area = QRectF(place.x() - reach, place.y() - reach, 2 * reach, 2 * reach) if reach else place
        for item in self.items(area):
            if isinstance(item, NodeItem) and item.layout.part_at(place - item.pos()).kind != "outside":
                return item
        return None

    def edge_at(self, place: QPointF, reach: float = 0.0) -> EdgeItem | None:
        """The topmost edge there."""
        area = QRectF(place.x() - reach, place.y() - reach, 2 * reach, 2 * reach) if reach else place
        return next((item for item in self.items(area) if isinstance(item, EdgeItem)), None)

    def edges_of(self, ids: Iterable[str]) -> list[EdgeItem]:
        """The edges that begin or end at these nodes."""
        keys = dict.fromkeys(key for id in ids for key in sorted(self._edges_of.get(id, ())))
        return [self.edges[key] for key in keys if key in self.edges]

    def lead_edges(self, ids: Iterable[str]) -> None:
        """Leads the edges of these nodes to where their ports are now."""
        for item in self.edges_of(ids):
            self._lead(item)
        self._lines = None

    def far_lines(self) -> Iterable[tuple[str, list[QLineF]]]:
        """All edges as straight lines, by the port they come from: how they are drawn from far away."""
        if self._lines is None:
            by_port: dict[str, list[QLineF]] = {}
            for item in self.edges.values():
                by_port.setdefault(item.edge.source.port, []).append(item.line())
            self._lines = by_port
        return self._lines.items()

    def content_rect(self, ids: Iterable[str] = ()) -> QRectF:
        """The rectangle around these nodes, or around everything."""
        chosen = [self.nodes[id].rect for id in ids if id in self.nodes]
        rects = chosen or [item.rect for item in (*self.nodes.values(), *self.groups, *self.notes)]
        whole = QRectF()
        for rect in rects:
            whole = whole.united(rect)
        return whole

    def coming_rect(self, ids: Iterable[str] = ()) -> QRectF:
        """The rectangle around these nodes, or around everything, once a run brought their pictures."""
        whole, wanted = self.content_rect(ids), set(ids)
        for id, size in self.sizes().items():
            if not wanted or id in wanted:
                whole = whole.united(QRectF(self.nodes[id].pos(), size))
        return whole

    def sizes(self) -> dict[str, QSizeF]:
        """The size of each node, with room for the pictures that a run will bring."""
        return {
            id: item.layout.size.size() + QSizeF(0, 0 if item.face.contents or item.face.collapsed else THUMBNAIL + GAP)
            for id, item in self.nodes.items()
        }

    def _follow(self, before: Graph, after: Graph) -> None:
        muted = after.muted()
        changed = {id for id in (*before.nodes, *after.nodes) if before.nodes.get(id) is not after.nodes.get(id)}
        changed |= muted ^ self._muted
        self._muted = muted
        edges_before = {(edge.source, edge.target): edge for edge in before.edges}
        edges_after = {(edge.source, edge.target): edge for edge in after.edges}
        for key in edges_before.keys() ^ edges_after.keys():
            changed |= {end.node for end in key if self._is_placeholder(after, end.node)}
        for key in self.edges.keys() - edges_after.keys():
            self._drop_edge(key)
        for id in sorted(changed):
            self._sync_node(after, id)
        self._place_homeless(after)
        for key, edge in edges_after.items():
            if key not in self.edges:
                self._add_edge(edge)
            elif self.edges[key].edge is not edge:
                self.edges[key].show_edge(edge)
        self.lead_edges(id for id in changed if id in self.nodes)
        if before.groups != after.groups or changed:
            self._sync_groups(after)
        if before.notes != after.notes:
            self._sync_notes(after)
        self._lines = None
        self._light()

    def _is_placeholder(self, graph: Graph, id: str) -> bool:
        return id in graph.nodes and graph.nodes[id].type not in self.document.registry.nodes

    def _sync_node(self, graph: Graph, id: str) -> None:
        node, item = graph.nodes.get(id), self.nodes.get(id)
        if node is None:
            if item is not None:
                self._watch(id, item.face.contents, ())
                self.removeItem(item)
                del self.nodes[id]
            return
        face = self._face(graph, node)
        if item is None:
            item = self.nodes[id] = NodeItem(self, face, self.style_)
            item.setCacheMode(self.cache_mode)
            self.addItem(item)
            self._watch(id, (), face.contents)
        else:
            self._watch(id, item.face.contents, face.contents)
            item.show_face(face)
        place = place_in(node.ui)
        if place is not None:
            item.setPos(place)

    def _face(self, graph: Graph, node: Node) -> NodeFace:
        spec = self.document.registry.nodes.get(node.type)
        problems = self._problems.get(node.id, ())
        return face_of(graph, node, spec, self.results.of(node.id), problems, off=node.id in self._muted)

    def _place_homeless(self, graph: Graph) -> None:
        """Nodes that the file gives no place are laid out below the others; the document is not changed by that."""
        homeless = [id for id, node in graph.nodes.items() if place_in(node.ui) is None]
        if not homeless or all(self.nodes[id].data(0) for id in homeless):
            return
        settled = self.content_rect([id for id in graph.nodes if id not in homeless] or ["-"])
        start = QPointF(0, 0) if len(homeless) == len(graph.nodes) else settled.bottomLeft() + QPointF(0, 60)
        for id, place in tidied(graph, self.sizes(), homeless, start).items():
            self.nodes[id].setPos(place)
            self.nodes[id].setData(0, True)

    def _add_edge(self, edge: Edge) -> None:
        if edge.source.node not in self.nodes or edge.target.node not in self.nodes:
            return
        item = EdgeItem(edge, self.style_, self.edge_root)
        self.edges[item.key] = item
        for end in item.key:
            self._edges_of.setdefault(end.node, set()).add(item.key)
        self._lead(item)

    def _drop_edge(self, key: tuple[End, End]) -> None:
        item = self.edges.pop(key)
        for end in key:
            self._edges_of.get(end.node, set()).discard(key)
        self.removeItem(item)

    def _lead(self, item: EdgeItem) -> None:
        source, target = item.key
        item.aisle = _aisle(self.nodes[source.node].rect, self.nodes[target.node].rect)
        item.lead(
            self.nodes[source.node].port_place(source.port, output=True),
            self.nodes[target.node].port_place(target.port, output=False),
        )

    def _sync_groups(self, graph: Graph) -> None:
        for item in self.groups:
            self.removeItem(item)
        self.groups = []
        for index, group in enumerate(graph.groups):
            members = [self.nodes[id].rect for id in group.nodes if id in self.nodes]
            rect = stored_rect(group) or (rect_around(members) if members else None)
            if rect is not None:
                self.groups.append(GroupItem(index, group, rect, self.style_))
                self.addItem(self.groups[-1])
        self.groups.sort(key=lambda item: -area(item.rect))

    def _sync_notes(self, graph: Graph) -> None:
        chosen = {item.index for item in self.notes if item.chosen and len(self.notes) == len(graph.notes)}
        for item in self.notes:
            self.removeItem(item)
        self.notes = [NoteItem(index, note, self.style_) for index, note in enumerate(graph.notes)]
        for item in self.notes:
            item.choose(item.index in chosen)
            self.addItem(item)

    def _mark(self, problems: Iterable[Problem]) -> None:
        before, self._problems = self._problems, {}
        for problem in problems:
            if problem.node is not None:
                self._problems.setdefault(problem.node, []).append(problem)
        for id in before.keys() | self._problems.keys():
            if before.get(id) != self._problems.get(id):
                self._renew(id)

    def _renew(self, id: str) -> None:
        item, node = self.nodes.get(id), self.document.graph.nodes.get(id)
        if item is None or node is None:
            return
        face = self._face(self.document.graph, node)
        self._watch(id, item.face.contents, face.contents)
        if item.show_face(face):
            self.lead_edges([id])

    def _renew_all(self) -> None:
        for id in list(self.nodes):
            self._renew(id)

    def _watch(self, id: str, before: tuple[str, ...], after: tuple[str, ...]) -> None:
        for key in before:
            if key not in after and key in self._showing:
                self._showing[key].discard(id)
                if not self._showing[key]:
                    del self._showing[key]
        for key in after:
            self._showing.setdefault(key, set()).add(id)

    def _picture_came(self, key: str) -> None:
        for id in self._showing.get(key, ()):
            self.nodes[id].renew_pictures()

    def _light(self) -> None:
        chosen = set(self.selection.nodes)
        for id, item in self.nodes.items():
            item.show_chosen(id in chosen)
        for (source, target), edge in self.edges.items():
            edge.light(chosen=edge.chosen, lit=source.node in chosen or target.node in chosen)


def _aisle(one: QRectF, other: QRectF) -> float:
    """The height along which an edge leads back: just above the lower node, or above both if they are side by side."""
    upper, lower = (one, other) if one.top() <= other.top() else (other, one)
    return lower.top() - AISLE if lower.top() - upper.bottom() >= 2 * AISLE else upper.top() - AISLE
