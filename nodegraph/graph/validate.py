"""Validation: everything that is wrong with a graph, in three layers over all of it, never stopping at the first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from nodegraph.graph.column_checks import column_problems
from nodegraph.graph.model import Graph
from nodegraph.graph.settings import settings_problems
from nodegraph.graph.targets import target_problems
from nodegraph.graph.wiring import wiring_problems
from nodegraph.problems import Problem, ProblemError
from nodegraph.registry import Registry


def validate(graph: Graph, registry: Registry, *, base: Path | None = None, out: Path | None = None) -> list[Problem]:
    """All problems: structure, then parameters, then columns of each node, the nodes in the order they would run.

    With `base`, the folder of the graph's file, the folders and files that parameters name are looked for, too; those
    that are written to from `out`, where it is given.
    Parameters and columns of nodes that do not run (muted, below a muted one, bypassed) are not checked, and what is
    wrong with the wiring of muted ones is only a warning: such a graph runs.
    """
    muted = graph.muted()
    problems = [_weighed(found, muted) for found in wiring_problems(graph, registry)]
    problems += _settings(graph, registry, base, out, muted)
    problems += target_problems(graph, registry, base, out, muted)
    problems += column_problems(graph, registry)
    rank = {id: position for position, id in enumerate(_order(graph))}
    return sorted(problems, key=lambda found: rank.get(found.node or "", -1))


def errors_of(problems: list[Problem]) -> list[Problem]:
    """Those that keep the graph from running."""
    return [found for found in problems if found.severity == "error"]


def _settings(
    graph: Graph, registry: Registry, base: Path | None, out: Path | None, muted: frozenset[str]
) -> Iterator[Problem]:
    for id, node in graph.nodes.items():
        spec = registry.nodes.get(node.type)
        if spec is not None and node.mode == "normal" and id not in muted and node.rev == spec.rev:
            yield from settings_problems(node, spec, registry, base, out)


def _weighed(found: Problem, muted: frozenset[str]) -> Problem:
    return replace(found, severity="warning") if found.node in muted and found.code != "cycle" else found


def _order(graph: Graph) -> tuple[str, ...]:
    try:
        return graph.order()
    except ProblemError:
        return tuple(graph.nodes)
