"""The text filter: what each rule drops and says, what it does with missing texts, and that no pattern can hang it."""

from __future__ import annotations

import time
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodes.captions.text_filter import text_filter
from tests.nodes.tables import images, kept


def verdict(caption: str | None, **params: Any) -> tuple[bool, str | None, str | None]:
    """Kept or not, the rule and the reason, for one row."""
    columns = params.pop("columns", {})
    found = text_filter.function(images(1, caption=[caption], **columns), **params)
    return found.mask[0], found.rule[0], found.reason[0]


@pytest.mark.parametrize(
    ("caption", "params", "rule", "reason"),
    [
        ("one, two!", {"min_words": 3}, "short", "caption has 2 words, under 3"),
        ("one two three", {"max_words": 2}, "long", "caption has 3 words, over 2"),
        (" ab ", {"min_characters": 3}, "short", "caption has 2 characters, under 3"),
        ("abcd", {"max_characters": 3}, "long", "caption has 4 characters, over 3"),
        ("a cat", {"allow": "(?i)DOG|bird"}, "not-allowed", "caption does not match (?i)DOG|bird"),
        ("img_0012 cat", {"block": r"img_\d+"}, "blocked", 'caption has "img_0012"'),
        ("Fine ART", {"blocked_words": ["nsfw", "art"]}, "blocked-word", 'caption has "ART"'),
        ("{found} {0}", {"block": r"\{\w+\}"}, "blocked", 'caption has "{found}"'),
    ],
)
def test_each_rule_drops_and_says_why(caption: str, params: dict[str, Any], rule: str, reason: str) -> None:
    assert verdict(caption, **params) == (False, rule, reason)


@pytest.mark.parametrize(
    ("caption", "params"),
    [
        ("one two", {"min_words": 2, "max_words": 2}),
        ("a cart", {"blocked_words": ["art"]}),
        ("a dog", {"allow": "dog", "block": "cat"}),
    ],
)
def test_what_breaks_no_rule_stays(caption: str, params: dict[str, Any]) -> None:
    assert verdict(caption, **params) == (True, None, None)


def test_the_language_and_how_sure_it_is_are_read_from_columns() -> None:
    rows = images(
        4, caption=["some words"] * 4, language=["en", "EN", "de", None], sure=pl.Series([0.9, 0.5, 0.99, None])
    )
    found = text_filter.function(rows, language="en", language_column="language", confidence_column="sure")
    assert found.mask.to_list() == [True, False, False, False]
    assert found.rule.to_list() == [None, "language-unsure", "language", "not-measured"]
    assert found.review.to_list() == [False, False, False, True]
    assert found.reason.to_list()[1:] == [
        "its language is told with a confidence of 0.5, under 0.8",
        "its language is de, not en",
        "its language was not told",
    ]


@pytest.mark.parametrize(("on_null", "is_kept", "reviewed"), [("keep", 1, 0), ("drop", 0, 0), ("review", 0, 1)])
def test_a_row_without_a_text_goes_where_it_is_told(on_null: str, is_kept: int, reviewed: int) -> None:
    found = text_filter.function(images(2, caption=[" ", None]), on_null=on_null)
    assert (found.mask.to_list(), found.review.to_list()) == ([bool(is_kept)] * 2, [bool(reviewed)] * 2)


def test_a_broken_rule_drops_a_row_even_where_another_cannot_be_told() -> None:
    columns = {"language": pl.Series([None], dtype=pl.String)}
    params = {"language": "en", "language_column": "language", "on_null": "keep", "columns": columns}
    assert verdict("one two", max_words=1, **params)[:2] == (False, "long")
    assert verdict("one", max_words=1, **params)[0]


def test_other_columns_can_be_filtered_and_no_rows_too() -> None:
    rows = images(2, tags=["cat", "dog"])
    assert kept(rows, text_filter.function(rows, column="tags", blocked_words=["dog"])) == {"0000.jpg"}
    assert len(text_filter.function(images(0, caption=[])).mask) == 0


def test_a_pattern_that_hangs_others_takes_no_time() -> None:
    started = time.process_time()
    assert verdict("a" * 20_000 + "!", block="(a+)+$", max_words=None)[0]
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"allow": "("}, "bad-pattern"),
        ({"block": r"(a)\1"}, "bad-pattern"),
        ({"min_words": 5, "max_words": 2}, "limits-crossed"),
        ({"min_characters": 5, "max_characters": 2}, "limits-crossed"),
        ({"language": "en", "min_words": 1}, "no-language-column"),
        ({}, "no-limit"),
    ],
)
def test_settings_that_cannot_be_meant_are_told_while_wiring(params: dict[str, Any], code: str) -> None:
    assert [found.code for found in text_filter.check(params)] == [code]


TEXTS = st.lists(st.none() | st.text(max_size=20), max_size=6)


@given(
    TEXTS, st.integers(0, 3), st.sampled_from(["", "a", r"\s"]), st.lists(st.sampled_from(["a", "b", "+"]), max_size=2)
)
def test_every_row_is_judged_by_itself(texts: list[str | None], least: int, block: str, words: list[str]) -> None:
    params: dict[str, Any] = {"min_words": least, "block": block, "blocked_words": words}
    found = text_filter.function(images(len(texts), caption=texts), **params)
    assert list(zip(found.mask, found.rule, found.reason, strict=True)) == [verdict(text, **params) for text in texts]
