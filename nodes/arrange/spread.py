"""Choosing vectors that cover a cloud of them: farthest points, and one of each cluster. Deterministic, in blocks."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]
Indices = NDArray[np.int64]

DECIMALS = 3
"""Distances that agree to this are equal: the last digits of an embedding depend on what else was in its batch."""

BLOCK = 1 << 22
"""Numbers of a block of cosines, 16 MB of them."""

ROUNDS = 12
"""Rounds of k-means after which it ends though some rows still change their cluster: the gain is small by then."""

Step = Callable[[int], bool]
"""Hears how much is done; the work ends early where it gives False."""


def farthest(vectors: Matrix, k: int, preference: Indices, step: Step, chosen: Sequence[int] = ()) -> list[int]:
    """Indices of `k` of the unit vectors (n, d), `chosen` first: each next one is the farthest from those before it.

    Gonzalez, "Clustering to minimize the maximum intercluster distance" (1985): its covering radius is at most twice
    the best possible. Distances are 1 - cosine, rounded to `DECIMALS`; among equally far ones the lowest `preference`
    wins, which must be different for each. The first of all is the most preferred. Time O(k n d), memory O(n).
    """
    distances = np.full(len(vectors), np.inf, np.float32)
    picks: list[int] = []
    waiting = list(chosen)
    while len(picks) < min(k, len(vectors)) and step(len(picks)):
        if waiting:
            pick = waiting.pop(0)
        else:
            far = np.round(distances, DECIMALS)
            ties = np.flatnonzero(far == far.max())
            pick = int(ties[preference[ties].argmin()])
        picks.append(pick)
        np.minimum(distances, 1 - vectors @ vectors[pick], out=distances)
        distances[picks] = -np.inf
    return picks


def clusters(vectors: Matrix, k: int, lots: Indices, step: Step) -> tuple[Indices, Matrix]:
    """Spherical k-means of unit vectors (n, d), n > 0: a label from 0 to k - 1 each, and the unit centres (k, d).

    Lloyd's rounds from the `k` vectors with the lowest `lots`, at most `ROUNDS`. A centre that lost all of its vectors
    stays where it was, so some labels may be nobody's. Time O(ROUNDS n k d).
    """
    order = np.argsort(lots, kind="stable")
    centres = vectors[order[:k]].copy()
    labels = np.full(len(vectors), -1, np.int64)
    for round_number in range(ROUNDS):
        if not step(round_number):
            break
        before, labels = labels, nearest_of(vectors, centres)[0]
        if (labels == before).all():
            break
        sums = _sums(vectors, labels, len(centres))
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        found = np.divide(sums, lengths, out=centres.astype(np.float64), where=lengths > 1e-9)
        centres = found.astype(np.float32)
    return labels, centres


def nearest_of(vectors: Matrix, centres: Matrix) -> tuple[Indices, Matrix]:
    """For each vector (n, d) the index of the nearest centre (k, d), the first of equal ones, and its distance."""
    labels = np.zeros(len(vectors), np.int64)
    distances = np.zeros(len(vectors), np.float32)
    size = max(1, BLOCK // max(1, len(centres)))
    for start in range(0, len(vectors), size):
        cosines = vectors[start : start + size] @ centres.T
        labels[start : start + size] = cosines.argmax(axis=1)
        distances[start : start + size] = 1 - cosines.max(axis=1)
    return labels, distances


def _sums(vectors: Matrix, labels: Indices, k: int) -> NDArray[np.float64]:
    sums = np.zeros((k, vectors.shape[1]))
    size = max(1, BLOCK // max(1, vectors.shape[1]))
    for start in range(0, len(vectors), size):
        part = labels[start : start + size]
        order = np.argsort(part, kind="stable")
        own, firsts = np.unique(part[order], return_index=True)
        rows = vectors[start : start + size][order].astype(np.float64)
        sums[own] += np.add.reduceat(rows, firsts, axis=0)
    return sums
