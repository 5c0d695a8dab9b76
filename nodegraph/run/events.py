"""Events: what a run says while it goes on, as frozen data that can be written as JSON lines or sent through a pipe."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from nodegraph.context import NodeCount


@dataclass(frozen=True, slots=True)
class StepStarted:
    """Step `index` of `count` begins: a source, stage, barrier or measures for a barrier; `rows` None is unknown."""

    index: int
    count: int
    kind: str
    nodes: tuple[str, ...]
    rows: int | None


@dataclass(frozen=True, slots=True)
class StepProgress:
    """How far the step is: rows done of all, after `seconds`."""

    index: int
    done: int
    rows: int
    seconds: float


@dataclass(frozen=True, slots=True)
class StepDone:
    """The step is done."""

    index: int
    seconds: float


@dataclass(frozen=True, slots=True)
class NodeProgress:
    """The counts of a node so far; the last one for a node, with `done`, is final.

    `seconds` is what its measures took of the run's time so far: threads that measure side by side share it. A measure
    that several nodes share counts for the one that asked for it first.
    """

    count: NodeCount
    done: bool
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class NodePreview:
    """Content keys of the latest few rows that a node gave: their thumbnails are remembered."""

    node: str
    contents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence for the log, from a node ("" from the run itself)."""

    node: str
    text: str


@dataclass(frozen=True, slots=True)
class ModelAnnounced:
    """A model is going to be downloaded: what, how large, under which licence."""

    id: str
    title: str
    bytes: int
    licence: str


@dataclass(frozen=True, slots=True)
class ModelProgress:
    """Bytes of a model that have come, of all."""

    id: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Summary:
    """The last event of a run. `exit`: 0 ok, 3 done but some rows had errors, 130 cancelled."""

    exit: int
    decodes: int
    model_calls: int
    cache_hits: int
    cache_misses: int
    nodes: Mapping[str, Mapping[str, int]]
    measures: Mapping[str, Mapping[str, int]]
    digest: str
    out: tuple[str, ...]
    receipt: str
    seconds: float = field(default=0.0)


Event = (
    StepStarted
    | StepProgress
    | StepDone
    | NodeProgress
    | NodePreview
    | Notice
    | ModelAnnounced
    | ModelProgress
    | Summary
)
Listener = Callable[[Event], None]

_NAMES: dict[type[Any], str] = {
    StepStarted: "step-started",
    StepProgress: "step-progress",
    StepDone: "step-done",
    NodeProgress: "node",
    NodePreview: "preview",
    Notice: "notice",
    ModelAnnounced: "model",
    ModelProgress: "model-progress",
    Summary: "summary",
}


def as_dict(event: Event) -> dict[str, Any]:
    """The event as plain data with its name under "event"."""
    plain: dict[str, Any] = {"event": _NAMES[type(event)]}
    for item in fields(event):
        value = getattr(event, item.name)
        if isinstance(value, NodeCount):
            plain |= {"node": value.node, "type": value.type, "label": value.label}
            plain |= {"in": value.rows_in, "out": value.rows_out, "dropped": value.dropped, "errors": value.errors}
        else:
            plain[item.name] = value
    return plain
