"""Candidates for crops: pairs of pictures of which a window of the one has nearly the hash of the whole other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nodegraph import Context
from nodes.duplicates.grouping import Pairs, starts
from nodes.measures.crops import intervals

TABLE = 1 << 23
"""Ordered pairs that are looked up at a time, which bounds the memory that takes."""

CONTAINERS = 32
"""Pictures whose windows are compared with all others at a time: the comparisons then stay in a processor's cache."""

AT_ONCE = 1 << 20
"""Pairs that were looked up and are compared at a time, for the same reason."""

LOOKED_UP = 8
"""Such a comparison takes about so many times as long as one of all with all."""

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
    """Rows of (container, crop, distance and window in one number), the nearest window of each ordered pair.

    Multi-index hashing: of 64 bits in four parts, one part at least differs in few bits, so that only windows with
    nearly the same 16 bits are compared (Norouzi, Punjani & Fleet, "Fast search in Hamming space", 2012). Where too
    many have them, as among the frames of a film, all are.
    """
    whole = np.ascontiguousarray(hashes[:, 0])
    rows: list[NDArray[np.int64]] = [np.zeros((0, 3), np.int64)]
    step = max(CONTAINERS, TABLE // max(1, len(whole)))
    for start in starts(len(hashes), step, context):
        block = np.ascontiguousarray(hashes[start : start + step])
        best = np.full((len(block), len(whole)), NOTHING)
        parts = [_Part(block, whole, part, (limit + 1 + 3 - part) // 4 - 1) for part in range(4)]
        if sum(part.comparisons for part in parts) * LOOKED_UP < block.size * len(whole):
            for part in parts:
                part.compare(best, limit)
        else:
            for first in range(0, len(block), CONTAINERS):
                _compare_all(block[first : first + CONTAINERS], whole, best[first : first + CONTAINERS], limit)
        containers, crops = np.nonzero(best != NOTHING)
        apart = containers + start != crops
        containers, crops = containers[apart], crops[apart]
        keys = best[containers, crops].astype(np.int64)
        rows.append(np.stack([containers + start, crops, keys], axis=1))
    return np.concatenate(rows)


class _Part:
    """Windows in the order of 16 of their bits, to be looked up by what differs from that in at most `most` bits."""

    def __init__(self, block: NDArray[np.uint64], whole: NDArray[np.uint64], part: int, most: int) -> None:
        codes, self._windows = block.ravel(), block.shape[1]
        keys = codes.view(np.uint16).reshape(-1, 4)[:, part]
        self._order = np.argsort(keys, kind="stable")
        self._codes = codes[self._order]
        self._counts = np.bincount(keys, minlength=1 << 16)
        self._ends = np.cumsum(self._counts)
        own = whole.view(np.uint16).reshape(-1, 4)[:, part]
        self._crops = np.argsort(own, kind="stable")  # neighbours in memory are then looked up one after the other
        self._keys, self._whole = own[self._crops], whole[self._crops]
        values = np.arange(1 << 16, dtype=np.uint16)
        self._changes = values[np.bitwise_count(values) <= most] if most >= 0 else values[:0]
        self.comparisons = sum(int(self._counts[self._keys ^ change].sum()) for change in self._changes)

    def compare(self, best: NDArray[np.uint16], limit: int) -> None:
        """Writes the nearest window of each pair (container, crop) with nearly the same 16 bits into `best`."""
        for change in self._changes:
            keys = self._keys ^ change
            ends = np.cumsum(self._counts[keys])
            first = 0
            while first < len(keys):
                done = int(ends[first - 1]) if first else 0
                last = max(first + 1, int(np.searchsorted(ends, done + AT_ONCE, side="right")))
                self._compare_some(keys[first:last], first, best, limit)
                first = last

    def _compare_some(self, keys: NDArray[np.uint16], start: int, best: NDArray[np.uint16], limit: int) -> None:
        counts = self._counts[keys]
        ends = np.cumsum(counts)
        at = np.arange(ends[-1]) + np.repeat(self._ends[keys] - ends, counts)
        bits = np.bitwise_count(self._codes[at] ^ np.repeat(self._whole[start : start + len(keys)], counts))
        near = np.flatnonzero(bits <= limit)
        containers, windows = np.divmod(self._order[at[near]], self._windows)
        crops = self._crops[start + np.searchsorted(ends, near, side="right")]
        key = bits[near].astype(np.uint16) << WINDOW_BITS | windows.astype(np.uint16)
        np.minimum.at(best, (containers, crops), key)


def _compare_all(block: NDArray[np.uint64], whole: NDArray[np.uint64], best: NDArray[np.uint16], limit: int) -> None:
    """Writes the nearest window of each pair (container, crop) into `best`."""
    flat = best.reshape(-1)
    different = np.empty(best.shape, np.uint64)
    bits = np.empty(best.shape, np.uint8)
    for window, codes in enumerate(np.ascontiguousarray(block.T)):
        np.bitwise_xor(codes[:, None], whole[None, :], out=different)
        np.bitwise_count(different, out=bits)
        near = np.flatnonzero(bits.ravel() <= limit)
        flat[near] = np.minimum(flat[near], bits.ravel()[near].astype(np.uint16) << WINDOW_BITS | window)


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
