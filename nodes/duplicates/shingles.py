"""Shingles: texts as sets of overlapping pieces, how alike two such sets are, and near pairs among many of them.

Broder, "On the resemblance and containment of documents" (1997); Charikar, "Similarity estimation techniques from
rounding algorithms" (2002) for the 64-bit code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from nodegraph import Context
from nodes.duplicates.grouping import ALONE, Pairs
from nodes.duplicates.minhash import candidates

WORDS = 3
"""Words of a piece of a long text."""

CHARACTERS = 5
"""Characters of a piece of a short text."""

SHORT = 12
"""A text of fewer words is short: it has too few word pieces to tell how alike two are."""

MOST_NEIGHBOURS = 64
"""Pairs that a text makes with those before it; its group is the same with more."""


@dataclass(frozen=True, slots=True)
class Shingles:
    """A text as sets of pieces, as far as it is ever compared by them.

    `words` of a text that is not short, `characters` of one that is less than twice as long as a short one.
    """

    size: int
    words: frozenset[str]
    characters: frozenset[str]

    @property
    def own(self) -> frozenset[str]:
        """The pieces that suit the length of the text itself."""
        return self.characters if self.size < SHORT else self.words


def shingles_of(words: Sequence[str]) -> Shingles:
    """The shingles of a text that is given as its words."""
    size = len(words)
    runs = zip(*(words[start:] for start in range(WORDS)), strict=False)
    return Shingles(
        size,
        frozenset(map(" ".join, runs)) if size >= SHORT else frozenset(),
        _runs_of(" ".join(words)) if size < 2 * SHORT else frozenset(),
    )


def _runs_of(text: str) -> frozenset[str]:
    """All runs of characters; the whole text where it is shorter, nothing where there is nothing."""
    return frozenset([text[at : at + CHARACTERS] for at in range(max(1, len(text) - CHARACTERS + 1))] if text else [])


def likeness(one: Shingles, other: Shingles) -> float:
    """Jaccard similarity, 0 to 1: of the word pieces, or of the character pieces where either text is short.

    0 where one has more than twice the words of the other.
    """
    shorter, longer = (one.size, other.size) if one.size <= other.size else (other.size, one.size)
    if longer > 2 * shorter:
        return 0.0
    return jaccard(one.characters, other.characters) if shorter < SHORT else jaccard(one.words, other.words)


def jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    """The share of all pieces of two sets that both have; 0 where neither has any."""
    both = len(one & other)
    return both / (len(one) + len(other) - both) if both else 0.0


def distances(texts: Sequence[Shingles]) -> Callable[[int, NDArray[np.int64]], NDArray[np.float64]]:
    """Distances, 1 - likeness, from one text to others."""

    def distances_from(item: int, others: NDArray[np.int64]) -> NDArray[np.float64]:
        return np.array([1.0 - likeness(texts[item], texts[other]) for other in others], np.float64)

    return distances_from


def near_texts(texts: Sequence[Shingles], least: float, context: Context = ALONE) -> Pairs:
    """Pairs of texts whose likeness is at least `least`. A text without a word has no pair.

    Candidates come from MinHash bands and each is held against its true likeness, so no pair is wrong and one that is
    just alike enough is found with a chance of 99.5 %, others with more. Texts with the same pieces are joined to the
    first of them alone, and each text to 64 before it at most, so that thousands of near copies do not make millions of
    pairs. Two texts are compared by characters where either is short, so those near the border of short are looked up
    both ways.
    """
    firsts: dict[tuple[frozenset[str], bool], int] = {}
    copies: list[tuple[int, int]] = []
    for item, text in enumerate(texts):
        first = firsts.setdefault((text.own, text.size < SHORT), item) if text.own else item
        if first != item:
            copies.append((first, item))
    items = list(firsts.values())
    by_characters = [item for item in items if texts[item].size < 2 * SHORT]  # a longer one is like no short text
    by_words = [item for item in items if texts[item].size >= SHORT]
    near = {
        *_near(texts, by_characters, [texts[item].characters for item in by_characters], least, context),
        *_near(texts, by_words, [texts[item].words for item in by_words], least, context),
    }
    return np.array([*copies, *sorted(near)], np.int64).reshape(-1, 2)


def _near(
    texts: Sequence[Shingles],
    items: Sequence[int],
    sets: Sequence[frozenset[str]],
    least: float,
    context: Context,
) -> Iterator[tuple[int, int]]:
    for number, earlier in candidates(sets, least):
        if context.cancelled():
            return
        item = items[number]
        others = (items[other] for other in earlier)
        near = (other for other in others if likeness(texts[other], texts[item]) >= least)
        yield from ((other, item) for other in islice(near, MOST_NEIGHBOURS))


def simhashes(sets: Sequence[frozenset[str]]) -> NDArray[np.uint64]:
    """Codes of 64 bits, shape (n, 1): sets that share most of their pieces differ in few bits."""
    codes = np.zeros((len(sets), 1), np.uint64)
    weights = np.uint64(1) << np.arange(64, dtype=np.uint64)
    for row, found in enumerate(sets):
        if found:
            digests = b"".join(
                blake2b(piece.encode("utf-8", "surrogatepass"), digest_size=8).digest() for piece in found
            )
            bits = np.unpackbits(np.frombuffer(digests, np.uint8).reshape(-1, 8), axis=1)
            codes[row, 0] = weights[2 * bits.sum(axis=0, dtype=np.int64) > len(found)].sum(dtype=np.uint64)
    return codes
