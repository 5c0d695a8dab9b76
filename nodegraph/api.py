"""The decorators that make node specs of typed functions: `source`, `scorer`, `filter_`, `captioner`, `dedup`, ...

A node function's positional parameters annotated `ImageSet` are its input ports; its keywords are its parameters,
except those annotated with `Take` (the values of a measure) and one annotated `Context`. Its docstring is its help.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from nodegraph.columns import ColumnInfo
from nodegraph.context import Context
from nodegraph.data.imageset import ImageSet
from nodegraph.measures import Take
from nodegraph.parameters import Column, Parameter, parameter_of
from nodegraph.problems import Problem
from nodegraph.specs import ROW_WISE, Kind, Migration, NodeSpec, Params

OUTPUTS: dict[Kind, tuple[str, ...]] = {
    "source": ("images",),
    "scorer": ("images",),
    "captioner": ("images",),
    "filter": ("kept", "dropped"),
    "dedup": ("kept", "dropped"),
    "arrange": ("kept", "dropped"),
    "review": ("kept", "dropped"),
    "export": ("images",),
}

Decorator = Callable[[Callable[..., Any]], NodeSpec]


def node(
    kind: Kind,
    type: str,
    *,
    rev: int,
    title: str = "",
    outputs: tuple[str, ...] = (),
    needs: Mapping[str, str] | Callable[[Params], Mapping[str, str]] | None = None,
    gives: Mapping[str, ColumnInfo] | Callable[[Params], Mapping[str, ColumnInfo]] | None = None,
    whole_set: bool | Callable[[Params], bool] | None = None,
    check: Callable[[Params], Sequence[Problem]] | None = None,
    joins: bool = False,
    migrations: Mapping[int, Migration] | None = None,
) -> Decorator:
    """Makes a node spec of a function; the decorators below fix its `kind`.

    `needs` maps upstream columns to their kind ("number", "text", "flag", "any"); `gives` maps added columns to what
    they hold; either can be a function of the parameters. With `joins` its rows come from all of its inputs. Raises
    TypeError for a function that breaks the contract.
    """

    def decorate(function: Callable[..., Any]) -> NodeSpec:
        inputs, parameters, takes, uses_context = _read_signature(type, function)
        if (kind == "source") != (not inputs):
            raise TypeError(f"node {type}: a source has no image set to take, every other kind has at least one")
        help_text = inspect.getdoc(function)
        if not help_text:
            raise TypeError(f"node {type}: its docstring is its help and must not be empty")
        return NodeSpec(
            type=type,
            kind=kind,
            rev=rev,
            title=title or type.rpartition("/")[2].replace("_", " ").capitalize(),
            help=help_text,
            function=function,
            inputs=inputs,
            outputs=outputs or OUTPUTS[kind],
            parameters=parameters,
            takes=takes,
            needs=partial(_needed_columns, parameters, _function_of_params(needs or {})),
            gives=_function_of_params(gives or {}),
            whole_set=_function_of_params(whole_set if whole_set is not None else kind not in ROW_WISE),
            check=check or (lambda _params: ()),
            uses_context=uses_context,
            joins=joins,
            migrations=migrations or {},
        )

    return decorate


source = partial(node, "source")
scorer = partial(node, "scorer")
filter_ = partial(node, "filter")
captioner = partial(node, "captioner")
dedup = partial(node, "dedup")
arrange = partial(node, "arrange")
review = partial(node, "review")
export = partial(node, "export")


def _function_of_params(value: Any) -> Callable[[Params], Any]:
    return value if callable(value) else lambda _params: value


def _needed_columns(
    parameters: Mapping[str, Parameter], more: Callable[[Params], Mapping[str, str]], params: Params
) -> dict[str, str]:
    needed: dict[str, str] = {}
    for name, parameter in parameters.items():
        facet = parameter.facet(Column)
        value = params.get(name)
        if facet is None or facet.optional or value is None:
            continue
        for column in value if isinstance(value, list) else [value]:  # pyright: ignore[reportUnknownVariableType]
            needed[str(column)] = facet.kind  # pyright: ignore[reportUnknownArgumentType]
    return {**needed, **more(params)}


def _read_signature(
    type: str, function: Callable[..., Any]
) -> tuple[tuple[str, ...], dict[str, Parameter], dict[str, Take], bool]:
    hints = get_type_hints(function, include_extras=True)
    inputs: list[str] = []
    parameters: dict[str, Parameter] = {}
    takes: dict[str, Take] = {}
    uses_context = False
    for name, item in inspect.signature(function).parameters.items():
        if name not in hints:
            raise TypeError(f"node {type}: parameter {name} has no annotation")
        hint = hints[name]
        take = _take_in(hint)
        if hint is ImageSet and item.kind is item.POSITIONAL_OR_KEYWORD:
            inputs.append(name)
        elif item.kind is not item.KEYWORD_ONLY:
            raise TypeError(f"node {type}: {name} must be an ImageSet, or come after a * as a keyword")
        elif hint is Context and name == "context":
            uses_context = True
        elif take is not None:
            takes[name] = take
        else:
            default = {} if item.default is item.empty else {"default": item.default}
            parameters[name] = parameter_of(name, hint, **default)
    for name, take in takes.items():
        if take.port and take.port not in inputs:
            raise TypeError(f"node {type}: {name} takes the images of {take.port!r}, which is no input")
        missing = [key for key, setting in take.measure.settings.items() if setting.required and key not in parameters]
        if missing:
            raise TypeError(f"node {type}: {name} needs a parameter {', '.join(missing)} for {take.measure.name}")
    return tuple(inputs), parameters, takes, uses_context


def _take_in(hint: Any) -> Take | None:
    if get_origin(hint) is not Annotated:
        return None
    return next((item for item in get_args(hint)[1:] if isinstance(item, Take)), None)
