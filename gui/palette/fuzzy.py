"""Fuzzy search: how well a few typed letters fit a name. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

T = TypeVar("T")

PREFIX, WORD_PREFIX, INSIDE, WORDS, INITIALS, SCATTERED = 5.0, 4.0, 3.0, 2.75, 2.5, 1.0


def fit(query: str, text: str) -> float:
    """How well `query` fits `text`; 0 is not at all.

    Best is the start of the text, then the start of a word, inside, several words in any order, initials, scattered
    letters. Case is ignored. Of equal fits the shorter text is the better one.
    """
    wanted, given = query.casefold().strip(), text.casefold()
    if not wanted:
        return 1.0
    brevity = 0.5 / (1 + len(given))
    words = re.split(r"[^\w]+", given)
    if given.startswith(wanted):
        return PREFIX + brevity
    if any(word.startswith(wanted) for word in words):
        return WORD_PREFIX + brevity
    if wanted in given:
        return INSIDE + brevity
    parts = wanted.split()
    if len(parts) > 1 and all(any(word.startswith(part) for word in words) for part in parts):
        return WORDS + brevity
    if "".join(word[:1] for word in words).startswith(wanted):
        return INITIALS + brevity
    letters = iter(given)
    if all(letter in letters for letter in wanted.replace(" ", "")):
        return SCATTERED + brevity
    return 0.0


def ranked(
    query: str,
    items: Iterable[T],
    texts: Callable[[T], Sequence[str]],
    favoured: Callable[[T], float] = lambda _item: 0.0,
) -> list[T]:
    """The items that fit, best first. Of an item's `texts` the first counts most; `favoured` (0 to 1) breaks near ties.

    Letters scattered over a text count in the first one only: nearly every long text holds them somewhere. Without a
    query: all items, favoured ones first, else in their order.
    """
    scored: list[tuple[float, int, T]] = []
    for place, item in enumerate(items):
        fits = [fit(query, text) for text in texts(item)]
        best = max((one / (1 + 0.35 * rank) for rank, one in enumerate(fits) if rank == 0 or one > INITIALS), default=0)
        if best > 0:
            scored.append((-(best + favoured(item)), place, item))
    return [item for _score, _place, item in sorted(scored, key=lambda entry: entry[:2])]
