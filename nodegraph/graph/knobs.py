"""Knobs: parameters set from outside, as a command line does, by a stable name or as "node.param"."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from nodegraph.graph.model import End, Graph
from nodegraph.graph.names import did_you_mean
from nodegraph.graph.paths import ASSET, is_path, located
from nodegraph.parameters import Parameter
from nodegraph.problems import Problem, ProblemError, problem
from nodegraph.registry import Registry


def with_knobs(graph: Graph, registry: Registry, given: Mapping[str, str], *, folder: Path | None = None) -> Graph:
    """The graph with each of `given` ("knob" or "node.param" -> the text of its value) set.

    A text is read as JSON where that fits the parameter's type, else taken as it is: `3`, `true`, `null`, `a red barn`.
    A relative path is meant from `folder`, by default the current one, where the person is who wrote it.
    Raises a ProblemError with everything wrong in all of them.
    """
    folder = Path.cwd() if folder is None else folder
    nodes = dict(graph.nodes)
    problems: list[Problem] = []
    for name, text in given.items():
        try:
            end = knob_end(graph, name)
            node = nodes[end.node]
            value = _value(registry, node.type, end, text, folder)
            nodes[end.node] = replace(node, params={**node.params, end.port: value})
        except ProblemError as error:
            problems.extend(error.problems)
    if problems:
        raise ProblemError(problems)
    return replace(graph, nodes=nodes)


def knob_end(graph: Graph, name: str) -> End:
    """The node and parameter that a knob's name or "node.param" names. Raises a ProblemError with the nearest name."""
    knob = graph.knobs.get(name)
    end = End(knob.node, knob.param) if knob else End.parse(name)
    if not knob and not end.port:
        advice = did_you_mean(name, graph.knobs, what="The graph's knobs")
        raise problem(
            "no-such-knob", f"The graph has no knob {name!r}.", f'{advice} Or write "node.param".', value=name
        )
    graph.node(end.node)
    return end


def _value(registry: Registry, type: str, end: End, text: str, folder: Path) -> Any:
    spec = registry.nodes.get(type)
    if spec is None:
        values = _readings(text)
        return values[0]
    parameter = spec.parameters.get(end.port)
    if parameter is None:
        advice = did_you_mean(end.port, spec.parameters)
        message = f"{spec.title} has no parameter {end.port!r}."
        raise ProblemError(Problem("unknown-parameter", message, advice, node=end.node, param=end.port, value=text))
    return _fitting(parameter, end.node, text, folder)


def _fitting(parameter: Parameter, node: str, text: str, folder: Path) -> Any:
    problems: list[Problem] = []
    for value in _readings(text):
        found = parameter.check(value)
        if found is None:
            return _from_here(value, folder) if is_path(parameter) else value
        problems.append(found)
    raise ProblemError(problems[0].at(node=node))


def _readings(text: str) -> list[Any]:
    """What a text can mean: its value as JSON, if it is, the text itself, and the text as the only one of a list."""
    try:
        value = json.loads(text, parse_constant=lambda _word: math.nan)
    except (ValueError, RecursionError):
        return [text, [text]]
    return [text] if isinstance(value, float) and not math.isfinite(value) else [value, text, [text]]


def _from_here(value: Any, folder: Path) -> Any:
    if isinstance(value, list):
        return [_from_here(item, folder) for item in value]  # pyright: ignore[reportUnknownVariableType]
    if not isinstance(value, str) or not value or value.startswith(("~", ASSET)):
        return value
    return str(located(value, folder))
