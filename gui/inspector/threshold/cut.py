"""The cut of a node: which of its parameters name the column and the limits, decided from its spec alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from nodegraph.parameters import Column, Parameter, literal_choices, union_members
from nodegraph.specs import NodeSpec

Part = Literal["dropped", "review", "kept"]
Parts = tuple[Part, Part, Part]
"""What is done with the numbers under the low limit, between the two, and over the high one."""

FILTER: Parts = ("dropped", "kept", "dropped")
COLOURS: Mapping[Part, str] = {"kept": "kept", "review": "state_review", "dropped": "dropped"}
"""The theme's name of the colour of each part."""

ORDER: Parts = ("kept", "review", "dropped")
SIDES = ("low", "high")


@dataclass(frozen=True, slots=True)
class Cut:
    """Names of parameters: the column's, those of the limits by side, and that of the mode if there is one.

    `best` names the parameter that says which end is the better one: the numbers at that end are kept, those at the
    other dropped, and those between are for a person to look at. `limits` are then those where high is best.
    With `by`, the limits count only where that parameter says "limits".
    """

    column: str
    limits: Mapping[str, str]
    mode: str = ""
    best: str = ""
    by: str = ""

    def sides(self, params: Mapping[str, Any]) -> Mapping[str, str]:
        """The names of the limits by the side that they are on."""
        if not self._upside_down(params):
            return self.limits
        return {"low": self.limits["high"], "high": self.limits["low"]}

    def parts(self, params: Mapping[str, Any]) -> Parts:
        """What is done on both sides of the limits."""
        if not self.best:
            return FILTER
        return ("kept", "review", "dropped") if self._upside_down(params) else ("dropped", "review", "kept")

    def counts(self, params: Mapping[str, Any]) -> bool:
        """Whether it is the limits that decide."""
        return not self.by or params.get(self.by) == "limits"

    def limit(self, params: Mapping[str, Any], side: str) -> float | None:
        """The limit that the parameters set, in values or percentiles; None where there is none or no number."""
        value = params.get(self.sides(params).get(side, ""))
        return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None

    def by_percentile(self, params: Mapping[str, Any]) -> bool:
        """Whether the limits are percentiles."""
        return bool(self.mode) and params.get(self.mode) == "percentile"

    def _upside_down(self, params: Mapping[str, Any]) -> bool:
        return bool(self.best) and params.get(self.best) == "low"


def cut_of(spec: NodeSpec) -> Cut | None:
    """The cut of a node that has one column of numbers and limits that may be left open; else None.

    Limits are called `low` and `high`, or `reject` and `accept` beside a parameter for which end is best.
    """
    columns = [
        name for name, parameter in spec.parameters.items()
        if (facet := parameter.facet(Column)) and facet.kind in ("number", "integer") and parameter.type is str
    ]  # fmt: skip
    if len(columns) != 1:
        return None
    if limits := {side: side for side in SIDES if _is_limit(spec.parameters.get(side))}:
        return Cut(columns[0], limits, mode=_with_choice(spec, "percentile"))
    best = _with_choice(spec, "low")
    if best and all(_is_limit(spec.parameters.get(name)) for name in ("accept", "reject")):
        return Cut(columns[0], {"low": "reject", "high": "accept"}, best=best, by=_with_choice(spec, "limits"))
    return None


def _is_limit(parameter: Parameter | None) -> bool:
    return parameter is not None and parameter.nullable and bool({int, float} & set(union_members(parameter.type)))


def _with_choice(spec: NodeSpec, choice: str) -> str:
    """The first parameter that has this choice, or ""."""
    names = (
        name
        for name, parameter in spec.parameters.items()
        if any(choice in literal_choices(member) for member in union_members(parameter.type))
    )  # fmt: skip
    return next(names, "")
