"""Terms: groups of words that are looked for in captions, whole words only, in any case. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

MOST_GROUPS = 40
MOST_TERMS = 400

LEXICON = """\
women: woman, women, female, girl, girls, lady, ladies, she, her, mother, wife, bride, businesswoman, actress
men: man, men, male, boy, boys, gentleman, gentlemen, he, his, him, father, husband, groom, businessman, actor
children: child, children, kid, kids, baby, babies, toddler, infant, boy, boys, girl, girls, teenager, teenagers
older people: elderly, senior, seniors, old man, old woman, old people, grandmother, grandfather, grandma, grandpa
African or Black people: black man, black woman, black men, black women, black people, african, african american
Asian people: asian, east asian, south asian, chinese, japanese, korean, indian man, indian woman
European or white people: white man, white woman, white men, white women, white people, caucasian, european
Latin American people: latino, latina, latinx, hispanic, latin american, mexican, brazilian
Middle Eastern people: middle eastern, arab, arabic, persian, turkish
people with disabilities: wheelchair, disabled, disability, blind man, blind woman, deaf, prosthetic, amputee
religion: church, mosque, temple, synagogue, priest, nun, monk, imam, rabbi, hijab, turban, praying"""
"""Words that captions in English tell people by; short, and to be changed. It names what is counted, and no more."""


@dataclass(frozen=True, slots=True)
class Terms:
    """A group of terms and the pattern that finds any of them."""

    name: str
    words: tuple[str, ...]
    pattern: re.Pattern[str]

    def found_in(self, caption: str) -> frozenset[str]:
        """The terms that stand in a caption that `plain` has prepared."""
        return frozenset(self.pattern.findall(caption))


def parse_lexicon(text: str) -> list[Terms]:
    """The groups of a text with a line each: "women: woman, women, girl". Raises ValueError, with a sentence."""
    groups: dict[str, list[str]] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        name, colon, rest = line.partition(":")
        words = [plain(word) for word in rest.split(",") if word.strip()]
        if not colon or not name.strip() or not words:
            raise ValueError(f"{line[:60]!r} is not a name, a colon and words with commas between them")
        groups.setdefault(name.strip(), []).extend(words)
    if len(groups) > MOST_GROUPS or sum(map(len, groups.values())) > MOST_TERMS:
        raise ValueError(f"there are more than {MOST_GROUPS} groups or {MOST_TERMS} terms")
    return [Terms(name, tuple(dict.fromkeys(words)), _pattern(words)) for name, words in groups.items()]


def plain(text: str) -> str:
    """The text in lower case with single spaces, as terms are looked for in it."""
    return " ".join(text.casefold().split())


def counts_of(terms: Terms, captions: Sequence[str]) -> tuple[list[bool], Counter[str]]:
    """Which of the captions have any of the terms, and in how many each term stands."""
    found = [terms.found_in(caption) for caption in captions]
    return [bool(one) for one in found], Counter(word for one in found for word in one)


def _pattern(words: Sequence[str]) -> re.Pattern[str]:
    # longer terms first, so that "old man" is not taken for "man"; no letter or digit on either side
    ordered = sorted(set(words), key=lambda word: (-len(word), word))
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, ordered))})(?!\w)")
