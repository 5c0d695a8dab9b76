"""What nodes write: never where another export writes, as each would undo the other, nor into what a source reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from nodegraph.graph.model import Graph
from nodegraph.graph.paths import is_path, located, start_of, texts_of, writes
from nodegraph.parameters import with_defaults
from nodegraph.problems import Problem, ProblemError
from nodegraph.registry import Registry


@dataclass(frozen=True, slots=True)
class _Place:
    """One place that a node reads or writes: whose parameter names it, as it is written there and in full."""

    node: str
    param: str
    text: str
    path: Path
    written: bool


def target_problems(
    graph: Graph, registry: Registry, base: Path | None, out: Path | None, muted: frozenset[str]
) -> Iterator[Problem]:
    """A problem at each export that would write where another does or a source reads, or inside of it, or around it.

    And at each source that would unpack or download into what another one reads. A run refuses the former too, but only
    once everything before the export is done. With `base`, the folder of the graph's file, links count as what they
    lead to; `out` is where written paths lead from, if not from there. Nodes that do not run are no trouble.
    """
    sources = list(_places(graph, registry, base, out, muted, "source"))
    for place in sources:
        other = next((one for one in sources if place.written and _reads_around(one, place)), None)
        if other is not None:
            yield Problem(
                "target-in-source",
                f"Its pictures would be put where {other.node} has its own ({other.text!r}), "
                f"and {other.node} would take them for its own.",
                "Choose a folder outside of all other sources.",
                place.node,
                param=place.param,
                value=place.text,
            )
    known: list[_Place] = []
    for target in _places(graph, registry, base, out, muted, "export"):
        source = next((one for one in sources if _meet(one.path, target.path)), None)
        if source is not None:
            yield Problem(
                "target-in-source",
                f"This would be written to where {source.node} has its pictures ({source.text!r}), "
                "and sources are only read.",
                "Choose a place outside of all sources.",
                target.node,
                param=target.param,
                value=target.text,
            )
        other = next((one for one in known if _meet(one.path, target.path)), None)
        known.append(target)
        if other is None or other.node == target.node:
            continue
        yield Problem(
            "shared-target",
            f"{other.node} writes to {other.text!r}{_relation(target.path, other.path)}: "
            "each would undo the other's work.",
            "Give each export a place of its own.",
            target.node,
            param=target.param,
            value=target.text,
        )


def _places(
    graph: Graph,
    registry: Registry,
    base: Path | None,
    out: Path | None,
    muted: frozenset[str],
    kind: Literal["source", "export"],
) -> Iterator[_Place]:
    """What sources read or unpack into, or what exports write."""
    for id, node in graph.nodes.items():
        spec = registry.nodes.get(node.type)
        if spec is None or spec.kind != kind or node.mode != "normal" or id in muted:
            continue
        for name, value in with_defaults(spec.parameters, node.params).items():
            parameter = spec.parameters[name]
            if is_path(parameter) and (kind == "source" or writes(parameter)):
                for text in texts_of(value):
                    path = _full(text, start_of(parameter, base or Path.cwd(), out), links=base is not None)
                    if path is not None:
                        yield _Place(id, name, text, path, writes(parameter))


def _full(text: str, start: Path, *, links: bool) -> Path | None:
    try:
        path = located(text, start)
        return path.resolve() if links else path
    except (ProblemError, OSError, ValueError):  # told where parameters are checked
        return None


def _relation(path: Path, other: Path) -> str:
    if path == other:
        return ", too"
    return ", and this is inside of it" if path.is_relative_to(other) else ", which is inside of this"


def _reads_around(reader: _Place, writer: _Place) -> bool:
    return not reader.written and reader.node != writer.node and writer.path.is_relative_to(reader.path)


def _meet(one: Path, other: Path) -> bool:
    return one.is_relative_to(other) or other.is_relative_to(one)
