"""The graph as an immutable value: nodes, edges, knobs, groups and notes, and the questions that networkx answers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from nodegraph.graph.names import did_you_mean
from nodegraph.problems import Problem, ProblemError

if TYPE_CHECKING:
    import networkx as nx

Mode = Literal["normal", "mute", "bypass"]

NAME = r"[^\s.=/\\\x00-\x1f\x7f]{1,100}"
"""Ids of nodes, names of ports, parameters and knobs: they are written "node.port" and "node.param=value"."""


def _empty() -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True, slots=True)
class Node:
    """One node: its type, the rev its parameters were written for, and the parameters that are not left at default.

    `mode`   "normal"; "bypass": passes its first input on untouched; "mute": it and all that depends on it do not run.
    `params` JSON values by name, not to be changed in place.
    `ui`     where the app draws it; never read by the engine.
    `extra`  keys of the file that this version does not know, kept as they are.
    """

    id: str
    type: str
    rev: int = 1
    params: Mapping[str, Any] = field(default_factory=_empty)
    mode: Mode = "normal"
    label: str = ""
    ui: Mapping[str, Any] = field(default_factory=_empty)
    extra: Mapping[str, Any] = field(default_factory=_empty)


@dataclass(frozen=True, slots=True, order=True)
class End:
    """One end of an edge: a port of a node."""

    node: str
    port: str

    @classmethod
    def parse(cls, text: str) -> End:
        """The end that "node.port" names. Without a dot the port is empty."""
        node, _, port = text.partition(".")
        return cls(node, port)

    def __str__(self) -> str:
        return f"{self.node}.{self.port}"


@dataclass(frozen=True, slots=True)
class Edge:
    """From an output port to an input port."""

    source: End
    target: End
    extra: Mapping[str, Any] = field(default_factory=_empty)

    @classmethod
    def parse(cls, source: str, target: str) -> Edge:
        """`Edge.parse("folder.images", "threshold.images")`."""
        return cls(End.parse(source), End.parse(target))

    def __str__(self) -> str:
        return f"{self.source} -> {self.target}"


@dataclass(frozen=True, slots=True)
class Knob:
    """A stable name under which a command line or a script sets one parameter of one node."""

    name: str
    node: str
    param: str
    help: str = ""
    extra: Mapping[str, Any] = field(default_factory=_empty)


@dataclass(frozen=True, slots=True)
class Group:
    """A frame around nodes, for people."""

    title: str
    nodes: tuple[str, ...] = ()
    ui: Mapping[str, Any] = field(default_factory=_empty)
    extra: Mapping[str, Any] = field(default_factory=_empty)


@dataclass(frozen=True, slots=True)
class Note:
    """A text on the canvas, for people."""

    text: str
    ui: Mapping[str, Any] = field(default_factory=_empty)
    extra: Mapping[str, Any] = field(default_factory=_empty)


@dataclass(frozen=True, slots=True)
class Loaded:
    """The text a graph was read from and its canonical form: as long as nothing is edited, saving keeps the text."""

    text: str
    canonical: str


def _edge_order(edge: Edge) -> tuple[End, End, str]:
    return (edge.target, edge.source, json.dumps(edge.extra, sort_keys=True) if edge.extra else "")


@dataclass(frozen=True)
class Graph:
    """A graph: a set of nodes and a set of edges, kept sorted, so that equal graphs are equal files.

    It may be wrong in any way that a file can be (edges to nowhere, loops, unknown types); `validate` says so.
    """

    title: str = ""
    seed: int = 0
    nodes: Mapping[str, Node] = field(default_factory=dict[str, Node])
    edges: tuple[Edge, ...] = ()
    knobs: Mapping[str, Knob] = field(default_factory=dict[str, Knob])
    groups: tuple[Group, ...] = ()
    notes: tuple[Note, ...] = ()
    ui: Mapping[str, Any] = field(default_factory=_empty)
    made_with: str = ""
    extra: Mapping[str, Any] = field(default_factory=_empty)
    loaded: Loaded | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "nodes", dict(sorted(self.nodes.items())))
        object.__setattr__(self, "knobs", dict(sorted(self.knobs.items())))
        object.__setattr__(self, "edges", tuple(sorted(self.edges, key=_edge_order)))
        for key, name in [(k, n.id) for k, n in self.nodes.items()] + [(k, n.name) for k, n in self.knobs.items()]:
            if key != name:
                raise ValueError(f"{name!r} is kept under {key!r}")

    def node(self, id: str) -> Node:
        """The node with this id. Raises a ProblemError that names the nearest id."""
        if id not in self.nodes:
            raise ProblemError(no_such_node(self, id))
        return self.nodes[id]

    @cached_property
    def _network(self) -> nx.MultiDiGraph[str]:
        import networkx as nx

        network: nx.MultiDiGraph[str] = nx.MultiDiGraph()
        network.add_nodes_from(self.nodes)
        for edge in self.edges:
            if edge.source.node in self.nodes and edge.target.node in self.nodes:
                network.add_edge(edge.source.node, edge.target.node, edge=edge)
        nx.freeze(network)  # pyright: ignore[reportUnknownMemberType]
        return network

    def network(self) -> nx.MultiDiGraph[str]:
        """The nodes' ids and the edges between them (each with its `Edge` as "edge") as a frozen networkx graph.

        Edges to nowhere are left out.
        """
        return self._network

    def order(self) -> tuple[str, ...]:
        """All ids, each after those it depends on; where that leaves a choice, by id.

        Raises a ProblemError that names each loop.
        """
        import networkx as nx

        if loops := self.loops():
            raise ProblemError(loop_problem(loop) for loop in loops)
        return tuple(nx.lexicographical_topological_sort(self.network()))

    def loops(self) -> list[tuple[str, ...]]:
        """One loop for each knot of nodes that depend on each other, each starting at its smallest id."""
        import networkx as nx

        network = self.network()
        found: list[tuple[str, ...]] = []
        for component in nx.strongly_connected_components(network):
            first = min(component)
            if len(component) == 1 and not network.has_edge(first, first):
                continue
            knot = network.subgraph(component)
            back = [_path(knot, after, first) for after in sorted(set(knot.successors(first)))]
            found.append((first, *min(back, key=len)[:-1]))
        return sorted(found)

    def upstream(self, id: str) -> frozenset[str]:
        """The ids of all nodes that this one depends on, itself not among them."""
        import networkx as nx

        return frozenset(nx.ancestors(self.network(), self.node(id).id))  # pyright: ignore[reportUnknownMemberType]

    def downstream(self, id: str) -> frozenset[str]:
        """The ids of all nodes that depend on this one, itself not among them."""
        import networkx as nx

        return frozenset(nx.descendants(self.network(), self.node(id).id))  # pyright: ignore[reportUnknownMemberType]

    def inputs_of(self, id: str) -> dict[str, End]:
        """Input port -> the output it is fed from. Of two edges to one port (which `validate` refuses), the first."""
        found: dict[str, End] = {}
        for edge in self._edges_into.get(id, ()):
            found.setdefault(edge.target.port, edge.source)
        return found

    @cached_property
    def _edges_into(self) -> dict[str, list[Edge]]:
        into: dict[str, list[Edge]] = {}
        for edge in self.edges:
            into.setdefault(edge.target.node, []).append(edge)
        return into

    def sinks(self) -> tuple[str, ...]:
        """The ids of the nodes that nothing depends on, sorted."""
        network = self.network()
        return tuple(id for id in self.nodes if not any(after != id for after in network.successors(id)))

    def muted(self) -> frozenset[str]:
        """The ids of the nodes that do not run: those of mode "mute" and all that depend on them."""
        off = {id for id, node in self.nodes.items() if node.mode == "mute"}
        return frozenset(off.union(*(self.downstream(id) for id in off)))

    def subgraph_to(self, ids: Iterable[str]) -> Graph:
        """Only these nodes and all they depend on, with the edges, knobs and groups that are still about them."""
        wanted = {self.node(id).id for id in ids}
        wanted = wanted.union(*(self.upstream(id) for id in wanted))
        return replace(
            self,
            nodes={id: node for id, node in self.nodes.items() if id in wanted},
            edges=tuple(edge for edge in self.edges if edge.target.node in wanted),
            knobs={name: knob for name, knob in self.knobs.items() if knob.node in wanted},
            groups=tuple(replace(g, nodes=tuple(id for id in g.nodes if id in wanted)) for g in self.groups),
        )


def _path(network: nx.MultiDiGraph[str], start: str, end: str) -> list[str]:
    import networkx as nx

    return nx.shortest_path(network, start, end)  # pyright: ignore[reportUnknownMemberType]


def graph_of(nodes: Iterable[Node] = (), edges: Iterable[tuple[str, str]] = (), *, title: str = "") -> Graph:
    """A graph of these nodes and edges, each edge written as ("node.port", "node.port")."""
    return Graph(title, nodes={node.id: node for node in nodes}, edges=tuple(Edge.parse(*ends) for ends in edges))


def no_such_node(graph: Graph, id: str) -> Problem:
    """The problem that the graph has no node `id`."""
    return Problem("no-such-node", f"The graph has no node {id!r}.", did_you_mean(id, graph.nodes), value=id)


def loop_problem(loop: tuple[str, ...]) -> Problem:
    """The problem that these nodes depend on each other in a circle."""
    shown = " -> ".join((*loop, loop[0]))
    return Problem("cycle", f"The nodes form a loop: {shown}.", "Remove one of its edges.", node=loop[0], value=shown)
