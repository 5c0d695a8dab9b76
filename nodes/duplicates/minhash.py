"""MinHash: sketches of sets by which those that share most of their pieces are found among very many.

Broder, "On the resemblance and containment of documents" (1997); in bands as in Leskovec, Rajaraman & Ullman, "Mining
of Massive Datasets", chapter 3. All sets are sketched together, since one at a time takes several times as long.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence, Set
from hashlib import sha1
from itertools import chain

import numpy as np
from numpy.typing import NDArray

PERMUTATIONS = 128
RECALL = 0.995
"""The chance that two sets which are just alike enough come to be compared at all."""

DEVIATIONS = 6

FEW = 64
"""Sets in common buckets that are looked at first; then twice as many, and so on, where more are wanted."""

AT_ONCE = 8_192
"""Pieces sketched together: what that makes stays in a processor's cache."""

Sketches = NDArray[np.uint32]
"""The least value of each permutation over the pieces of a set: (n, permutations)."""


def bands(least: float) -> tuple[int, int]:
    """Bands and rows a band: as many rows as still find a pair of just this likeness with the chance `RECALL`.

    Two sets of likeness s agree in a band of r rows with the chance s^r, and in one of b bands with 1 - (1 - s^r)^b.
    """
    for rows in range(PERMUTATIONS, 1, -1):
        count = PERMUTATIONS // rows
        if 1 - (1 - least**rows) ** count >= RECALL:
            return count, rows
    return PERMUTATIONS, 1


def sketches(sets: Sequence[Set[str]], permutations: int = PERMUTATIONS) -> Sketches:
    """The sketches of sets, none of them empty.

    A permutation is h -> a h + b modulo 2^32 with an odd a, over codes that MurmurHash3's last step has mixed.
    """
    draw = np.random.RandomState(1).randint
    factors = draw(0, 1 << 31, PERMUTATIONS, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    summands = draw(0, 1 << 32, PERMUTATIONS, dtype=np.uint32)
    factors, summands = factors[:permutations], summands[:permutations]
    codes, starts = _codes(sets), np.cumsum([0, *map(len, sets)])
    found = np.empty((len(sets), permutations), np.uint32)
    first = 0
    while first < len(sets):
        last = max(first + 1, int(np.searchsorted(starts, starts[first] + AT_ONCE, side="right")) - 1)
        values = codes[starts[first] : starts[last], None] * factors + summands
        found[first:last] = np.minimum.reduceat(values, starts[first:last] - starts[first], axis=0)
        first = last
    return found


def _codes(sets: Sequence[Set[str]]) -> NDArray[np.uint32]:
    """A code of 32 bits for each piece of each set, in the order in which the sets give them."""
    distinct = dict.fromkeys(chain.from_iterable(sets))
    digests = [sha1(piece.encode("utf-8", "surrogatepass"), usedforsecurity=False).digest()[:4] for piece in distinct]
    code_of = dict(zip(distinct, np.frombuffer(b"".join(digests), "<u4").tolist(), strict=True))
    codes = np.fromiter(map(code_of.__getitem__, chain.from_iterable(sets)), np.uint32)
    codes ^= codes >> np.uint32(16)
    codes *= np.uint32(0x85EBCA6B)
    codes ^= codes >> np.uint32(13)
    codes *= np.uint32(0xC2B2AE35)
    return codes ^ (codes >> np.uint32(16))


def candidates(sets: Sequence[Set[str]], least: float) -> Iterator[tuple[int, Iterator[int]]]:
    """Each set that may be as like as `least` to some before it, and those sets, in order. No set may be empty.

    They are looked for while they are asked for: of thousands of near copies mostly the first few are wanted.

    They agree in a band, and over all bands as often as two that are just so alike do, less six standard deviations:
    of a thousand million such pairs that leaves out about one.
    """
    count, rows = bands(least)
    found = sketches(sets, count * rows)
    enough = count * rows * least - DEVIATIONS * math.sqrt(count * rows * least * (1 - least))
    buckets: list[list[list[int]]] = [[] for _ in sets]
    for band in range(count):
        for bucket in _buckets(found[:, band * rows : (band + 1) * rows]):
            for item in bucket[1:]:
                buckets[item].append(bucket)
    for item, mine in enumerate(buckets):
        if mine:
            yield item, _agreeing(found, item, mine, enough)


def _agreeing(found: Sketches, item: int, buckets: Sequence[Sequence[int]], enough: float) -> Iterator[int]:
    """The sets before `item` that are in one of these buckets and agree with it in enough values, in order."""
    last, size, more = -1, FEW, True
    while more:
        near: set[int] = set()
        for bucket in buckets:
            start = bisect_right(bucket, last)
            near.update(bucket[start : min(start + size, bisect_left(bucket, item))])
        more = len(near) >= size  # else each bucket was read to its end
        others = np.fromiter(sorted(near)[:size], np.int64)  # none that is left lies between these
        agreeing = (found[others] == found[item]).sum(axis=1)
        yield from others[agreeing >= enough].tolist()
        last, size = int(others[-1]) if more else item, 2 * size


def _buckets(values: Sketches) -> Iterator[list[int]]:
    """The sets that have all these values in common, in order, two or more of them."""
    key = np.zeros(len(values), np.uint64)
    for column in values.T:  # as a polynomial: rows that are not equal get one key about never, and then are compared
        key = (key + column) * np.uint64(0x9E3779B97F4A7C15)
        key ^= key >> np.uint64(32)
    order = np.argsort(key, kind="stable")
    same = key[order[1:]] == key[order[:-1]]
    edges = np.flatnonzero(np.diff(np.concatenate([[False], same, [False]]).astype(np.int8)))
    for first, last in edges.reshape(-1, 2).tolist():
        yield order[first : last + 1].tolist()
