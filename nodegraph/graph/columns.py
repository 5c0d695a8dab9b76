"""Columns along the edges: which columns an edge will carry, known before anything runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from nodegraph.columns import BASE_COLUMNS, ColumnInfo
from nodegraph.graph.model import End, Graph, Node
from nodegraph.parameters import with_defaults
from nodegraph.registry import Registry
from nodegraph.specs import NodeSpec


@dataclass(frozen=True, slots=True, eq=False)
class ColumnsAt(Mapping[str, ColumnInfo]):
    """The columns at one place of a graph. `open`: there may be more, that cannot be known (an unknown node type)."""

    known: Mapping[str, ColumnInfo] = field(default_factory=dict[str, ColumnInfo])
    open: bool = False

    def __getitem__(self, name: str) -> ColumnInfo:
        return self.known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.known)

    def __len__(self) -> int:
        return len(self.known)


ANY = ColumnsAt(BASE_COLUMNS, open=True)
"""What is known where nothing is: the base columns, and perhaps more."""


def columns_at(graph: Graph, registry: Registry) -> Mapping[End, ColumnsAt]:
    """The columns at every output port, in order of the nodes' ids.

    A node passes the columns of its first input on (of all its inputs, where it joins them), with those it gives;
    bypassed, without. All its ports have the same. Downstream of an unknown type, a loop or an unconnected input the
    columns are open. A muted node counts as if it ran, so that what hangs on it can still be wired.
    """
    found: dict[str, ColumnsAt] = {}
    for id in _in_order(graph):
        node = graph.nodes[id]
        found[id] = _after(node, registry.nodes.get(node.type), _into(graph, registry, id, found))
    ends: dict[End, ColumnsAt] = {}
    for id, node in graph.nodes.items():
        spec = registry.nodes.get(node.type)
        wired = sorted({edge.source.port for edge in graph.edges if edge.source.node == id})
        for port in spec.outputs if spec else wired:
            ends[End(id, port)] = found.get(id, ANY)
    return ends


def columns_into(graph: Graph, registry: Registry, columns: Mapping[End, ColumnsAt], id: str) -> ColumnsAt:
    """The columns that node `id` gets through its first input, given those of `columns_at`; open if not wired."""
    spec = registry.nodes.get(graph.node(id).type)
    if spec is None or not spec.inputs:
        return ANY
    end = graph.inputs_of(id).get(spec.inputs[0])
    return ANY if end is None else columns.get(end, ANY)


class _Watched(Mapping[str, Any]):
    """Parameters that remember which of them were looked at."""

    def __init__(self, params: Mapping[str, Any]) -> None:
        self._params = params
        self.seen: set[str] = set()

    def __getitem__(self, name: str) -> Any:
        self.seen.add(name)
        return self._params[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._params)

    def __len__(self) -> int:
        return len(self._params)


def usable_params(spec: NodeSpec, node: Node) -> tuple[dict[str, Any], frozenset[str]]:
    """All parameters' values, with the default in place of each that does not fit, and the names of those in doubt.

    In doubt are those that do not fit and those that must be given and are not; the latter have no value.
    """
    fitting = {
        name: value
        for name, value in node.params.items()
        if (parameter := spec.parameters.get(name)) is not None and parameter.check(value) is None
    }
    values = with_defaults(spec.parameters, fitting)
    doubt = {name for name in spec.parameters if name not in values or (name in node.params and name not in fitting)}
    return values, frozenset(doubt)


def given_columns(spec: NodeSpec, node: Node) -> ColumnsAt:
    """The columns that the node adds; open when they hang on a parameter in doubt or its author's function fails."""
    params, doubt = usable_params(spec, node)
    watched = _Watched(params)
    try:
        given = dict(spec.gives(watched))
    except Exception:  # with a parameter missing, somebody else's function may fail in any way
        return ColumnsAt(open=True)
    return ColumnsAt(given, open=not doubt.isdisjoint(watched.seen))


def _in_order(graph: Graph) -> list[str]:
    """The ids after those they depend on; without those in a loop or below one, which have no order."""
    waiting = {id: set(graph.network().predecessors(id)) for id in graph.nodes}
    done: dict[str, None] = {}
    while ready := [id for id, before in waiting.items() if before <= done.keys()]:
        for id in ready:
            done[id] = None
            del waiting[id]
    return list(done)


def _into(graph: Graph, registry: Registry, id: str, found: Mapping[str, ColumnsAt]) -> ColumnsAt:
    spec = registry.nodes.get(graph.nodes[id].type)
    wired = graph.inputs_of(id)
    joins = spec is not None and spec.joins and graph.nodes[id].mode != "bypass"
    ports = () if spec is None else spec.inputs if joins else spec.inputs[:1]
    into = [ANY if port not in wired else found.get(wired[port].node, ANY) for port in ports]
    if not into:
        return ANY
    known = {name: info for columns in reversed(into) for name, info in columns.known.items()}
    return ColumnsAt({**into[0].known, **known}, any(columns.open for columns in into))


def _after(node: Node, spec: NodeSpec | None, into: ColumnsAt) -> ColumnsAt:
    if spec is None:
        return ANY
    before = into if spec.inputs else ColumnsAt(BASE_COLUMNS)
    if node.mode == "bypass":
        return before
    given = given_columns(spec, node)
    return ColumnsAt({**before.known, **given.known}, before.open or given.open)
