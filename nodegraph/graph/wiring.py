"""The first layer of checks: nodes of known types, edges between ports that exist, inputs all wired, no loops."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from nodegraph.graph.model import Edge, End, Graph, Node, loop_problem
from nodegraph.graph.names import did_you_mean, nearest
from nodegraph.problems import Problem
from nodegraph.registry import Registry
from nodegraph.specs import NodeSpec


def wiring_problems(graph: Graph, registry: Registry) -> Iterator[Problem]:
    """What is wrong with the structure, over the whole graph."""
    yield from (loop_problem(loop) for loop in graph.loops())
    for node in graph.nodes.values():
        spec = registry.nodes.get(node.type)
        if spec is None:
            yield _unknown_type(node, registry)
            continue
        if node.rev != spec.rev:
            yield _other_rev(node, spec)
        if node.mode == "bypass" and not spec.inputs:
            message = f"{spec.title} is a source, so there is nothing it could pass on when bypassed."
            yield Problem("bypassed-source", message, "Mute it instead.", node=node.id, value=node.mode)
        yield from _missing_inputs(graph, node, spec)
    for edge in graph.edges:
        yield from _edge_problems(graph, registry, edge)
    yield from _ports_wired_twice(graph)
    yield from _knob_problems(graph, registry)


def _unknown_type(node: Node, registry: Registry) -> Problem:
    near = nearest(node.type, registry.nodes)
    advice = f'Did you mean "{near}"? Else install' if near else "Install"
    advice += " the pack that has it, or take the node out."
    return Problem(
        "unknown-type", f"No installed pack has the node type {node.type!r}.", advice, node.id, value=node.type
    )


def _other_rev(node: Node, spec: NodeSpec) -> Problem:
    message = f"It is of rev {node.rev}; rev {spec.rev} of {spec.title} is installed."
    if node.rev > spec.rev:
        return Problem("rev-from-the-future", message, "Update the pack it comes from.", node.id, value=node.rev)
    return Problem("old-rev", message, "Migrate the graph.", node.id, value=node.rev)


def _missing_inputs(graph: Graph, node: Node, spec: NodeSpec) -> Iterator[Problem]:
    wired = graph.inputs_of(node.id)
    for port in spec.inputs:
        if port not in wired:
            message = f"The input {port!r} of {spec.title} is not connected."
            yield Problem("missing-input", message, "Connect it, or mute the node.", node=node.id, port=port)


def _edge_problems(graph: Graph, registry: Registry, edge: Edge) -> Iterator[Problem]:
    for end, other, is_source in ((edge.source, edge.target, True), (edge.target, edge.source, False)):
        node = graph.nodes.get(end.node)
        if node is None:
            known = other if other.node in graph.nodes else None
            yield Problem(
                "edge-to-nowhere",
                f"The edge {edge} names a node {end.node!r}, which is not there.",
                f"{did_you_mean(end.node, graph.nodes)} Or remove the edge.",
                node=known.node if known else None,
                port=known.port if known else None,
                value=str(edge),
            )
        elif spec := registry.nodes.get(node.type):
            ports = spec.outputs if is_source else spec.inputs
            if end.port not in ports:
                yield _unknown_port(spec, end, "output" if is_source else "input", ports)


def _unknown_port(spec: NodeSpec, end: End, what: str, ports: tuple[str, ...]) -> Problem:
    message = f"{spec.title} has no {what} {end.port!r}."
    advice = did_you_mean(end.port, ports) if ports else f"It has no {what}s at all."
    return Problem("unknown-port", message, advice, node=end.node, port=end.port, value=end.port)


def _ports_wired_twice(graph: Graph) -> Iterator[Problem]:
    counts = Counter(edge.target for edge in graph.edges)
    for end, count in counts.items():
        if count > 1:
            sources = ", ".join(str(edge.source) for edge in graph.edges if edge.target == end)
            message = f"{count} edges lead to the input {end.port!r}: from {sources}."
            yield Problem("port-taken", message, "Remove all but one.", node=end.node, port=end.port, value=sources)


def _knob_problems(graph: Graph, registry: Registry) -> Iterator[Problem]:
    for knob in graph.knobs.values():
        node = graph.nodes.get(knob.node)
        spec = registry.nodes.get(node.type) if node else None
        if node is None:
            advice = did_you_mean(knob.node, graph.nodes)
            message = f"The knob {knob.name!r} is for a node {knob.node!r}, which is not there."
            yield Problem("knob-to-nowhere", message, advice, value=knob.name, severity="warning")
        elif spec and knob.param not in spec.parameters:
            advice = did_you_mean(knob.param, spec.parameters)
            message = f"The knob {knob.name!r} is for a parameter {knob.param!r}, which {spec.title} does not have."
            yield Problem("knob-to-nowhere", message, advice, node.id, None, knob.param, knob.name, "warning")
