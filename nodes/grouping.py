"""Groups of duplicates: near pairs among many hashes or vectors, and groups of them that do not run into chains."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import networkx as nx
import numpy as np
from numpy.typing import NDArray

Pairs = NDArray[np.int64]
"""Near pairs, shape (m, 2), the smaller index first."""

BLOCK = 1 << 20
"""Comparisons made at a time: small enough to stay in a processor's cache."""


@dataclass(frozen=True, slots=True)
class Group:
    """Duplicates of `leader`, the best of them, each with its distance to it."""

    leader: int
    others: tuple[tuple[int, float], ...]


def groups_of(
    pairs: Pairs, limit: float, distances: Callable[[int, NDArray[np.int64]], NDArray[np.float64]]
) -> list[Group]:
    """Groups of the items that `pairs` join, where a lower index is a better item. Each item is in at most one group.

    Connected items make a group when all are within `2 * limit` of its best item; `distances(item, others)` tells.
    Those farther away (the end of a chain in which only neighbours are alike) leave it and make groups of their own, by
    the same rule.
    """
    graph: nx.Graph[int] = nx.Graph()
    graph.add_edges_from(pairs.tolist())
    groups: list[Group] = []
    pending: list[set[int]] = list(nx.connected_components(graph))
    while pending:
        leader, *rest = sorted(pending.pop())
        if not rest:
            continue
        others = np.array(rest, np.int64)
        found = distances(leader, others)
        near = found <= 2 * limit
        members = zip(others[near].tolist(), found[near].tolist(), strict=True)
        groups.append(Group(leader, tuple(members)))
        pending += nx.connected_components(graph.subgraph(others[~near].tolist()))
    return sorted(groups, key=lambda group: group.leader)


def near_hashes(hashes: NDArray[np.uint64], limit: int) -> Pairs:
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
    for start in range(0, len(kept), step):
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


def near_vectors(vectors: NDArray[np.float32], least: float) -> Pairs:
    """Pairs of unit vectors whose cosine is at least `least`, by comparing all with all."""
    step = max(1, 4 * BLOCK // max(1, len(vectors)))
    found = [np.zeros((0, 2), np.int64)]
    for start in range(0, len(vectors), step):
        near = vectors[start : start + step] @ vectors[start:].T >= least
        found.append(_pairs_in(near, start, np.arange(len(vectors))))
    return np.concatenate(found)


def vector_distances(vectors: NDArray[np.float32]) -> Callable[[int, NDArray[np.int64]], NDArray[np.float64]]:
    """Cosine distances, 1 - cosine, from one unit vector to others."""

    def distances(item: int, others: NDArray[np.int64]) -> NDArray[np.float64]:
        return np.maximum(0.0, 1.0 - (vectors[others] @ vectors[item]).astype(np.float64))

    return distances


def _pairs_in(near: NDArray[np.bool_], start: int, items: NDArray[np.int64]) -> Pairs:
    rows, columns = np.nonzero(near)
    after = columns > rows
    return np.stack([items[start + rows[after]], items[start + columns[after]]], axis=1)
