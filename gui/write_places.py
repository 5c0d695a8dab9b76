"""Where a graph writes: said once before the first run of a graph that writes outside its own folder. No Qt."""

from __future__ import annotations

from pathlib import Path

from nodegraph.graph.model import Graph
from nodegraph.graph.paths import is_path, located, texts_of, writes
from nodegraph.parameters import with_defaults
from nodegraph.problems import ProblemError
from nodegraph.registry import Registry


def write_places(graph: Graph, registry: Registry, base: Path) -> list[Path]:
    """The folders and files that a run of this graph would make or replace, absolute, sorted."""
    found: set[Path] = set()
    muted = graph.muted()
    for id, node in graph.nodes.items():
        spec = registry.nodes.get(node.type)
        if spec is None or node.mode != "normal" or id in muted:
            continue
        for name, value in with_defaults(spec.parameters, node.params).items():
            if not (is_path(spec.parameters[name]) and writes(spec.parameters[name])):
                continue
            for text in texts_of(value):
                try:
                    found.add(located(text, base))
                except ProblemError:
                    continue  # such a graph is refused before it runs
    return sorted(found)


def writes_outside(graph: Graph, registry: Registry, base: Path) -> list[Path]:
    """Those of its `write_places` that do not lie below `base`, the folder of the graph's file; links are followed."""
    home = base.resolve()
    return [path for path in write_places(graph, registry, base) if not path.resolve().is_relative_to(home)]
