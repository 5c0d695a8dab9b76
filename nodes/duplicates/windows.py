"""Candidates for crops: pairs of pictures of which a window of the one has nearly the hash of the whole other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nodegraph import Context
from nodes.duplicates.grouping import Pairs
from nodes.measures.crops import intervals

CONTAINERS = 32
"""Pictures whose windows are compared with all others at a time: the comparisons then stay in a processor's cache."""

NOTHING = np.uint16(0xFFFF)
WINDOW_BITS = 9


@dataclass(frozen=True)
class Candidates:
    """Pairs worth a closer look, in the order of their second, then first item.

    `pairs`: (m, 2), the smaller number first. `containers`, `crops`: which of the two may lie in which. `windows`:
    (m, 4), left, top, width and height as shares of the container's sides.
    """

    pairs: Pairs
    containers: NDArray[np.int64]
    crops: NDArray[np.int64]
    windows: NDArray[np.float64]


def candidates_of(hashes: NDArray[np.uint64], limit: int, context: Context) -> Candidates:
    """All pairs of which a window of either is at most `limit` bits from the other, each with its nearest window.

    `hashes`: (n, windows), the whole picture first, 0 for nothing to see. Of many pictures with one hash only the first
    is compared with the others; the copies share what it finds and are paired with it, so that thousands of copies make
    no millions of pairs.
    """
    seen = np.flatnonzero(hashes[:, 0])
    _, firsts, inverse = np.unique(hashes[seen, 0], return_index=True, return_inverse=True)
    kept, first_of = np.sort(seen[firsts]), seen[firsts][inverse.ravel()]
    found = _compared(hashes[kept], limit, context)  # container, crop, key
    found[:, :2] = kept[found[:, :2]]
    copies = {int(first): seen[first_of == first] for first in np.unique(first_of[first_of != seen])}
    more = [found]
    for first, same in copies.items():
        others = same[same != first]
        more.append(np.stack([np.full_like(others, first), others, np.zeros_like(others)], axis=1))
        for column in (0, 1):
            mine = found[(found[:, column] == first) & (found[:, 1 - column] < first)]
            for copy in others:
                inherited = mine.copy()
                inherited[:, column] = copy
                more.append(inherited)
    return _nearest(np.concatenate(more))


def _compared(hashes: NDArray[np.uint64], limit: int, context: Context) -> NDArray[np.int64]:
    """Rows of (container, crop, distance and window in one number), the nearest window of each ordered pair."""
    whole = np.ascontiguousarray(hashes[:, 0])
    rows: list[NDArray[np.int64]] = [np.zeros((0, 3), np.int64)]
    for start in range(0, len(hashes), CONTAINERS):
        if context.cancelled():
            break
        context.progress(start, len(hashes))
        block = np.ascontiguousarray(hashes[start : start + CONTAINERS].T)
        best = np.full((block.shape[1], len(whole)), NOTHING)
        flat = best.ravel()
        different = np.empty(best.shape, np.uint64)
        bits = np.empty(best.shape, np.uint8)
        for window, codes in enumerate(block):
            np.bitwise_xor(codes[:, None], whole[None, :], out=different)
            np.bitwise_count(different, out=bits)
            near = np.flatnonzero(bits.ravel() <= limit)
            flat[near] = np.minimum(flat[near], bits.ravel()[near].astype(np.uint16) << WINDOW_BITS | window)
        containers, crops = np.nonzero(best != NOTHING)
        apart = containers + start != crops
        containers, crops = containers[apart], crops[apart]
        keys = best[containers, crops].astype(np.int64)
        rows.append(np.stack([containers + start, crops, keys], axis=1))
    return np.concatenate(rows)


def _nearest(rows: NDArray[np.int64]) -> Candidates:
    """One candidate a pair: the direction with the nearest window; of equals the larger window."""
    low, high = rows[:, :2].min(axis=1), rows[:, :2].max(axis=1)
    order = np.lexsort((rows[:, 0], rows[:, 2], low, high))
    rows, pairs = rows[order], np.stack([low, high], axis=1)[order]
    new = np.ones(len(rows), np.bool_)
    new[1:] = (pairs[1:] != pairs[:-1]).any(axis=1)
    rows = rows[new]
    lines = intervals()
    down, across = np.divmod(rows[:, 2] & ((1 << WINDOW_BITS) - 1), len(lines))
    windows = np.stack([lines[across, 0], lines[down, 0], lines[across, 1], lines[down, 1]], axis=1)
    return Candidates(pairs[new], rows[:, 0], rows[:, 1], windows)
