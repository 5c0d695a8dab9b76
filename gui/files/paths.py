"""Paths in the graph: made relative when it is saved, and followed when its file moves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from nodegraph.graph.edit import SetParam, Several
from nodegraph.graph.model import Graph
from nodegraph.graph.paths import ASSET, is_path, located, relative, writes
from nodegraph.parameters import Parameter
from nodegraph.problems import ProblemError
from nodegraph.registry import Registry


def relative_edit(graph: Graph, registry: Registry, base: Path) -> Several:
    """The edit that makes paths relative to `base` where they are near it."""
    return _edit(graph, registry, lambda text, _parameter: relative(text, base))


def moved_edit(graph: Graph, registry: Registry, old: Path, new: Path) -> Several:
    """The edit that keeps paths right when the graph's file moves from the folder `old` to `new`.

    What is read stays where it is; what is written to beside the old file will be written beside the new one.
    """

    def moved(text: str, parameter: Parameter) -> str:
        if writes(parameter) and not Path(text).is_absolute():
            return text
        if text.startswith((ASSET, "~")):
            return text
        try:
            return relative(str(located(text, old)), new)
        except ProblemError:
            return text

    return _edit(graph, registry, moved)


def _paths(graph: Graph, registry: Registry) -> Iterator[tuple[str, Parameter, Any]]:
    for id, node in graph.nodes.items():
        spec = registry.nodes.get(node.type)
        if spec is None:
            continue
        for name, value in node.params.items():
            if name in spec.parameters and is_path(spec.parameters[name]):
                yield id, spec.parameters[name], value


def _edit(graph: Graph, registry: Registry, change: Callable[[str, Parameter], str]) -> Several:
    edits: list[SetParam] = []
    for id, parameter, value in _paths(graph, registry):
        after = _each(value, lambda text, parameter=parameter: change(text, parameter))
        if after != value:
            edits.append(SetParam(id, parameter.name, after))
    return Several(tuple(edits))


def _each(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, list):
        return [_each(item, change) for item in value]
    return change(value) if isinstance(value, str) and value else value
