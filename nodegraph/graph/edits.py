"""Edits as frozen data: everything that can be done to a graph. `nodegraph.graph.edit` makes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nodegraph.graph.model import Edge, Group, Knob, Mode, Node, Note


@dataclass(frozen=True, slots=True)
class AddNode:
    """Adds a node whose id is still free (`new_id` makes one)."""

    node: Node


@dataclass(frozen=True, slots=True)
class RemoveNode:
    """Removes a node with its edges and knobs, and from its groups."""

    id: str


@dataclass(frozen=True, slots=True)
class Connect:
    """Adds an edge to an input that is still free, between nodes that are there, and that closes no loop."""

    edge: Edge


@dataclass(frozen=True, slots=True)
class Disconnect:
    """Removes an edge; what else the file said of it does not have to be named."""

    edge: Edge


@dataclass(frozen=True, slots=True)
class SetParam:
    """Sets a parameter to a JSON value."""

    node: str
    param: str
    value: Any


@dataclass(frozen=True, slots=True)
class ClearParam:
    """Lets a parameter have its default again."""

    node: str
    param: str


@dataclass(frozen=True, slots=True)
class SetLabel:
    """Sets a node's own title; "" for that of its type."""

    node: str
    label: str


@dataclass(frozen=True, slots=True)
class SetMode:
    """Sets a node's mode."""

    node: str
    mode: Mode


@dataclass(frozen=True, slots=True)
class SetUi:
    """Sets what the app remembers of a node, or of the graph where `node` is None."""

    node: str | None
    ui: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RenameNode:
    """Gives a node another id, also in the edges, knobs and groups that name it."""

    id: str
    new: str


@dataclass(frozen=True, slots=True)
class SetTitle:
    """Sets the graph's title."""

    title: str


@dataclass(frozen=True, slots=True)
class SetSeed:
    """Sets the graph's seed, 0 or more."""

    seed: int


@dataclass(frozen=True, slots=True)
class SetKnob:
    """Adds a knob, or replaces the one of this name."""

    knob: Knob


@dataclass(frozen=True, slots=True)
class RemoveKnob:
    """Removes a knob."""

    name: str


@dataclass(frozen=True, slots=True)
class SetGroups:
    """Sets all groups."""

    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class SetNotes:
    """Sets all notes."""

    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Several:
    """Edits one after the other, all of them or none."""

    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class Restore:
    """Puts parts of a graph back, the inverse of every edit: nodes by id (None: was not there) and other fields."""

    nodes: Mapping[str, Node | None] = field(default_factory=dict[str, Node | None])
    fields: Mapping[str, Any] = field(default_factory=dict[str, Any])


Edit = (
    AddNode | RemoveNode | Connect | Disconnect | SetParam | ClearParam | SetLabel | SetMode | SetUi | RenameNode
    | SetTitle | SetSeed | SetKnob | RemoveKnob | SetGroups | SetNotes | Several | Restore
)  # fmt: skip
