"""Editing and cleaning captions: each operation, their order, and texts that mean harm."""

from __future__ import annotations

import time
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph import ProblemError
from nodes.captions.clean import clean
from nodes.captions.edit import LONGEST, OPENERS, edit
from tests.nodes.tables import images


def done(caption: str | None, *operations: str, **params: Any) -> str | None:
    rows = images(1, caption=[caption], caption_by=["model:x"])
    return edit.function(rows, operations=list(operations), **params)["caption"].to_list()[0]


def cleaned(caption: str, **params: Any) -> str | None:
    return clean.function(images(1, caption=[caption]), **params)["caption"].to_list()[0]


@pytest.mark.parametrize(
    ("operation", "before", "after"),
    [
        ("replace: grey => gray", "a grey greyhound", "a gray grayhound"),
        ("replace: . =>", "a. b.", "a b"),
        ("replace: a => $0", "a", "$0"),
        ("word: grey => gray", "Grey, greyhound GREY", "gray, greyhound gray"),
        ("word: c++ => rust", "c++ and c++x", "rust and c++x"),
        ("word: red  cat => $1", "a Red\tcat", "a $1"),
        ("regex: (\\d+) cats => cats: $1", "12 cats", "cats: 12"),
        ("tag: 1girl => woman", "1girl, Cat, 1girls", "woman, Cat, 1girls"),
        ("tag: cat =>", "a, Cat, b", "a, b"),
        ("strip", "This image shows a photo of: a cup", "a cup"),
        ("strip", "a photographer", "a photographer"),
        ("strip: once upon; a drawing of", "A drawing of a cup", "a cup"),
        ("remove: Blurry, watermark", "cat, blurry, a watermark", "cat, a watermark"),
        ("sort", "b, a, C", "a, b, C"),
        ("dedupe", "b, a, B , a", "b, a"),
        ("lower", "ÀB", "àb"),
        ("upper", "àb", "ÀB"),
        ("sentence", " a Cat", "A Cat"),
        ("prepend: ohwx,", " a cat", "ohwx, a cat"),
        ("append: , 4k", "a cat ", "a cat, 4k"),
        ("append: outdoors", "a cat", "a cat outdoors"),
    ],
)
def test_each_operation(operation: str, before: str, after: str) -> None:
    assert done(before, operation) == after


def test_operations_are_done_in_order() -> None:
    assert done("a", "replace: a => b", "replace: b => c") == "c"
    assert done("a", "replace: b => c", "replace: a => b") == "b"


def test_tags_can_be_parted_by_another_sign() -> None:
    assert done("b; a; b", "dedupe", "sort", separator=";") == "a; b"
    assert done("b a b", "dedupe", "sort", separator=" ") == "a b"


def test_a_caption_of_which_nothing_is_left_is_missing_and_nobodys() -> None:
    found = edit.function(images(2, caption=["a photo of", None]), operations=["strip", "prepend: x"])
    assert found["caption"].to_list() == ["x ", None]
    found = edit.function(images(1, caption=["a photo of"]), operations=["strip"])
    assert (found["caption"].to_list(), found["caption_by"].to_list()) == ([None], [None])


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        ("delete: a", "bad-operation"),
        ("", "bad-operation"),
        ("replace: a", "bad-operation"),
        ("replace: => b", "bad-operation"),
        ("prepend:", "bad-operation"),
        ("remove", "bad-operation"),
        ("lower: Foo", "bad-operation"),
        ("regex: ( => x", "bad-pattern"),
        ("regex: (?=a) => x", "bad-pattern"),
        ("regex: a{1000}{1000} => x", "bad-pattern"),
    ],
)
def test_an_operation_that_cannot_be_done_is_told_while_wiring(operation: str, code: str) -> None:
    (found,) = edit.check({"operations": [operation]})
    assert (found.code, found.param) == (code, "operations")
    with pytest.raises(ProblemError):
        done("a", operation)


def test_a_pattern_that_hangs_others_takes_no_time() -> None:
    started = time.process_time()
    assert done("a" * 5000 + "!", r"regex: (a+)+$ => x") == "a" * 5000 + "!"
    assert time.process_time() - started < 1


def test_captions_cannot_grow_without_end() -> None:
    with pytest.raises(ProblemError) as raised:
        done("a", *["replace: a => aaaaaaaaaa"] * 20)
    assert raised.value.problems[0].code == "caption-too-long"
    assert done("a" * LONGEST, "lower") == "a" * LONGEST


OPERATIONS = st.lists(
    st.sampled_from(
        ["strip", "sort", "dedupe", "lower", "sentence", "word: a => b", "regex: \\s+ => ,", "tag: a => b", "append: !"]
    ),
    max_size=5,
)


@given(st.lists(st.none() | st.text(max_size=30), max_size=5), OPERATIONS)
def test_every_row_is_edited_by_itself(captions: list[str | None], operations: list[str]) -> None:
    together = edit.function(images(len(captions), caption=captions), operations=operations)["caption"].to_list()
    assert together == [done(caption, *operations) for caption in captions]


def test_the_usual_openers_are_in_lower_case_and_each_there_once() -> None:
    assert len(set(OPENERS)) == len(OPENERS)
    assert all(opener == opener.lower().strip() for opener in OPENERS)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("cafe\u0301", "café"),
        ("a\u200b ca\x00t\ufeff", "a cat"),
        ("a &amp;amp; b &lt;3", "a & b <3"),
        ("<p class='x'>a<br/>b</p> <lora:x:1>", "a b <lora:x:1>"),
        ("## A cat\n\n- **black**\n- [white](http://x)", "A cat black white"),
        ("^_^, *_*, >_<, a_b_c", "^_^, *_*, >_<, a_b_c"),
        ("“a cat”", "a cat"),
        ('"a" and "b"', '"a" and "b"'),
        ("it’s", "it's"),
        (" a  cat ,, b , ", "a cat, b"),
        ("first\r\nsecond\u2028third", "first second third"),
        ("नमस्ते क्\u200dष", "नमस्ते क्\u200dष"),
    ],
)
def test_what_cleaning_takes_out_and_what_it_leaves(before: str, after: str) -> None:
    assert cleaned(before) == unicodedata.normalize("NFC", after)


def test_emoji_and_dots_go_only_when_asked_for() -> None:
    text = "a doctor 👩‍⚕️👍🏽 in 🇩🇪, room 1️⃣2 ™ → ..."
    assert cleaned(text) == text
    assert cleaned(text, emoji=True) == "a doctor in, room 2 ™ → ..."
    assert cleaned(text, emoji=True, trailing_dots=True) == "a doctor in, room 2 ™ →"


def test_lines_can_stay() -> None:
    assert cleaned("a \r\n\r\n  b", one_line=False) == "a\nb"


@given(st.text(max_size=40))
def test_what_was_cleaned_is_clean(text: str) -> None:
    once = cleaned(text, html=False, markdown=False, quotes=False) or ""
    assert (cleaned(once, html=False, markdown=False, quotes=False) or "") == once
    assert "\n" not in once and once == once.strip()


def test_no_rows_are_edited_and_cleaned_too() -> None:
    assert edit.function(images(0), operations=["strip", "prepend: x", "sort", "sentence"])["caption"].len() == 0
    assert clean.function(images(0))["caption"].len() == 0
    assert clean.function(images(2))["caption"].to_list() == [None, None]
