"""Words and phrases of captions: splitting into words, and the phrases that stand in most captions of a set."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence

Phrase = tuple[str, ...]

LONGEST = 12
"""Words of the longest phrase that is looked for."""

FEWEST = 5
"""Captions that a set must have before "most of them" means anything."""

_WORD = re.compile(r"\w+(?:['’]\w+)*")


def words_of(text: str) -> list[str]:
    """The words of a text in lower case, without punctuation."""
    return _WORD.findall(text.casefold())


def common_phrases(texts: Sequence[Sequence[str]], share: float, shortest: int = 3) -> list[Phrase]:
    """Phrases of at least `shortest` words that stand in more than `share` of the texts, given as words.

    Only the longest are given: a part of a phrase counts alone only where it stands in texts in which the whole does
    not. None where there are fewer than `FEWEST` texts. Longer phrases are looked for only where both their ends are
    common, so the work grows with the texts and not with all that could be said.
    """
    if len(texts) < FEWEST:
        return []
    least = math.floor(share * len(texts)) + 1
    found: dict[Phrase, int] = {}
    shorter: Collection[Phrase] = {()}
    for length in range(1, LONGEST + 1):
        counts = Counter(phrase for words in texts for phrase in _phrases_in(words, length, shorter))
        common = {phrase: count for phrase, count in counts.items() if count >= least}
        if not common:
            break
        shorter = common.keys()
        if length >= shortest:
            found |= common
    longest = [phrase for phrase, count in found.items() if not _inside_another(phrase, count, found)]
    return sorted(longest, key=lambda phrase: (-found[phrase], phrase))


def _phrases_in(words: Sequence[str], length: int, shorter: Collection[Phrase]) -> set[Phrase]:
    """The phrases of this length in one text whose first and last part are among the `shorter` ones."""
    phrases = (tuple(words[start : start + length]) for start in range(len(words) - length + 1))
    return {phrase for phrase in phrases if phrase[1:] in shorter and phrase[:-1] in shorter}


def _inside_another(phrase: Phrase, count: int, found: dict[Phrase, int]) -> bool:
    return any(
        len(other) == len(phrase) + 1 and others == count and phrase in (other[1:], other[:-1])
        for other, others in found.items()
    )


def without(words: Sequence[str], phrases: Iterable[Phrase]) -> list[str]:
    """The words that stand in none of these phrases; longer phrases go first."""
    left = list(words)
    for phrase in sorted(phrases, key=lambda phrase: (-len(phrase), phrase)):
        left = _cut(left, phrase)
    return left


def _cut(words: Sequence[str], phrase: Phrase) -> list[str]:
    left: list[str] = []
    at = 0
    while at < len(words):
        if phrase and tuple(words[at : at + len(phrase)]) == phrase:
            at += len(phrase)
        else:
            left.append(words[at])
            at += 1
    return left
