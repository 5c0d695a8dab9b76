"""Freshness: which results still hold after an edit, told by a fingerprint of what a node's rows depend on. No Qt."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any

from gui.results import NodeState
from nodegraph.data.journal import apart_in, digest_of, read_journal
from nodegraph.graph.model import Graph, Node
from nodegraph.graph.paths import is_path, located
from nodegraph.parameters import with_defaults
from nodegraph.problems import ProblemError
from nodegraph.registry import Registry

EVERYWHERE = ""
"""Stands for a node's id where people decided something that holds at all nodes."""


class Fingerprints:
    """Makes the fingerprints of a graph's nodes; remembers the part that comes from the node alone.

    A fingerprint covers type, rev, parameters (a default counts as if it were written out, a path as where it leads),
    mode, what was decided by hand at the node, the graph's seed and the fingerprints of the inputs. Where a node is
    drawn and what it is called do not count.
    """

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._own: dict[str, tuple[Node, Path, bytes]] = {}

    def of(self, graph: Graph, base: Path, by_hand: Mapping[str, str] | None = None) -> dict[str, str]:
        """Fingerprint by node id. `base` is where relative paths lead from, `by_hand` what `HandWork` gives."""
        said = by_hand or {}
        own = {id: self._own_part(node, base) for id, node in graph.nodes.items()}
        found: dict[str, str] = {}
        for start in graph.nodes:
            path, opened = [start], set[str]()
            while path:
                id = path[-1]
                inputs = graph.inputs_of(id)
                above = {end.node for end in inputs.values() if end.node in graph.nodes and end.node not in found}
                if id not in found and (waiting := above - opened - {id}):
                    opened.add(id)
                    path += sorted(waiting)
                    continue
                path.pop()
                if id not in found:  # what is still missing above it now closes a loop: such a graph does not run
                    feeds = [[port, end.port, found.get(end.node, "")] for port, end in sorted(inputs.items())]
                    found[id] = _hash(own[id], graph.seed, said.get(id, "") + said.get(EVERYWHERE, ""), feeds)
        return found

    def _own_part(self, node: Node, base: Path) -> bytes:
        known = self._own.get(node.id)
        if known is not None and known[0] is node and known[1] == base:
            return known[2]
        made = json.dumps([node.type, node.rev, node.mode, self._params(node, base)], sort_keys=True).encode()
        self._own[node.id] = (node, base, made)
        return made

    def _params(self, node: Node, base: Path) -> Mapping[str, Any]:
        spec = self._registry.nodes.get(node.type)
        if spec is None:
            return node.params
        params = with_defaults(spec.parameters, node.params)
        return {
            name: _place(value, base) if is_path(spec.parameters[name]) else value for name, value in params.items()
        }


def _place(value: Any, base: Path) -> Any:
    if isinstance(value, list):
        return [_place(item, base) for item in value]
    if not isinstance(value, str) or not value:
        return value
    try:
        return str(located(value, base))
    except ProblemError:
        return value


def _hash(own: bytes, seed: int, by_hand: str, feeds: list[list[str]]) -> str:
    return blake2b(own + json.dumps([seed, by_hand, feeds]).encode(), digest_size=16).hexdigest()


@dataclass
class HandWork:
    """What people decided by hand at each node, as a digest; the journal is read again only where its file changed."""

    _stamp: tuple[Path, int, int] | None = None
    _digests: dict[str, str] = field(default_factory=dict[str, str])

    def of(self, journal: Path) -> dict[str, str]:
        """Digest by node id; nodes that nobody decided anything at are left out."""
        try:
            now = journal.stat()
            stamp = (journal, now.st_mtime_ns, now.st_size)
            if stamp != self._stamp:
                said = read_journal(journal).decisions
                self._stamp, self._digests = stamp, {node: digest_of({node: found}) for node, found in said.items()}
                if pairs := apart_in(said):  # they hold at every finder of duplicates
                    self._digests[EVERYWHERE] = json.dumps(sorted(map(sorted, pairs)))
        except (OSError, ProblemError):  # none yet; one that cannot be read is told where captions are shown
            self._stamp, self._digests = None, {}
        return self._digests


@dataclass(frozen=True, slots=True)
class Settled:
    """How a node came out of a run, and the fingerprint it had then."""

    fingerprint: str
    state: NodeState
    message: str = ""


@dataclass
class Freshness:
    """The fingerprints that the results on show belong to."""

    settled: dict[str, Settled] = field(default_factory=dict[str, Settled])

    def settle(self, node: str, fingerprint: str, state: NodeState, message: str = "") -> None:
        """Remembers how a node came out."""
        self.settled[node] = Settled(fingerprint, state, message)

    def now(self, node: str, fingerprint: str, *, has_rows: bool) -> tuple[NodeState, str] | None:
        """The state and message of a node that has this fingerprint now, or None where it never ran.

        An error that an edit may have mended is forgotten; taken back, the edit brings it again.
        """
        known = self.settled.get(node)
        if known is None:
            return None
        if known.fingerprint == fingerprint:
            return known.state, known.message
        return ("stale", "") if has_rows or known.state != "error" else ("ready", "")
