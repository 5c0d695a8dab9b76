"""What exports write: two nodes of a graph must not write to one place, where each would undo the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nodegraph.graph.model import Graph
from nodegraph.graph.paths import is_path, located, texts_of, writes
from nodegraph.parameters import with_defaults
from nodegraph.problems import Problem, ProblemError
from nodegraph.registry import Registry


@dataclass(frozen=True, slots=True)
class _Target:
    """One place that an export writes to: whose parameter names it, as it is written there and in full."""

    node: str
    param: str
    text: str
    path: Path


def target_problems(graph: Graph, registry: Registry, base: Path | None, muted: frozenset[str]) -> Iterator[Problem]:
    """A problem at each export that would write where another does, or inside of it, or around it.

    With `base`, the folder of the graph's file, links count as what they lead to. Exports that do not run are no
    trouble.
    """
    known: list[_Target] = []
    for target in _targets(graph, registry, base, muted):
        other = next((one for one in known if _meet(one.path, target.path)), None)
        known.append(target)
        if other is None or other.node == target.node:
            continue
        yield Problem(
            "shared-target",
            f"{other.node} writes to {other.text!r}{_relation(target.path, other.path)}: "
            "each would undo the other's work.",
            "Give each export a place of its own.",
            target.node,
            param=target.param,
            value=target.text,
        )


def _targets(graph: Graph, registry: Registry, base: Path | None, muted: frozenset[str]) -> Iterator[_Target]:
    for id, node in graph.nodes.items():
        spec = registry.nodes.get(node.type)
        if spec is None or spec.kind != "export" or node.mode != "normal" or id in muted:
            continue
        for name, value in with_defaults(spec.parameters, node.params).items():
            if is_path(spec.parameters[name]) and writes(spec.parameters[name]):
                for text in texts_of(value):
                    path = _full(text, base)
                    if path is not None:
                        yield _Target(id, name, text, path)


def _full(text: str, base: Path | None) -> Path | None:
    try:
        path = located(text, base or Path.cwd())
        return path.resolve() if base is not None else path
    except (ProblemError, OSError, ValueError):  # told where parameters are checked
        return None


def _relation(path: Path, other: Path) -> str:
    if path == other:
        return ", too"
    return ", and this is inside of it" if path.is_relative_to(other) else ", which is inside of this"


def _meet(one: Path, other: Path) -> bool:
    return one.is_relative_to(other) or other.is_relative_to(one)
