"""The context: the one object, besides its inputs and parameters, that a node function can ask for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np

from nodegraph.data.journal import Decisions, apart_in


@dataclass(frozen=True, slots=True)
class NodeCount:
    """How a node did: rows in, rows out through its first port, rows dropped and, among those, errors."""

    node: str
    type: str
    label: str
    rows_in: int
    rows_out: int
    dropped: int
    errors: int


@dataclass(frozen=True)
class Context:
    """What a node may know of the run. It can say things and ask whether to stop; it can change nothing.

    `upstream` are the counts of the nodes above this one, sources first. `thumbnail(cid)` gives the remembered
    thumbnail as the bytes of a JPEG file, or None. `sources` are the folders that were read: an export never writes
    there. In a `rehearsal` a source lists what is there already: it fetches and writes nothing. `decisions` are what
    people decided by hand at all nodes.
    """

    node: str
    title: str = ""
    seed: int = 0
    upstream: Sequence[NodeCount] = ()
    rehearsal: bool = False
    decisions: Decisions = field(default_factory=dict[str, Mapping[str, Mapping[str, str]]])
    sources: Sequence[Path] = ()
    thumbnail: Callable[[str], bytes | None] = lambda _cid: None
    notice: Callable[[str], None] = lambda _text: None
    progress: Callable[[int, int], None] = lambda _done, _total: None
    cancelled: Callable[[], bool] = lambda: False
    models: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def decided(self, field: str) -> Mapping[str, str]:
        """What people wrote by hand at this node under `field`, such as "verdict": content id -> value."""
        return self.decisions.get(self.node, {}).get(field, {})

    def apart(self) -> frozenset[frozenset[str]]:
        """Pairs of content ids that a person said are no duplicates of one another, at whichever node."""
        return apart_in(self.decisions)

    def random(self, seed: int, key: str = "") -> np.random.Generator:
        """A generator that depends on the graph's seed, the node's `seed` and `key` (a row's cid) alone."""
        material = f"{self.seed}\0{seed}\0{key}".encode()
        return np.random.default_rng(int.from_bytes(blake2b(material, digest_size=16).digest()))
