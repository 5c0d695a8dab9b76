"""Linting captions: each rule finds what it is for, and nothing in good captions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodes.captions.lint import RULES, lint
from nodes.captions.phrases import LONGEST, Phrase, common_phrases, without, words_of
from tests.nodes.tables import images

GOOD = [
    "a red cup on a wooden table",
    "two blue boats under a grey sky",
    "an old house behind tall trees",
    "the black cat sleeps in the sun",
    "a lamp hanging over green chairs",
]


def found(captions: Sequence[str | None], **params: Any) -> list[str]:
    """What is said of each caption."""
    return list(lint.function(images(len(captions), caption=list(captions)), **params)["lint"])


def flagged(caption: str, **params: Any) -> set[str]:
    """The rules that one caption breaks among good ones."""
    given_back = lint.function(images(len(GOOD) + 1, caption=[caption, *GOOD]), **params)
    rules = {rule for rule in RULES if given_back[f"lint_{rule}"][0]}
    assert given_back["lint_problems"][0] == len(rules)
    return rules


def test_nothing_is_wrong_with_good_captions() -> None:
    assert found(GOOD) == [""] * len(GOOD)


@pytest.mark.parametrize(
    ("caption", "rule", "params"),
    [
        (" ", "empty", {}),
        ("a cup", "short", {}),
        ("word " + "and another " * 40, "long", {"max_words": 60}),
        ("a cup on the table\nand a spoon beside it", "lines", {}),
        ("As an AI language model, I see a cup", "refusal", {}),
        ("I’m sorry, but that is not possible here", "refusal", {}),
        ("a masterpiece of a cup by the sea", "banned", {"banned": ["best quality", "Masterpiece"]}),
        ("a cup on the table of ohwxes", "trigger", {"trigger": "ohwx"}),
        ("a red red red cup on the table", "repeats", {}),
        ("a cup and a dog and a dog and a dog outside", "repeats", {}),
        (GOOD[1].upper() + "!", "duplicate", {}),
    ],
)
def test_each_rule_finds_what_it_is_for(caption: str, rule: str, params: dict[str, Any]) -> None:
    assert rule in flagged(caption, **params)


@pytest.mark.parametrize(
    "caption",
    [
        "the red red cup is on the table",
        "a sorry dog that cannot swim well",
        "ohwx, a cup on a table",
        "artful carts roll by",
    ],
)
def test_what_only_looks_like_a_fault_is_none(caption: str) -> None:
    assert flagged(caption, banned=["art", "cart"]) == set()


def test_tokens_come_from_a_column_and_unknown_ones_break_no_limit() -> None:
    rows = images(2, caption=GOOD[:2], caption_clip_tokens=[80, None])
    given_back = lint.function(rows, tokens="caption_clip_tokens")
    assert given_back["lint"] == ["80 tokens, over 77", ""]


def test_a_phrase_in_most_captions_is_told_but_the_trigger_word_is_none() -> None:
    captions = [f"ohwx, this image shows {caption}" for caption in GOOD]
    assert found(captions, trigger="ohwx") == ['has, like most, "this image shows"'] * 5
    assert found([f"my ohwx, {caption}" for caption in GOOD], trigger="my ohwx", phrase_words=2) == [""] * 5
    share = [*captions[:4], GOOD[4]]
    assert found(share, share=0.8) == [""] * 5
    assert found(share, share=0.75)[0] != ""


def test_empty_sets_and_sets_without_a_caption_are_linted() -> None:
    assert found([]) == []
    rows = images(2).with_columns({"caption": pl.Series([None, None])})
    assert lint.function(rows)["lint"] == ["no caption", "no caption"]


def test_limits_that_cross_are_told_while_wiring() -> None:
    assert [problem.code for problem in lint.check({"min_words": 9, "max_words": 3})] == ["limits-crossed"]


WORDS = st.lists(st.lists(st.sampled_from("abc"), max_size=8), max_size=9)


@given(WORDS, st.sampled_from([0.3, 0.5, 0.8]), st.integers(1, 3))
def test_common_phrases_are_those_that_counting_all_finds(texts: list[list[str]], share: float, least: int) -> None:
    """Against the plain way: count every phrase of every text, keep the common, drop parts of as common a whole."""
    counts: Counter[Phrase] = Counter()
    for words in texts:
        spans = {tuple(words[a:b]) for a in range(len(words)) for b in range(a + least, len(words) + 1)}
        counts.update(span for span in spans if len(span) <= LONGEST)
    common = {phrase: count for phrase, count in counts.items() if count > share * len(texts)}

    def is_part(phrase: Phrase) -> bool:
        wholes = [other for other in common if len(other) > len(phrase) and common[other] == common[phrase]]
        return any(phrase == other[at : at + len(phrase)] for other in wholes for at in range(len(other)))

    expected = {phrase for phrase in common if not is_part(phrase)} if len(texts) >= 5 else set()
    assert set(common_phrases(texts, share, least)) == expected


def test_words_are_taken_without_punctuation_and_case() -> None:
    assert words_of("It’s Tom's CAFÉ, no?") == ["it’s", "tom's", "café", "no"]


def test_phrases_are_taken_out_the_longer_first() -> None:
    assert without(["a", "b", "c", "a"], [("a",), ("a", "b")]) == ["c"]
    assert without(["a", "a", "a"], [("a", "a")]) == ["a"]
