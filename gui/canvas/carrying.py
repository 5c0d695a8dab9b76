"""Carrying: what a move takes along: frames whose nodes all move, and what lies in them. Pure: graph in, edit out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF

from gui.canvas.arrange import moving
from gui.canvas.groups import regrouped, stored_rect, with_rect
from gui.canvas.notes import moved_to, rect_of
from nodegraph.graph.edit import Edit, SetGroups, SetNotes, Several
from nodegraph.graph.model import Edge, Graph


@dataclass(frozen=True, slots=True)
class Load:
    """What moves together: ids of nodes, positions of groups and of notes."""

    nodes: tuple[str, ...]
    groups: tuple[int, ...] = ()
    notes: tuple[int, ...] = ()


def load_of(graph: Graph, ids: Iterable[str], notes: Collection[int] = (), held: int | None = None) -> Load:
    """What moves when these nodes and notes do. `held` is a group that is moved by its frame.

    A frame comes along when all its nodes do; that of a single node only when it is held, as the node could not be
    dragged out of it else.
    """
    wanted = dict.fromkeys(id for id in ids if id in graph.nodes)
    frames = [(index, rect) for index, group in enumerate(graph.groups) if (rect := stored_rect(group))]
    outer = [
        rect
        for index, rect in frames
        if index == held or (len(nodes := graph.groups[index].nodes) > 1 and wanted.keys() >= set(nodes))
    ]
    inside = [index for index, rect in frames if any(frame.contains(rect) for frame in outer)]
    if held is not None:
        wanted |= dict.fromkeys(id for index in inside for id in graph.groups[index].nodes if id in graph.nodes)
    lying = [
        index
        for index, note in enumerate(graph.notes)
        if index in notes or any(frame.contains(rect_of(note, index).center()) for frame in outer)
    ]
    return Load(tuple(wanted), tuple(inside), tuple(lying))


def carrying(
    graph: Graph,
    load: Load,
    way: QPointF,
    rects: Mapping[str, QRectF],
    bends: Mapping[Edge, Sequence[QPointF]] | None = None,
) -> Several:
    """The edit that moves a load; `rects` are its nodes before. Nodes join the frames that they are dropped in."""
    moved = {id: rects[id].translated(way) for id in load.nodes if id in rects}
    edits: list[Edit] = [moving(graph, {id: rect.topLeft() for id, rect in moved.items()}, bends)]
    carried = tuple(
        with_rect(group, rect.translated(way)) if index in load.groups and (rect := stored_rect(group)) else group
        for index, group in enumerate(graph.groups)
    )
    groups = regrouped(carried, moved, still=load.groups)
    if groups:  # also where they stay as they are: of nudges in a row only the last one's edit is kept
        edits.append(SetGroups(groups))
    notes = tuple(
        moved_to(note, rect_of(note, index).topLeft() + way) if index in load.notes else note
        for index, note in enumerate(graph.notes)
    )
    if notes:
        edits.append(SetNotes(notes))
    return Several(tuple(edits))
