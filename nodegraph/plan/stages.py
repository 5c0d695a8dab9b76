"""Stages: a graph as a list of steps. Row-wise nodes between barriers are contracted into stages that stream rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from nodegraph.graph.model import End, Graph, Node
from nodegraph.measures import Take
from nodegraph.parameters import with_defaults
from nodegraph.registry import Registry
from nodegraph.specs import NodeSpec, Params


@dataclass(frozen=True, slots=True)
class Active:
    """A node that takes part in a run: the node, its spec, and the values of all its parameters."""

    node: Node
    spec: NodeSpec
    params: Params
    inputs: Mapping[str, End]  # input port -> where its rows come from

    @property
    def id(self) -> str:
        """The node's id."""
        return self.node.id

    @property
    def row_wise(self) -> bool:
        """Whether rows stream through it one by one. A bypassed node always lets them."""
        return len(self.spec.inputs) == 1 and (self.node.mode == "bypass" or not self.spec.whole_set(self.params))

    @property
    def measures(self) -> bool:
        """Whether it takes measures."""
        return self.node.mode != "bypass" and bool(self.spec.takes)

    def takes(self, port: str) -> Mapping[str, Take]:
        """The measures of the images of this input, by the keyword that gets them."""
        first = self.spec.inputs[0]
        return {name: take for name, take in self.spec.takes.items() if (take.port or first) == port}

    def measured_ports(self, end: End) -> list[str]:
        """The inputs that are fed by `end` and whose images are measured."""
        if not self.measures:
            return []
        return [port for port, source in self.inputs.items() if source == end and self.takes(port)]


@dataclass(frozen=True, slots=True)
class SourceStep:
    """A source lists its files."""

    node: str


@dataclass(frozen=True, slots=True)
class Stage:
    """Rows of `root` stream through the row-wise `nodes` below it, in topological order.

    `demands` are barriers below: the measures they will need are taken here, while the picture is open.
    """

    root: End
    nodes: tuple[str, ...]
    demands: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Barrier:
    """A node sees all its rows at once."""

    node: str


Step = SourceStep | Stage | Barrier


@dataclass(frozen=True)
class Steps:
    """What a run does, in order, and the nodes that take part. `ends` maps a port to the nodes that read it."""

    steps: tuple[Step, ...]
    active: Mapping[str, Active]
    readers: Mapping[End, tuple[str, ...]]
    targets: tuple[str, ...]


def steps_of(graph: Graph, registry: Registry, targets: Collection[str] = ()) -> Steps:
    """The steps that lead to `targets` (by default every sink). Muted nodes and all below them take no part."""
    muted = graph.muted()
    live = [node for node in graph.order() if node not in muted]
    wanted = [node for node in live if node in targets] if targets else _sinks(graph, live)
    needed = set(wanted).union(*(graph.upstream(node) for node in wanted))
    active = {
        node: Active(
            graph.nodes[node],
            spec := registry.nodes[graph.nodes[node].type],
            with_defaults(spec.parameters, graph.nodes[node].params),
            graph.inputs_of(node),
        )
        for node in live
        if node in needed
    }
    readers = _readers(active)
    steps: list[Step] = []
    for item in active.values():
        if item.row_wise and item.inputs:
            continue
        steps.append(Barrier(item.id) if item.inputs else SourceStep(item.id))
        for port in item.spec.outputs:
            stage = _stage_below(End(item.id, port), active, readers)
            if stage.nodes or stage.demands:
                steps.append(stage)
    return Steps(tuple(steps), active, readers, tuple(wanted))


def _sinks(graph: Graph, live: list[str]) -> list[str]:
    feeding = {edge.source.node for edge in graph.edges if edge.target.node in live}
    return [node for node in live if node not in feeding]


def _readers(active: Mapping[str, Active]) -> dict[End, tuple[str, ...]]:
    readers: dict[End, list[str]] = {}
    for item in active.values():
        for end in item.inputs.values():
            readers.setdefault(end, []).append(item.id)
    return {end: tuple(dict.fromkeys(nodes)) for end, nodes in readers.items()}


def _stage_below(root: End, active: Mapping[str, Active], readers: Mapping[End, tuple[str, ...]]) -> Stage:
    found: set[str] = set()
    demands: list[str] = []
    waiting = [root]
    while waiting:
        end = waiting.pop()
        for node in readers.get(end, ()):
            item = active[node]
            if item.row_wise:
                found.add(node)
                waiting += [End(node, port) for port in item.spec.outputs]
            elif item.measured_ports(end):
                demands.append(node)
    return Stage(root, tuple(node for node in active if node in found), tuple(dict.fromkeys(sorted(demands))))
