"""Copying: a part of a graph once more, with the groups and notes that belong to it. Pure: graph in, edit out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF

from gui.canvas.arrange import coordinate
from gui.canvas.edge_item import place_or, with_points
from gui.canvas.groups import stored_rect, with_rect
from gui.canvas.notes import moved_to, rect_of
from nodegraph.graph.edit import AddNode, Connect, Edit, SetGroups, SetNotes, Several, applied, new_id
from nodegraph.graph.model import Edge, End, Graph
from nodegraph.problems import ProblemError


@dataclass(frozen=True, slots=True)
class Copied:
    """What copying does: the edit, the new nodes' ids in order, and how many notes are new."""

    edit: Several
    nodes: tuple[str, ...]
    notes: int


def part_of(graph: Graph, ids: Iterable[str], notes: Collection[int] = ()) -> Graph:
    """Only these nodes, the edges among them, the groups of them alone, and notes that are named or lie in those."""
    wanted = {id for id in ids if id in graph.nodes}
    groups = tuple(group for group in graph.groups if group.nodes and wanted >= set(group.nodes))
    frames = [rect for group in groups if (rect := stored_rect(group))]
    lying = [
        moved_to(note, rect.topLeft())
        for index, note in enumerate(graph.notes)
        if (rect := rect_of(note, index)) and (index in notes or any(frame.contains(rect.center()) for frame in frames))
    ]
    return Graph(
        nodes={id: node for id, node in graph.nodes.items() if id in wanted},
        edges=tuple(edge for edge in graph.edges if edge.source.node in wanted and edge.target.node in wanted),
        groups=groups,
        notes=tuple(lying),
    )


def feeding(graph: Graph, ids: Collection[str]) -> tuple[Edge, ...]:
    """The edges that come to these nodes from others."""
    return tuple(edge for edge in graph.edges if edge.target.node in ids and edge.source.node not in ids)


def copying(graph: Graph, part: Graph, way: QPointF, places: Mapping[str, QPointF], fed: Iterable[Edge] = ()) -> Copied:
    """Adds the nodes of `part`, with its edges, groups and notes, `way` from where they are; `places` say where nodes
    are. The copies also take what the edges `fed` brought to their originals.
    """
    names: dict[str, str] = {}
    taken: set[str] = set()
    edits: list[Edit] = []
    for id, node in part.nodes.items():
        place = places.get(id, QPointF()) + way
        ui = {**node.ui, "x": coordinate(place.x()), "y": coordinate(place.y())}
        names[id] = id if id not in graph.nodes and id not in taken else new_id(graph, node.type, taken=taken)
        taken.add(names[id])
        edits.append(AddNode(replace(node, id=names[id], ui=ui)))
    inner = [edge for edge in part.edges if edge.source.node in names]
    copies = [replace(edge, source=End(names[edge.source.node], edge.source.port)) for edge in inner]
    wires = [
        Connect(with_points(replace(edge, target=End(names[edge.target.node], edge.target.port)), []))
        for edge in (*copies, *fed)
        if edge.target.node in names
    ]
    edits += _possible(applied(graph, [Several(tuple(edits))]), wires)
    groups = [
        replace(with_rect(group, rect.translated(way)) if (rect := stored_rect(group)) else group, nodes=nodes)
        for group in part.groups
        if (nodes := tuple(names[id] for id in group.nodes if id in names))
    ]
    if groups:
        edits.append(SetGroups((*graph.groups, *groups)))
    notes = [moved_to(note, place_or(note.ui, QPointF()) + way) for note in part.notes]
    if notes:
        edits.append(SetNotes((*graph.notes, *notes)))
    return Copied(Several(tuple(edits)), tuple(names.values()), len(notes))


def _possible(graph: Graph, wires: Sequence[Connect]) -> list[Connect]:
    """The edges that the graph can have: text from somewhere else may hold others."""
    try:
        applied(graph, [Several(tuple(wires))])
    except ProblemError:
        found: list[Connect] = []
        for wire in wires:
            try:
                graph = applied(graph, [wire])
            except ProblemError:
                continue
            found.append(wire)
        return found
    return list(wires)
