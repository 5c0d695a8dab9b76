"""The cut of a node: which of its parameters name the column and the limits, decided from its spec alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nodegraph.parameters import Column, Parameter, literal_choices, union_members
from nodegraph.specs import NodeSpec

SIDES = ("low", "high")


@dataclass(frozen=True, slots=True)
class Cut:
    """Names of parameters: the column's, those of the limits by side, and that of the mode if there is one."""

    column: str
    limits: Mapping[str, str]
    mode: str = ""

    def limit(self, params: Mapping[str, Any], side: str) -> float | None:
        """The limit that the parameters set, in values or percentiles; None where there is none or no number."""
        value = params.get(self.limits.get(side, ""))
        return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None

    def by_percentile(self, params: Mapping[str, Any]) -> bool:
        """Whether the limits are percentiles."""
        return bool(self.mode) and params.get(self.mode) == "percentile"


def cut_of(spec: NodeSpec) -> Cut | None:
    """The cut of a node that has one column of numbers and a `low` or `high` that may be left open; else None."""
    columns = [
        name for name, parameter in spec.parameters.items()
        if (facet := parameter.facet(Column)) and facet.kind in ("number", "integer") and parameter.type is str
    ]  # fmt: skip
    limits = {side: side for side in SIDES if side in spec.parameters and _is_limit(spec.parameters[side])}
    if len(columns) != 1 or not limits:
        return None
    mode = next((name for name, parameter in spec.parameters.items() if _has_percentile(parameter)), "")
    return Cut(columns[0], limits, mode)


def _is_limit(parameter: Parameter) -> bool:
    return parameter.nullable and bool({int, float} & set(union_members(parameter.type)))


def _has_percentile(parameter: Parameter) -> bool:
    return any("percentile" in literal_choices(member) for member in union_members(parameter.type))
