"""Links: what may be connected with what, why not, and the edits that connect. Knows no items and no mouse."""

from __future__ import annotations

from dataclasses import dataclass

from gui.canvas.node_face import words
from nodegraph.graph.edit import Connect, Disconnect, Edit, Several, apply
from nodegraph.graph.model import Edge, End, Graph
from nodegraph.problems import ProblemError
from nodegraph.registry import Registry


@dataclass(frozen=True, slots=True)
class LinkEnd:
    """One end of a link that is being made: a port, and whether it is an output."""

    end: End
    is_output: bool


def ordered(one: LinkEnd, other: LinkEnd) -> tuple[End, End]:
    """Output first, input second."""
    return (one.end, other.end) if one.is_output else (other.end, one.end)


def refusal(graph: Graph, one: LinkEnd, other: LinkEnd, *, instead: Edge | None = None) -> str:
    """Why these two cannot be connected, or "". `instead` is an edge that the new one takes the place of."""
    if one.is_output and other.is_output:
        return words("An output leads to an input, not to another output.")
    if not one.is_output and not other.is_output:
        return words("An input is fed by an output, not by another input.")
    source, target = ordered(one, other)
    if source.node == target.node:
        return words("A node cannot feed itself.")
    if instead is not None and (instead.source, instead.target) == (source, target):
        return ""
    if any((edge.source, edge.target) == (source, target) for edge in graph.edges):
        return words("These two are connected already.")
    try:
        apply(graph, connecting(graph, source, target, instead=instead))
    except ProblemError as error:
        return error.problems[0].message
    return ""


def replaced(graph: Graph, source: End, target: End) -> Edge | None:
    """The edge that a link to this input takes the place of."""
    return next((edge for edge in graph.edges if edge.target == target and edge.source != source), None)


def connecting(graph: Graph, source: End, target: End, *, instead: Edge | None = None) -> Edit:
    """The edit that connects, taking the place of what the input had, in one step."""
    gone = [edge for edge in graph.edges if edge.target == target]
    if instead is not None and instead not in gone:
        gone.append(instead)
    return Several((*(Disconnect(edge) for edge in gone), Connect(Edge(source, target))))


def ports(graph: Graph, registry: Registry, id: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Inputs and outputs of a node; of an unknown type, those that are wired."""
    spec = registry.nodes.get(graph.nodes[id].type)
    if spec is not None:
        return spec.inputs, spec.outputs
    inputs = {edge.target.port for edge in graph.edges if edge.target.node == id}
    outputs = {edge.source.port for edge in graph.edges if edge.source.node == id}
    return tuple(sorted(inputs)), tuple(sorted(outputs))


def fitting_port(graph: Graph, registry: Registry, start: LinkEnd, id: str) -> End | None:
    """The port of node `id` that a link from `start` would take: the first free one, else the first."""
    inputs, outputs = ports(graph, registry, id)
    if not start.is_output:
        return End(id, outputs[0]) if outputs else None
    taken = graph.inputs_of(id)
    free = next((port for port in inputs if port not in taken), None)
    return End(id, free or inputs[0]) if inputs else None


def links_between(graph: Graph, one: str, other: str) -> tuple[Edge, ...]:
    """The edges between two nodes, in either direction."""
    return tuple(edge for edge in graph.edges if {edge.source.node, edge.target.node} == {one, other})


def connecting_nodes(graph: Graph, registry: Registry, source: str, target: str) -> Edit | str:
    """The edit that connects two nodes by their first fitting ports, or why that cannot be."""
    outputs = ports(graph, registry, source)[1]
    if not outputs:
        return words("{node} has no output.").format(node=source)
    start = LinkEnd(End(source, outputs[0]), True)
    end = fitting_port(graph, registry, start, target)
    if end is None:
        return words("{node} has no input.").format(node=target)
    why = refusal(graph, start, LinkEnd(end, False))
    return why or connecting(graph, start.end, end)
