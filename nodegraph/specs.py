"""Node specs: the frozen description of a node type, made by the decorators of `nodegraph.api`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from nodegraph.columns import ColumnInfo
from nodegraph.measures import Take
from nodegraph.parameters import Column, Parameter
from nodegraph.problems import Problem

Kind = Literal["source", "scorer", "filter", "captioner", "dedup", "arrange", "review", "export"]

Params = Mapping[str, Any]
Migration = Callable[[dict[str, Any]], dict[str, Any]]

ROW_WISE: frozenset[Kind] = frozenset({"scorer", "filter", "captioner"})


@dataclass(frozen=True, eq=False)
class NodeSpec:
    """What a node type is: its ports, parameters, measures, columns, and the function that does the work.

    `takes`      keyword of the function -> the measure whose values it gets.
    `needs`      columns that must be there upstream, given the parameters; those named by `Column` parameters too.
    `gives`      columns it adds, given the parameters.
    `whole_set`  whether it must see all rows at once, given the parameters; else it is row-wise: rows stream through.
    `joins`      whether its rows come from all of its inputs, with the columns of all.
    `check`      further problems of the parameters together (low above high, a model without a matching head).
    `migrations` rev -> function from the parameters of that rev to those of the next.
    """

    type: str
    kind: Kind
    rev: int
    title: str
    help: str
    function: Callable[..., Any]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    parameters: Mapping[str, Parameter]
    takes: Mapping[str, Take]
    needs: Callable[[Params], Mapping[str, str]]
    gives: Callable[[Params], Mapping[str, ColumnInfo]]
    whole_set: Callable[[Params], bool]
    check: Callable[[Params], Sequence[Problem]]
    uses_context: bool = False
    joins: bool = False
    migrations: Mapping[int, Migration] = field(default_factory=dict[int, Migration])

    @property
    def summary(self) -> str:
        """The first line of its help."""
        return self.help.partition("\n")[0]

    @property
    def reads_columns(self) -> tuple[str, ...]:
        """Names of the parameters that hold the name of an upstream column."""
        return tuple(name for name, parameter in self.parameters.items() if parameter.facet(Column))

    def __repr__(self) -> str:
        return f"NodeSpec({self.type!r}, rev={self.rev})"
