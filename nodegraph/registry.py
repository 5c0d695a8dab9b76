"""The registry: which node types and models are installed. A value made once and handed down; nothing registers itself.

A pack is an installed distribution with an entry point in the group `nodegraph.nodes` that names a module with `NODES`,
a tuple of node specs, and optionally one in `nodegraph.models` that names a module with `MODELS`, a tuple of model
entries.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from nodegraph.measures import Measure
from nodegraph.models.catalogue import ModelEntry
from nodegraph.models.hub_ids import hub_entry
from nodegraph.parameters import ModelOf
from nodegraph.problems import Problem
from nodegraph.specs import NodeSpec

NODE_GROUP = "nodegraph.nodes"
MODEL_GROUP = "nodegraph.models"


@dataclass(frozen=True)
class Registry:
    """Node specs by type and model entries by id, sorted; `packs` says which pack a node type is from.

    `problems` tells of packs that could not be loaded: the others still work.
    """

    nodes: Mapping[str, NodeSpec]
    models: Mapping[str, ModelEntry] = field(default_factory=dict[str, ModelEntry])
    packs: Mapping[str, str] = field(default_factory=dict[str, str])
    problems: tuple[Problem, ...] = ()

    def model(self, id: str, facet: ModelOf) -> ModelEntry | None:
        """The model with this id, of the catalogue or, where the parameter takes those, of the hub; else None."""
        entry = self.models.get(id)
        if entry is None and facet.hub:
            return hub_entry(id, facet.kind)
        return entry if entry is not None and entry.kind == facet.kind else None

    def models_of(self, kind: str) -> list[ModelEntry]:
        """The models of one kind ("clip", "captioner"), embedded ones first, then by size."""
        return sorted((m for m in self.models.values() if m.kind == kind), key=lambda m: (not m.embedded, m.bytes))


def registry_of(nodes: Iterable[NodeSpec], models: Iterable[ModelEntry] = ()) -> Registry:
    """A registry of exactly these, for tests and scripts."""
    return Registry({spec.type: spec for spec in nodes}, {entry.id: entry for entry in models})


def installed_registry() -> Registry:
    """The registry of all installed packs. A pack that fails to import is a problem, never a crash."""
    specs: dict[str, NodeSpec] = {}
    models: dict[str, ModelEntry] = {}
    packs: dict[str, str] = {}
    measures: dict[str, tuple[Measure, str]] = {}
    owners: dict[str, str] = {}
    problems: list[Problem] = []
    for point in sorted(entry_points(group=NODE_GROUP), key=_order):
        pack = point.dist.name if point.dist else point.name
        for spec in _items(point, "NODES", NodeSpec, problems):
            taken = {take.measure.name: take.measure for take in spec.takes.values()}
            if spec.type in specs:
                problems.append(_clash("node", spec.type, point, packs[spec.type]))
            elif strange := [name for name in taken if measures.get(name, (taken[name], ""))[0] is not taken[name]]:
                # their values are remembered by name: those of one would be taken for those of the other
                problems.append(_clash("measure", strange[0], point, measures[strange[0]][1]))
            else:
                specs[spec.type], packs[spec.type] = spec, pack
                measures = {name: (measure, pack) for name, measure in taken.items()} | measures
    for point in sorted(entry_points(group=MODEL_GROUP), key=_order):
        for entry in _items(point, "MODELS", ModelEntry, problems):
            if entry.id in models:
                problems.append(_clash("model", entry.id, point, owners[entry.id]))
                continue
            models[entry.id], owners[entry.id] = entry, point.dist.name if point.dist else point.name
    return Registry(dict(sorted(specs.items())), dict(sorted(models.items())), packs, tuple(problems))


def _order(point: EntryPoint) -> tuple[bool, str]:
    return (point.name != "nodegraph", point.name)


def _items(point: EntryPoint, attribute: str, kind: type[Any], problems: list[Problem]) -> list[Any]:
    try:
        loaded: Any = point.load()
        found: list[Any] = list(getattr(loaded, attribute, loaded))
        if strange := [item for item in found if not isinstance(item, kind)]:
            raise TypeError(f"{attribute} holds {strange[0]!r:.80}, which is no {kind.__name__}")
    except (Exception, SystemExit) as error:  # a broken pack of somebody else's must not take the others with it
        problems.append(
            Problem(
                "broken-pack",
                f"The pack {point.name} ({point.value}) could not be loaded: {type(error).__name__}: {error}.",
                "Update or uninstall it; the other packs work.",
                value=point.value,
                severity="warning",
            )
        )
        return []
    return found


def _clash(what: str, name: str, point: EntryPoint, owner: str) -> Problem:
    return Problem(
        f"{what}-clash",
        f"The pack {point.name} gives a {what} {name}, which {owner} gives already; that of {owner} is used.",
        f"Rename the {what} in one of them.",
        value=name,
        severity="warning",
    )
