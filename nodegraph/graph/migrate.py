"""Migrations: files of past versions and nodes of past revs brought to the present, step by step, as pure functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import replace
from typing import Any, cast

from nodegraph.graph.model import Graph, Knob, Node
from nodegraph.graph.version import VERSION
from nodegraph.problems import Problem
from nodegraph.registry import Registry
from nodegraph.specs import NodeSpec

Document = dict[str, Any]


def migrate_document(document: Document, version: int) -> Document:
    """A parsed file of `version` (1 to `VERSION`) as one of the current version. The input is not changed.

    What does not look as that version says is left alone: the schema of the current version then finds it.
    """
    document = deepcopy(document) if version < VERSION else document
    for past in range(version, VERSION):
        document = FILE_MIGRATIONS[past](document)
        document["version"] = past + 1
    return document


def _edges_with_names(document: Document) -> Document:
    """Version 1 to 2: `name` is `title`; an edge `["a.images", "b.images"]` is `{"from": ..., "to": ...}`."""
    if "name" in document and "title" not in document:
        document["title"] = document.pop("name")
    edges = document.get("edges")
    if isinstance(edges, list):
        document["edges"] = [_edge_with_names(edge) for edge in cast(list[object], edges)]
    return document


def _edge_with_names(edge: object) -> object:
    if isinstance(edge, list) and len(cast(list[object], edge)) == 2:
        source, target = cast(list[object], edge)
        return {"from": source, "to": target}
    return cast(object, edge)


FILE_MIGRATIONS: Mapping[int, Callable[[Document], Document]] = {1: _edges_with_names}
"""Version -> function that makes a document of the next version of one of that version."""


def migrate_nodes(graph: Graph, registry: Registry) -> tuple[Graph, list[Problem]]:
    """The graph with every node at the rev its installed type has, and what was done as warnings, in order of ids.

    A node of an unknown type is left as it is. A node of a later rev than the installed one, or whose migration fails,
    is left too, with an error. A knob follows the parameter it sets when a migration renames that.
    """
    nodes: dict[str, Node] = dict(graph.nodes)
    knobs: dict[str, Knob] = dict(graph.knobs)
    problems: list[Problem] = []
    for id, node in graph.nodes.items():
        spec = registry.nodes.get(node.type)
        if spec is None or node.rev == spec.rev:
            continue
        if node.rev > spec.rev:
            problems.append(_from_the_future(node, spec))
            continue
        try:
            params = _migrated(dict(node.params), node.rev, spec)
        except Exception as error:  # the migration is somebody else's code, and the rest of the graph must still open
            problems.append(_failed(node, spec, error))
            continue
        nodes[id] = replace(node, rev=spec.rev, params=params)
        for name, knob in graph.knobs.items():
            if knob.node == id:
                knobs[name] = replace(knob, param=_renamed(knob.param, node, spec))
        problems.append(_done(node, spec))
    return (replace(graph, nodes=nodes, knobs=knobs) if problems else graph), problems


def _migrated(params: dict[str, Any], rev: int, spec: NodeSpec) -> dict[str, Any]:
    params = deepcopy(params)
    for past in range(rev, spec.rev):
        if past in spec.migrations:
            params = spec.migrations[past](params)
    return params


class _Marker:
    """Stands for a parameter's value, to see under which name a migration puts it."""

    def __deepcopy__(self, memo: object) -> _Marker:
        return self


def _renamed(param: str, node: Node, spec: NodeSpec) -> str:
    marker = _Marker()
    try:
        after = _migrated({**node.params, param: marker}, node.rev, spec)
    except Exception:  # a migration that looks at the value cannot be followed: the knob keeps its name
        return param
    return next((name for name, value in after.items() if value is marker), param)


def _done(node: Node, spec: NodeSpec) -> Problem:
    return Problem(
        "migrated-node",
        f"It was made for rev {node.rev} of {spec.title} and is now of rev {spec.rev}: its results may differ.",
        "Save the graph to keep it so.",
        node=node.id,
        value=node.rev,
        severity="warning",
    )


def _from_the_future(node: Node, spec: NodeSpec) -> Problem:
    return Problem(
        "rev-from-the-future",
        f"It was made for rev {node.rev} of {spec.title}, but rev {spec.rev} is installed.",
        "Update the pack that the node comes from.",
        node=node.id,
        value=node.rev,
    )


def _failed(node: Node, spec: NodeSpec, error: Exception) -> Problem:
    return Problem(
        "broken-migration",
        f"Its parameters could not be brought from rev {node.rev} to rev {spec.rev}: {type(error).__name__}: {error}.",
        f"Put a new {spec.title} in its place.",
        node=node.id,
        value=node.rev,
    )
