"""Making edits: a pure function from a graph and an edit to the new graph and the edit that takes it back."""

from __future__ import annotations

import json
import re
from collections.abc import Container, Iterable
from dataclasses import fields, replace
from functools import reduce
from itertools import groupby
from operator import is_
from typing import Any, cast, get_args

from nodegraph.graph.edits import (
    AddNode,
    ClearParam,
    Connect,
    Disconnect,
    Edit,
    RemoveKnob,
    RemoveNode,
    RenameNode,
    Restore,
    SetGroups,
    SetKnob,
    SetLabel,
    SetMode,
    SetNotes,
    SetParam,
    SetSeed,
    SetTitle,
    SetUi,
    Several,
)
from nodegraph.graph.model import NAME, Edge, Graph, Mode, Node, loop_problem
from nodegraph.problems import Problem, ProblemError, problem

__all__ = [
    "AddNode",
    "ClearParam",
    "Connect",
    "Disconnect",
    "Edit",
    "RemoveKnob",
    "RemoveNode",
    "RenameNode",
    "Restore",
    "SetGroups",
    "SetKnob",
    "SetLabel",
    "SetMode",
    "SetNotes",
    "SetParam",
    "SetSeed",
    "SetTitle",
    "SetUi",
    "Several",
    "applied",
    "apply",
    "new_id",
]

_FIELDS = tuple(item.name for item in fields(Graph) if item.name not in ("nodes", "loaded"))


def apply(graph: Graph, edit: Edit) -> tuple[Graph, Edit]:
    """The graph with the edit made, and the edit that takes it back.

    Applied to the new graph the inverse gives the old one, and then its own inverse is the redo.
    Raises a ProblemError where the edit is impossible on this graph, which stays as it is.
    """
    after = _edited(graph, edit)
    nodes = {
        id: graph.nodes.get(id)
        for id in sorted({*graph.nodes, *after.nodes})
        if graph.nodes.get(id) is not after.nodes.get(id)
    }
    changed = {name: getattr(graph, name) for name in _FIELDS if not _same(getattr(graph, name), getattr(after, name))}
    return after, Restore(nodes, changed)


def _same(before: Any, after: Any) -> bool:
    """Whether a field was left alone. By identity, because 1 == 1.0 == True and a file tells them apart."""
    return len(parts := _parts(before)) == len(others := _parts(after)) and all(map(is_, parts, others))


def _parts(value: object) -> tuple[object, ...]:
    if isinstance(value, dict):
        return tuple(item for pair in cast(dict[str, object], value).items() for item in pair)
    return cast(tuple[object, ...], value) if isinstance(value, tuple) else (value,)


def new_id(graph: Graph, type: str, *, taken: Container[str] = ()) -> str:
    """A free readable id for a node of this type: "filter/threshold" gives "threshold", then "threshold-2".

    Ids in `taken` are not free either.
    """
    base = re.sub(r"[\s.=/\\\x00-\x1f\x7f]+", "-", type.rpartition("/")[2]).strip("-")[:90] or "node"
    number, id = 1, base
    while id in graph.nodes or id in taken:
        number += 1
        id = f"{base}-{number}"
    return id


def _edited(graph: Graph, edit: Edit) -> Graph:
    match edit:
        case AddNode(node):
            return _with_node(graph, _new_node(graph, node))
        case RemoveNode(id):
            return _without_node(graph, id)
        case Connect(edge):
            return replace(graph, edges=(*graph.edges, _new_edge(graph, edge)))
        case Disconnect(edge):
            return _without_edge(graph, edge)
        case SetParam(id, param, value):
            node = graph.node(id)
            _check_name(param, "a parameter")
            return _with_node(graph, replace(node, params={**node.params, param: _json_value(value, param)}))
        case ClearParam(id, param):
            node = graph.node(id)
            if param not in node.params:
                return graph
            return _with_node(graph, replace(node, params={k: v for k, v in node.params.items() if k != param}))
        case SetLabel(id, label):
            return _with_node(graph, replace(graph.node(id), label=label))
        case SetMode(id, mode):
            if mode not in get_args(Mode):
                advice = f"Choose one of: {', '.join(get_args(Mode))}."
                raise ProblemError(Problem("bad-mode", f"There is no mode {mode!r}.", advice, node=id, value=mode))
            return _with_node(graph, replace(graph.node(id), mode=mode))
        case SetUi(id, ui):
            kept = _json_value(dict(ui), "ui")
            return replace(graph, ui=kept) if id is None else _with_node(graph, replace(graph.node(id), ui=kept))
        case RenameNode(id, new):
            return _renamed(graph, id, new)
        case Several(edits):
            for kind, run in groupby(edits, type):
                some = tuple(run)
                if kind is AddNode:
                    graph = _with_new_nodes(graph, some)
                elif kind is SetUi:
                    graph = _with_places(graph, some)
                else:
                    graph = reduce(_edited, some, graph)
            return graph
        case Restore():
            return _restored(graph, edit)
        case _:
            return _edited_whole(graph, edit)


def _edited_whole(graph: Graph, edit: SetTitle | SetSeed | SetKnob | RemoveKnob | SetGroups | SetNotes) -> Graph:
    match edit:
        case SetTitle(title):
            return replace(graph, title=title)
        case SetSeed(seed):
            if type(seed) is not int or not 0 <= seed < 2**63:
                raise problem("bad-seed", f"A seed cannot be {seed!r}.", "Give a whole number, 0 or more.", value=seed)
            return replace(graph, seed=seed)
        case SetKnob(knob):
            _check_name(knob.name, "a knob")
            _check_name(knob.param, "a parameter")
            graph.node(knob.node)
            _json_value(dict(knob.extra), "knobs")
            return replace(graph, knobs={**graph.knobs, knob.name: knob})
        case RemoveKnob(name):
            if name not in graph.knobs:
                raise problem("no-such-knob", f"The graph has no knob {name!r}.", value=name)
            return replace(graph, knobs={key: knob for key, knob in graph.knobs.items() if key != name})
        case SetGroups(groups):
            _json_value([(dict(group.ui), dict(group.extra)) for group in groups], "groups")
            return replace(graph, groups=groups)
        case SetNotes(notes):
            _json_value([(dict(note.ui), dict(note.extra)) for note in notes], "notes")
            return replace(graph, notes=notes)


def _with_node(graph: Graph, node: Node) -> Graph:
    return replace(graph, nodes={**graph.nodes, node.id: node})


def _new_node(graph: Graph, node: Node) -> Node:
    _check_name(node.id, "a node")
    if node.id in graph.nodes:
        advice = f'Call it "{new_id(graph, node.id)}".'
        raise problem("node-taken", f"A node is called {node.id!r} already.", advice, value=node.id)
    if not 0 < len(node.type) <= 200 or node.rev < 1:
        raise problem("bad-node", f"A node cannot be of type {node.type!r:.60}, rev {node.rev}.", value=node.type)
    return replace(
        node,
        params=_json_value(dict(node.params), "params"),
        ui=_json_value(dict(node.ui), "ui"),
        extra=_json_value(dict(node.extra), "extra"),
    )


def _with_new_nodes(graph: Graph, edits: Iterable[Edit]) -> Graph:
    """Nodes one after the other, put into the graph together: a graph of 1,000 is copied in one step, not in 1,000."""
    new: dict[str, Node] = {}
    for edit in edits:
        if isinstance(edit, AddNode):
            if edit.node.id in new:  # taken: told as ever
                graph, new = replace(graph, nodes={**graph.nodes, **new}), {}
            new[edit.node.id] = _new_node(graph, edit.node)
    return replace(graph, nodes={**graph.nodes, **new})


def _with_places(graph: Graph, edits: Iterable[Edit]) -> Graph:
    """Where nodes are drawn, put into the graph together for the same reason."""
    moved: dict[str, Node] = {}
    for edit in edits:
        if isinstance(edit, SetUi) and edit.node is not None:
            node = moved.get(edit.node) or graph.node(edit.node)
            moved[edit.node] = replace(node, ui=_json_value(dict(edit.ui), "ui"))
        else:
            graph = _edited(graph, edit)
    return replace(graph, nodes={**graph.nodes, **moved}) if moved else graph


def _without_node(graph: Graph, id: str) -> Graph:
    graph.node(id)
    edges = tuple(edge for edge in graph.edges if id not in (edge.source.node, edge.target.node))
    knobs = {name: knob for name, knob in graph.knobs.items() if knob.node != id}
    groups = tuple(replace(group, nodes=tuple(one for one in group.nodes if one != id)) for group in graph.groups)
    return replace(
        graph,
        nodes={key: node for key, node in graph.nodes.items() if key != id},
        edges=graph.edges if len(edges) == len(graph.edges) else edges,
        knobs=graph.knobs if len(knobs) == len(graph.knobs) else knobs,
        groups=graph.groups if groups == graph.groups else groups,
    )


def _new_edge(graph: Graph, edge: Edge) -> Edge:
    source, target = graph.node(edge.source.node).id, graph.node(edge.target.node).id
    _check_name(edge.source.port, "a port")
    _check_name(edge.target.port, "a port")
    taken = next((other for other in graph.edges if other.target == edge.target), None)
    if taken is not None:
        message = f"{edge.target} is connected already, to {taken.source}."
        raise problem("port-taken", message, "Remove that edge first.", value=str(edge.target))
    if source == target or _leads(graph, target, source):
        after = Graph(nodes=graph.nodes, edges=(*graph.edges, edge))
        loops = [loop for loop in after.loops() if source in after.downstream(loop[0]) or source in loop]
        raise ProblemError(loop_problem(loops[0]))
    _json_value(dict(edge.extra), "edge")
    return edge


def _leads(graph: Graph, start: str, end: str) -> bool:
    """Whether edges lead from one node to another. Asked once for each new edge, too often to build a network."""
    into: dict[str, list[str]] = {}
    for edge in graph.edges:
        into.setdefault(edge.source.node, []).append(edge.target.node)
    seen, waiting = {start}, [start]
    while waiting:
        for after in into.get(waiting.pop(), ()):
            if after == end:
                return True
            if after not in seen:
                seen.add(after)
                waiting.append(after)
    return False


def _without_edge(graph: Graph, edge: Edge) -> Graph:
    ends = (edge.source, edge.target)
    if all((other.source, other.target) != ends for other in graph.edges):
        raise problem("no-such-edge", f"The graph has no edge {edge}.", value=str(edge))
    return replace(graph, edges=tuple(other for other in graph.edges if (other.source, other.target) != ends))


def _renamed(graph: Graph, id: str, new: str) -> Graph:
    node = graph.node(id)
    if new == id:
        return graph
    _new_node(graph, replace(node, id=new))

    def name(one: str) -> str:
        return new if one == id else one

    return replace(
        graph,
        nodes={**{key: other for key, other in graph.nodes.items() if key != id}, new: replace(node, id=new)},
        edges=tuple(
            replace(
                edge,
                source=replace(edge.source, node=name(edge.source.node)),
                target=replace(edge.target, node=name(edge.target.node)),
            )
            for edge in graph.edges
        ),
        knobs={key: replace(knob, node=name(knob.node)) for key, knob in graph.knobs.items()},
        groups=tuple(replace(group, nodes=tuple(map(name, group.nodes))) for group in graph.groups),
    )


def _restored(graph: Graph, edit: Restore) -> Graph:
    nodes = {**graph.nodes, **edit.nodes}
    return replace(graph, nodes={id: node for id, node in nodes.items() if node is not None}, **edit.fields)


def _check_name(name: str, what: str) -> None:
    if not re.fullmatch(NAME, name):
        advice = "A name is 1 to 100 characters without spaces, dots, slashes or equals signs."
        raise problem("bad-name", f"{what.capitalize()} cannot be called {name!r}.", advice, value=name)


def _json_value(value: Any, name: str) -> Any:
    """A copy that nobody else can change; refuses what a file cannot hold."""
    try:
        text = json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise problem("not-json", f"{name} cannot be {value!r:.60}: a file cannot hold it.", param=name) from error
    return json.loads(text)


def applied(graph: Graph, edits: Iterable[Edit]) -> Graph:
    """The graph with these edits made, for scripts that take nothing back."""
    for edit in edits:
        graph, _ = apply(graph, edit)
    return graph
