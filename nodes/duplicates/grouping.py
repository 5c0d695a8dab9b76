"""Groups of duplicates: near pairs among many hashes or vectors, and groups of them that do not run into chains."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass
from types import MappingProxyType

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from nodegraph import Context

Pairs = NDArray[np.int64]
"""Near pairs, shape (m, 2), the smaller index first."""

Apart = Mapping[int, Set[int]]
"""Items that must never be in one group: for each, the others."""

BLOCK = 1 << 20
"""Comparisons made at a time: small enough to stay in a processor's cache."""


NONE_APART: Apart = MappingProxyType({})
ALONE = Context("")
"""For a search that nobody watches or stops."""


@dataclass(frozen=True, slots=True)
class Group:
    """Duplicates of `leader`, the best of them, each with its distance to it."""

    leader: int
    others: tuple[tuple[int, float], ...]

    @property
    def members(self) -> tuple[int, ...]:
        """All items of it, the leader first."""
        return (self.leader, *(item for item, _ in self.others))


def groups_of(
    pairs: Pairs,
    limit: float,
    distances: Callable[[int, NDArray[np.int64]], NDArray[np.float64]],
    apart: Apart = NONE_APART,
) -> list[Group]:
    """Groups of the items that `pairs` join, where a lower index is a better item. Each item is in at most one group.

    Connected items make a group when all are within `2 * limit` of its best item; `distances(item, others)` tells.
    Those farther away (the end of a chain in which only neighbours are alike) leave it and make groups of their own, by
    the same rule, and so does one that is `apart` from a better item of the group.
    """
    graph: nx.Graph[int] = nx.Graph()
    graph.add_edges_from((one, other) for one, other in pairs.tolist() if other not in apart.get(one, ()))
    groups: list[Group] = []
    pending: list[set[int]] = list(nx.connected_components(graph))
    while pending:
        leader, *rest = sorted(pending.pop())
        if not rest:
            continue
        members, left = {leader: 0.0}, list[int]()
        for item, distance in zip(rest, distances(leader, np.array(rest, np.int64)).tolist(), strict=True):
            if distance <= 2 * limit and members.keys().isdisjoint(apart.get(item, ())):
                members[item] = distance
            else:
                left.append(item)
        groups.append(Group(leader, tuple(members.items())[1:]))
        pending += nx.connected_components(graph.subgraph(left))
    return sorted((group for group in groups if group.others), key=lambda group: group.leader)


def stars(
    pairs: Pairs,
    limit: float,
    distances: Callable[[NDArray[np.int64]], NDArray[np.float64]],
    apart: Apart = NONE_APART,
) -> list[Group]:
    """Groups in which every item is within `limit` of the best: an item joins the best of its partners that leads.

    `pairs` are in the order of their second, then first item. `distances(which)` measures the pairs of these numbers;
    it is dear, so it is asked only for what can still matter, many at a time. An item never joins a group with one that
    it is `apart` from.
    """
    waiting: dict[int, deque[int]] = {}
    for number, item in enumerate(pairs[:, 1].tolist()):
        waiting.setdefault(item, deque()).append(number)
    partner = pairs[:, 0].tolist()
    found: dict[int, dict[int, float]] = {}  # leader -> its others
    joined: set[int] = set()
    while waiting:
        asked: list[tuple[int, int]] = []
        for item, numbers in list(waiting.items()):
            while numbers and (partner[numbers[0]] in joined or _bars(apart, item, partner[numbers[0]], found)):
                numbers.popleft()
            if not numbers:
                del waiting[item]  # nobody to join: it may lead
            elif partner[numbers[0]] not in waiting:
                asked.append((item, numbers.popleft()))
        measured = distances(np.array([number for _, number in asked], np.int64)).tolist()
        for (item, number), distance in zip(asked, measured, strict=True):
            leader = partner[number]
            if distance <= limit and not _bars(apart, item, leader, found):
                found.setdefault(leader, {})[item] = distance
                joined.add(item)
                del waiting[item]
    return [Group(leader, tuple(sorted(others.items()))) for leader, others in sorted(found.items())]


def _bars(apart: Apart, item: int, leader: int, found: Mapping[int, Mapping[int, float]]) -> bool:
    strangers = apart.get(item, ())
    return leader in strangers or not found.get(leader, {}).keys().isdisjoint(strangers)


def starts(count: int, step: int, context: Context) -> Iterator[int]:
    """Where the blocks of a search begin, until the run is cancelled; it is told how far the search is."""
    for start in range(0, count, step):
        if context.cancelled():
            return
        context.progress(start, count)
        yield start


def near_hashes(hashes: NDArray[np.uint64], limit: int, context: Context = ALONE) -> Pairs:
    """Pairs of items at most `limit` bits apart, by comparing all with all.

    `hashes` has a row an item and a column an orientation, the upright one first; the distance of two items is the
    least of those between any orientation of the one and the other upright. Many items of one and the same hash are
    joined to the first of them alone, so that thousands of copies do not make millions of pairs.
    """
    _, firsts, inverse = np.unique(hashes, axis=0, return_index=True, return_inverse=True)
    first_of = firsts[inverse.ravel()]
    copies = np.flatnonzero(first_of != np.arange(len(hashes)))
    kept = np.sort(firsts)
    found = [np.stack([first_of[copies], copies], axis=1)]
    upright = np.ascontiguousarray(hashes[kept, 0])
    step = max(1, BLOCK // max(1, len(kept)))
    for start in starts(len(kept), step, context):
        block = hashes[kept[start : start + step]]
        others = upright[start:]
        near = np.zeros((len(block), len(others)), np.bool_)
        for column in range(hashes.shape[1]):
            near |= np.bitwise_count(block[:, column, None] ^ others[None, :]) <= limit
        found.append(_pairs_in(near, start, kept))
    return np.concatenate(found)


def hash_distances(hashes: NDArray[np.uint64]) -> Callable[[int, NDArray[np.int64]], NDArray[np.float64]]:
    """Distances in bits from one item to others, the least over the orientations of either."""

    def distances(item: int, others: NDArray[np.int64]) -> NDArray[np.float64]:
        there = np.bitwise_count(hashes[item][None, :] ^ hashes[others, 0][:, None]).min(axis=1)
        back = np.bitwise_count(hashes[others] ^ hashes[item, 0]).min(axis=1)
        return np.minimum(there, back).astype(np.float64)

    return distances


def near_vectors(vectors: NDArray[np.float32], least: float, context: Context = ALONE) -> Pairs:
    """Pairs of unit vectors whose cosine is at least `least`, by comparing all with all."""
    step = max(1, 4 * BLOCK // max(1, len(vectors)))
    found = [np.zeros((0, 2), np.int64)]
    for start in starts(len(vectors), step, context):
        near = vectors[start : start + step] @ vectors[start:].T >= least
        found.append(_pairs_in(near, start, np.arange(len(vectors))))
    return np.concatenate(found)


def vector_distances(vectors: NDArray[np.float32]) -> Callable[[int, NDArray[np.int64]], NDArray[np.float64]]:
    """Cosine distances, 1 - cosine, from one unit vector to others."""

    def distances(item: int, others: NDArray[np.int64]) -> NDArray[np.float64]:
        return np.maximum(0.0, 1.0 - (vectors[others] @ vectors[item]).astype(np.float64))

    return distances


def _pairs_in(near: NDArray[np.bool_], start: int, items: NDArray[np.int64]) -> Pairs:
    rows, columns = np.divmod(np.flatnonzero(near), near.shape[1])  # four times as fast as nonzero in two dimensions
    after = columns > rows
    return np.stack([items[start + rows[after]], items[start + columns[after]]], axis=1)
