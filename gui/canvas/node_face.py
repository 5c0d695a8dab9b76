"""What a node shows, as plain words and values: made from graph, spec, result and problems; painted and read aloud."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from gui.results import NodeResult
from gui.translation import marked, words
from nodegraph.graph.model import Graph, Node
from nodegraph.graph.paths import ASSET
from nodegraph.parameters import (
    Column,
    Expression,
    File,
    Folder,
    Main,
    ModelOf,
    Parameter,
    Range,
    Text,
    literal_choices,
    union_members,
)
from nodegraph.problems import Problem
from nodegraph.specs import NodeSpec

FieldKind = Literal["flag", "choice", "number", "text", "lines", "column", "model"]
SHOWN_FIELDS = 3
SHOWN_CONTENTS = 4
WORTH_SAYING = 0.1
"""Seconds; a node that took less took no time."""

CUTTING = frozenset({"filter", "dedup", "arrange", "review"})


@dataclass(frozen=True, slots=True)
class FieldFace:
    """An inline parameter: its words, its value as text, how it is edited, whether something is wrong with it."""

    name: str
    label: str
    text: str
    kind: FieldKind
    wrong: bool = False
    on: bool = False


@dataclass(frozen=True, slots=True)
class NodeFace:
    """Everything that is painted of a node. `state` is a `NodeState`, "muted" or "bypassed"; `off`: it does not run."""

    id: str
    title: str
    type_title: str
    kind: str
    known: bool
    state: str
    off: bool
    collapsed: bool
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    fields: tuple[FieldFace, ...]
    counts: str
    remark: str
    progress: float | None
    contents: tuple[str, ...]
    errors: tuple[str, ...]
    warnings: tuple[str, ...]
    message: str

    @property
    def state_word(self) -> str:
        """The state as a person says it."""
        return words(STATE_WORDS.get(self.state, self.state))

    @property
    def wrong(self) -> str:
        """What is wrong with the node, or with its last run, or ""."""
        if self.errors:
            return self.errors[0]
        return self.message if self.state == "error" else ""

    @property
    def status(self) -> str:
        """The line under the title."""
        if self.wrong or self.off:
            return self.wrong or self.state_word
        return self.counts or self.state_word

    @property
    def spoken(self) -> str:
        """The node in one line, for a screen reader: "Threshold, 1,204 in, 873 kept, done"."""
        counts = self.counts.replace(" · ", ", ")
        return ", ".join(part for part in (self.title, counts, self.state_word, self.remark, *self.errors) if part)


STATE_WORDS = {
    "ready": marked("not run yet"),
    "stale": marked("changed since its run"),
    "running": marked("running"),
    "partial": marked("done in part"),
    "done": marked("done"),
    "review": marked("waits for review"),
    "error": marked("failed"),
    "muted": marked("muted"),
    "bypassed": marked("bypassed"),
}


def face_of(
    graph: Graph, node: Node, spec: NodeSpec | None, result: NodeResult, problems: Sequence[Problem], *, off: bool
) -> NodeFace:
    """What this node shows."""
    inputs, outputs = (spec.inputs, spec.outputs) if spec else _wired_ports(graph, node.id)
    wrong = {problem.param for problem in problems if problem.param}
    state = {"mute": "muted", "bypass": "bypassed"}.get(node.mode, "muted" if off else result.state)
    kind = spec.kind if spec else "unknown"
    return NodeFace(
        id=node.id,
        title=node.label or (spec.title if spec else node.type),
        type_title=spec.title if spec else node.type,
        kind=kind,
        known=spec is not None,
        state=state,
        off=off or node.mode != "normal",
        collapsed=node.ui.get("collapsed") is True,
        inputs=inputs,
        outputs=outputs,
        fields=_fields(node, spec, wrong) if spec else (),
        counts=_counts(kind, result),
        remark=_remark(result),
        progress=result.progress if state == "running" else None,
        contents=result.contents[:SHOWN_CONTENTS],
        errors=tuple(problem.message for problem in problems if problem.severity == "error"),
        warnings=tuple(problem.message for problem in problems if problem.severity != "error"),
        message=result.message,
    )


def _wired_ports(graph: Graph, id: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    inputs = sorted({edge.target.port for edge in graph.edges if edge.target.node == id})
    outputs = sorted({edge.source.port for edge in graph.edges if edge.source.node == id})
    return tuple(inputs), tuple(outputs)


def _counts(kind: str, result: NodeResult) -> str:
    parts: list[str] = []
    if result.rows_out is not None:
        if result.rows_in is not None and kind in CUTTING:
            parts = [
                words("{n} in").format(n=f"{result.rows_in:,}"),
                words("{n} kept").format(n=f"{result.rows_out:,}"),
            ]
        else:
            parts = [words("{n} images").format(n=f"{result.rows_out:,}")]
    elif result.rows_in is not None:
        parts = [words("{n} in").format(n=f"{result.rows_in:,}")]
    if result.errors:
        parts.append(words("{n} unreadable").format(n=f"{result.errors:,}"))
    return " · ".join(parts)


def _remark(result: NodeResult) -> str:
    if result.state == "running":
        return f"{result.progress:.0%}" if result.progress is not None else ""
    if result.missing:
        return words("{n} to measure").format(n=f"{result.missing:,}")
    if result.state in ("done", "partial", "review") and result.seconds is not None:
        if result.seconds < WORTH_SAYING:
            return ""
        return f"{result.seconds:.1f} s" if result.seconds < 100 else f"{result.seconds / 60:.0f} min"
    return words("remembered") if result.missing == 0 else ""


def main_parameters(spec: NodeSpec) -> list[Parameter]:
    """The two or three parameters that are shown on the node."""
    return [parameter for parameter in spec.parameters.values() if parameter.facet(Main)][:SHOWN_FIELDS]


def _fields(node: Node, spec: NodeSpec, wrong: set[str]) -> tuple[FieldFace, ...]:
    faces: list[FieldFace] = []
    for parameter in main_parameters(spec):
        missing = parameter.required and parameter.name not in node.params
        value = None if missing else node.params.get(parameter.name, parameter.default)
        kind = field_kind(parameter)
        text = words("choose...") if missing else shown_value(parameter, value)
        bad = missing or parameter.name in wrong
        faces.append(FieldFace(parameter.name, parameter.label, text, kind, bad, value is True))
    return tuple(faces)


def field_kind(parameter: Parameter) -> FieldKind:
    """How a value of this parameter is edited."""
    members = [member for member in union_members(parameter.type) if member is not type(None)]
    if str(parameter.type).startswith("list"):
        return "lines"
    if parameter.facet(ModelOf):
        return "model"
    if parameter.facet(Column):
        return "column"
    if members == [bool]:
        return "flag"
    if any(literal_choices(member) for member in members):
        return "choice"
    if members and all(member in (int, float) for member in members):
        return "number"
    text = parameter.facet(Text)
    return "lines" if text and text.lines > 1 else "text"


def shown_value(parameter: Parameter, value: Any) -> str:
    """A value as a person reads it on the node."""
    if value is None:
        return words("none")
    if isinstance(value, bool):
        return words("on") if value else words("off")
    if isinstance(value, list):
        return ", ".join(map(str, value)) or words("none")
    if isinstance(value, float | int):
        span = parameter.facet(Range)
        unit = span.unit if span else ""
        return f"{value:,g} {unit}".strip() if abs(value) < 1e6 else f"{value:,}"
    text = str(value).replace("\n", " ")
    if (parameter.facet(Folder) or parameter.facet(File)) and text:
        return text.removeprefix(ASSET).replace("\\", "/").rstrip("/").rpartition("/")[2] or text
    return text or (words("none") if not parameter.facet(Expression) else "")
