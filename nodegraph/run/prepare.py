"""Preparing a graph to run: read, migrated, overridden, its paths resolved, checked. The same for every client."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from nodegraph.graph.io import load
from nodegraph.graph.knobs import with_knobs
from nodegraph.graph.migrate import migrate_nodes
from nodegraph.graph.model import Graph
from nodegraph.graph.paths import resolve_paths
from nodegraph.graph.validate import errors_of, validate
from nodegraph.problems import Problem, ProblemError
from nodegraph.registry import Registry


@dataclass(frozen=True)
class Prepared:
    """A graph with absolute paths that can be run, and what should be said about it first."""

    graph: Graph
    warnings: tuple[Problem, ...]


def prepare(
    path: Path, registry: Registry, *, knobs: Mapping[str, str] | None = None, out: Path | None = None
) -> Prepared:
    """The graph in this file, ready to run. `out` is where relative export paths lead, by default beside the file.

    Raises ProblemError with every error at once.
    """
    graph, notes = migrate_nodes(load(path), registry)
    graph = with_knobs(graph, registry, knobs or {})
    return prepare_graph(graph, registry, base=path.absolute().parent, out=out, notes=(*registry.problems, *notes))


def prepare_graph(
    graph: Graph, registry: Registry, *, base: Path, out: Path | None = None, notes: tuple[Problem, ...] = ()
) -> Prepared:
    """A graph that is in memory, ready to run; relative paths lead from `base`. Raises ProblemError."""
    found = [*notes, *validate(graph, registry, base=base, out=out)]
    if errors := errors_of(found):
        raise ProblemError(errors)
    return Prepared(resolve_paths(graph, registry, base, out), tuple(found))
