"""Paths in parameters: relative in the file, absolute in a run. Knows `~` and the embedded samples, "asset:NAME"."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from typing import Any, cast

from nodegraph.graph.model import Graph, Node
from nodegraph.graph.names import did_you_mean
from nodegraph.parameters import File, Folder, Parameter, with_defaults
from nodegraph.problems import Problem, ProblemError, problem
from nodegraph.registry import Registry
from nodegraph.specs import NodeSpec

ASSET = "asset:"

STEPS_UP = 2
"""A path so many folders above the graph's is still written relative to it; one further away is written in full."""


def resolve_paths(graph: Graph, registry: Registry, base: Path, out: Path | None = None) -> Graph:
    """The graph with every Folder and File parameter absolute, defaults that are paths included.

    Relative ones are taken from `base`, the folder of the graph's file; those that are written to from `out` if given.
    Raises a ProblemError with all that cannot be resolved.
    """
    problems: list[Problem] = []

    def resolved(node: Node, spec: NodeSpec) -> Mapping[str, Any]:
        params = dict(node.params)
        for name, value in with_defaults(spec.parameters, node.params).items():
            parameter = spec.parameters[name]
            if not is_path(parameter):
                continue
            start = start_of(parameter, base, out)
            try:
                params[name] = _each(value, lambda text, start=start: str(located(text, start)))
            except ProblemError as error:
                problems.extend(found.at(node=node.id, param=name) for found in error.problems)
        return params

    graph = _with_params(graph, registry, resolved)
    if problems:
        raise ProblemError(problems)
    return graph


def relative_paths(graph: Graph, registry: Registry, base: Path) -> Graph:
    """The graph with the given Folder and File parameters relative to `base` where they are near it; for saving."""

    def shortened(node: Node, spec: NodeSpec) -> Mapping[str, Any]:
        return {
            name: _each(value, lambda text: relative(text, base))
            if name in spec.parameters and is_path(spec.parameters[name])
            else value
            for name, value in node.params.items()
        }

    return _with_params(graph, registry, shortened)


def located(text: str, base: Path) -> Path:
    """The absolute path that a parameter's text means. Raises a ProblemError for one that means nothing."""
    if text.startswith(ASSET):
        return asset(text.removeprefix(ASSET))
    if text.startswith("~"):
        try:
            return Path(os.path.normpath(Path(text).expanduser()))
        except RuntimeError as error:
            message = f"The home folder of {text!r} is not known."
            raise problem("bad-path", message, "Write the path in full.", value=text) from error
    return Path(os.path.normpath(base.absolute() / text))


def relative(text: str, base: Path) -> str:
    """An absolute path as a file in the folder `base` holds it: relative, with forward slashes, where it is near.

    `located` gives the same path back. What is not absolute is left alone.
    """
    if not Path(text).is_absolute():
        return text
    start = os.path.normpath(base.absolute())
    try:
        way = PurePosixPath(Path(os.path.relpath(text, start)).as_posix())
    except ValueError:  # another drive
        return text
    up = sum(part == ".." for part in way.parts)
    if up > STEPS_UP or up >= len(Path(start).parts) - 1:
        return text
    return f"./{way}" if str(way).startswith(("~", ASSET)) else str(way)


def asset(name: str) -> Path:
    """The path of a file or folder inside the installed `assets` package. Raises a ProblemError; imports nothing."""
    parts = name.split("/")
    if not name or "\\" in name or ":" in name or "\x00" in name or any(part in ("", ".", "..") for part in parts):
        message = f'"{ASSET}{name}" names nothing inside the embedded assets.'
        raise problem("bad-path", message, 'Write a name such as "asset:samples".', value=f"{ASSET}{name}")
    found = find_spec("assets")
    folders = list(found.submodule_search_locations or ()) if found else []
    if not folders:
        raise problem("no-assets", "The embedded assets are not installed.", "Install nodegraph again.", value=name)
    path = Path(folders[0], *parts)
    if not path.exists():
        beside = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
        advice = did_you_mean(path.name, [one for one in beside if not one.startswith(("_", "."))])
        raise problem("no-such-asset", f"There is no asset {name!r}.", advice, value=f"{ASSET}{name}")
    if not path.resolve().is_relative_to(Path(folders[0]).resolve()):
        raise problem("bad-path", f"The asset {name!r} leads out of the assets.", "Choose another.", value=name)
    return path


def is_path(parameter: Parameter) -> bool:
    """Whether the parameter's texts are paths."""
    return parameter.facet(Folder) is not None or parameter.facet(File) is not None


def writes(parameter: Parameter) -> bool:
    """Whether the parameter names what the node makes, not what it reads."""
    facet = parameter.facet(Folder) or parameter.facet(File)
    return facet is not None and facet.writes


def start_of(parameter: Parameter, base: Path, out: Path | None) -> Path:
    """The folder that its relative paths lead from: `base`, or for what is written `out` where that is given."""
    return out if out is not None and writes(parameter) else base


def texts_of(value: object) -> list[str]:
    """The paths in a parameter's value: a text, or a list of texts. An empty one is none."""
    values = cast(list[object], value) if isinstance(value, list) else [value]
    return [text for text in values if isinstance(text, str) and text]


def _each(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, list):
        return [_each(item, change) for item in cast(list[Any], value)]
    return change(value) if isinstance(value, str) and value else value


def _with_params(graph: Graph, registry: Registry, change: Callable[[Node, NodeSpec], Mapping[str, Any]]) -> Graph:
    nodes = {
        id: replace(node, params=change(node, registry.nodes[node.type])) if node.type in registry.nodes else node
        for id, node in graph.nodes.items()
    }
    return replace(graph, nodes=nodes)
