"""The second layer of checks: every node's parameters, alone and together, with the files and models they name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from nodegraph.graph.columns import usable_params
from nodegraph.graph.model import Node
from nodegraph.graph.names import did_you_mean
from nodegraph.graph.paths import is_path, located, start_of, texts_of, writes
from nodegraph.models.hub_ids import EXAMPLE, PREFIX
from nodegraph.parameters import Column, Expression, File, Folder, ModelOf, NewColumn, Parameter
from nodegraph.problems import Problem, ProblemError
from nodegraph.registry import Registry
from nodegraph.specs import NodeSpec

_NAMING = (Folder, File, Column, NewColumn, ModelOf, Expression)


def settings_problems(
    node: Node, spec: NodeSpec, registry: Registry, base: Path | None, out: Path | None
) -> Iterator[Problem]:
    """What is wrong with a node's parameters. Files are looked for only when `base`, the graph's folder, is given.

    Those that are written are looked for from `out` where that is given.
    """
    for name in sorted(node.params):
        if name not in spec.parameters:
            message = f"{spec.title} has no parameter {name!r}."
            advice = did_you_mean(name, spec.parameters, what="Its parameters")
            yield Problem("unknown-parameter", message, advice, node.id, param=name, value=node.params[name])
    for parameter in spec.parameters.values():
        for found in _parameter_problems(parameter, node, registry, base, out):
            yield found.at(node=node.id, param=parameter.name)
    params, doubt = usable_params(spec, node)
    if not doubt:
        yield from _problems_together(node, spec, params)


def broken_node(node: Node, spec: NodeSpec, error: Exception) -> Problem:
    """The problem that a function of the node's author failed on parameters that each fit."""
    message = f"{spec.title} could not be checked: {type(error).__name__}: {error}."
    return Problem("broken-node", message, "This is a mistake in the node: tell its author.", node=node.id)


def _problems_together(node: Node, spec: NodeSpec, params: dict[str, object]) -> list[Problem]:
    try:
        return [found.at(node=node.id) for found in spec.check(params)]
    except Exception as error:  # somebody else's code: the rest of the graph must still be checked
        return [broken_node(node, spec, error)]


def _parameter_problems(
    parameter: Parameter, node: Node, registry: Registry, base: Path | None, out: Path | None
) -> Iterator[Problem]:
    given = parameter.name in node.params
    value: object = node.params[parameter.name] if given else parameter.default
    blank = value == "" and any(parameter.facet(facet) for facet in _NAMING)
    if (not given and parameter.required) or (blank and parameter.default != ""):
        yield Problem("missing-parameter", f"{parameter.label} must be given.", parameter.help)
    elif found := parameter.check(value):
        yield found
    elif not blank:
        if (model := parameter.facet(ModelOf)) and isinstance(value, str):
            yield from _model_problems(model, value, registry)
        if base is not None and is_path(parameter):
            for text in texts_of(value):
                yield from _path_problems(parameter, text, start_of(parameter, base, out))


def _model_problems(facet: ModelOf, id: str, registry: Registry) -> Iterator[Problem]:
    if registry.model(id, facet) is not None:
        return
    if facet.hub and id.startswith(PREFIX):
        message = f"{id!r} names no model of the hub."
        yield Problem("unknown-model", message, f"Write repository and full commit: {EXAMPLE}", value=id)
        return
    ids = [entry.id for entry in registry.models_of(facet.kind)]
    advice = did_you_mean(id, ids, what=f"Models of kind {facet.kind}")
    yield Problem("unknown-model", f"There is no {facet.kind} model {id!r}.", advice, value=id)


def _path_problems(parameter: Parameter, text: str, start: Path) -> Iterator[Problem]:
    try:
        path = located(text, start)
        is_folder, is_file = path.is_dir(), path.is_file()
    except ProblemError as error:
        yield from error.problems
        return
    except (OSError, ValueError) as error:
        yield Problem("bad-path", f"{text!r} is no path: {error}.", "Choose another.", value=text)
        return
    file = parameter.facet(File)
    if writes(parameter):
        if is_file if file is None else is_folder:
            there, wanted = ("a file", "a folder") if file is None else ("a folder", "a file")
            message = f"{path} is {there}, but the node makes {wanted} there."
            yield Problem("path-taken", message, "Choose another name.", value=text)
    elif file is None and not is_folder:
        why = "is a file, not a folder" if is_file else "is not there"
        yield Problem("no-such-folder", f"The folder {path} {why}.", "Choose a folder that exists.", value=text)
    elif file is not None and not is_file:
        why = "is a folder, not a file" if is_folder else "is not there"
        yield Problem("no-such-file", f"The file {path} {why}.", "Choose a file that exists.", value=text)
    if file is not None and file.suffixes and path.suffix.lower() not in file.suffixes:
        wanted = " or ".join(file.suffixes)
        yield Problem("wrong-suffix", f"{path.name} does not end in {wanted}.", "Choose another file.", value=text)
