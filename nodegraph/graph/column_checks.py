"""The third layer of checks: the columns a node needs are given upstream, and those it gives hide no others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal, cast

from nodegraph.columns import BASE_COLUMNS, ColumnKind, accepts
from nodegraph.graph.columns import ColumnsAt, columns_at, columns_into, given_columns, usable_params
from nodegraph.graph.model import Graph, Node
from nodegraph.graph.names import SHOWN, did_you_mean, nearest
from nodegraph.graph.settings import broken_node
from nodegraph.parameters import Column, ColumnTerms, Expression, NewColumn
from nodegraph.problems import Problem, ProblemError
from nodegraph.registry import Registry
from nodegraph.specs import NodeSpec


def column_problems(graph: Graph, registry: Registry) -> Iterator[Problem]:
    """What is wrong with the columns at each node that will run."""
    columns = columns_at(graph, registry)
    muted = graph.muted()
    for id, node in graph.nodes.items():
        spec = registry.nodes.get(node.type)
        if spec is None or node.mode != "normal" or id in muted:
            continue
        yield from _node_problems(graph, registry, node, spec, columns_into(graph, registry, columns, id))


def _node_problems(graph: Graph, registry: Registry, node: Node, spec: NodeSpec, into: ColumnsAt) -> Iterator[Problem]:
    params, doubt = usable_params(spec, node)
    try:
        needs, gives = dict(spec.needs(params)), dict(spec.gives(params))
    except Exception as error:  # somebody else's code; with a parameter missing it may well fail, which is told already
        if not doubt:
            yield broken_node(node, spec, error)
        return
    if spec.inputs:
        for column, kind in needs.items():
            if column:
                param = _param_naming(spec, params, column, Column)
                yield from (one.at(param=param) for one in _need(graph, registry, node, into, column, kind))
        yield from _expression_problems(graph, registry, node, spec, params, into)
    for column, info in gives.items():
        param = _param_naming(spec, params, column, NewColumn)
        if column in BASE_COLUMNS:
            message = f"{spec.title} would overwrite {column!r}, which every image set has."
            yield Problem("base-column", message, "Choose another name.", node.id, param=param, value=column)
        elif spec.inputs and column in into and into[column].kind != info.kind:
            message = f"{spec.title} replaces the column {column!r} ({into[column].kind}) by one of kind {info.kind}."
            yield Problem("column-replaced", message, "Choose another name.", node.id, None, param, column, "warning")


def _need(graph: Graph, registry: Registry, node: Node, into: ColumnsAt, column: str, kind: str) -> Iterator[Problem]:
    if column in into:
        given = into[column].kind
        if not accepts(cast(ColumnKind | Literal["any"], kind), given):
            fitting = [name for name, info in into.items() if accepts(cast(ColumnKind, kind), info.kind)]
            message = f"The column {column!r} is of kind {given}, but {kind} is needed."
            advice = did_you_mean(column, fitting, what=f"Columns of kind {kind}")
            yield Problem("wrong-column-kind", message, advice, node=node.id, value=column)
    elif not into.open:
        message = f"It needs the column {column!r}, and nothing upstream gives it."
        advice = _how_to_get(graph, registry, node, into, column, kind)
        yield Problem("unknown-column", message, advice, node=node.id, value=column)


def _expression_problems(
    graph: Graph, registry: Registry, node: Node, spec: NodeSpec, params: Mapping[str, Any], into: ColumnsAt
) -> Iterator[Problem]:
    from nodegraph.expressions import check, columns_of

    for name, parameter in spec.parameters.items():
        text = params.get(name)
        if parameter.facet(Expression) is None or not isinstance(text, str) or not text:
            continue
        try:
            unknown = [column for column in columns_of(text) if column not in into]
        except ProblemError as error:
            yield from (found.at(node=node.id, param=name) for found in error.problems)
            continue
        if unknown:
            for column in unknown:
                yield from (one.at(param=name) for one in _need(graph, registry, node, into, column, "any"))
        elif found := check(text, into.known):
            yield found.at(node=node.id, param=name)


def _param_naming(
    spec: NodeSpec, params: Mapping[str, Any], column: str, facet: type[Column | NewColumn]
) -> str | None:
    """The parameter in which the column was named, if it was named in one."""
    for name, parameter in spec.parameters.items():
        value = params.get(name)
        if parameter.facet(facet) and (value == column or (isinstance(value, list) and column in value)):
            return name
        terms = parameter.facet(ColumnTerms) if facet is Column and isinstance(value, list) else None
        if terms and column in [terms.column_in(str(line)) for line in cast(list[object], value)]:
            return name
    return None


def _how_to_get(graph: Graph, registry: Registry, node: Node, into: ColumnsAt, column: str, kind: str) -> str:
    """What to do about a missing column: the name that was meant, the node that gives it here, or one that would."""
    fitting = [name for name, info in into.items() if accepts(cast(ColumnKind, kind), info.kind)]
    near = nearest(column, fitting)
    meant = f'Did you mean "{near}"?' if near else ""
    giver = _giver_here(graph, registry, node, column) or _giver_installed(registry, column)
    return " ".join(part for part in (meant, giver) if part) or _what_is_there(into, fitting, kind)


def _what_is_there(into: ColumnsAt, fitting: list[str], kind: str) -> str:
    if not set(into) - set(BASE_COLUMNS):
        return "Upstream there are only the base columns."
    names = sorted(set(fitting) - set(BASE_COLUMNS))
    if not names:
        return f"Upstream there is no column of kind {kind}."
    return f"Upstream there is: {', '.join(names[:SHOWN])}{' and more' if len(names) > SHOWN else ''}."


def _giver_here(graph: Graph, registry: Registry, node: Node, column: str) -> str:
    upstream = graph.upstream(node.id)
    for id, other in graph.nodes.items():
        spec = registry.nodes.get(other.type)
        if spec is None or id == node.id or column not in given_columns(spec, other):
            continue
        if id not in upstream:
            return f"{id} gives it: connect that upstream."
        if other.mode == "bypass":
            return f"{id} would give it, but is bypassed: switch it on."
    return ""


def _giver_installed(registry: Registry, column: str) -> str:
    titles = sorted(
        spec.title
        for spec in registry.nodes.values()
        if spec.inputs and column in given_columns(spec, Node("", spec.type))
    )
    return f"Add {' or '.join(f'*{title}*' for title in titles[:3])} before it." if titles else ""
