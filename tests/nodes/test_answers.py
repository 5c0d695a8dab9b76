"""Fields in answers and names in their spelling: what is found, and that no answer can do harm."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodes.captions.answers import fields_of, json_in, spelled


@pytest.mark.parametrize(
    "answer",
    [
        '{"subject": "a cup", "colour": "red"}',
        'Sure! ```json {"Subject": " a  cup ", "COLOUR": ["red"], "more": 1} ``` Ask me more.',
        '{not this} but {"subject": "a cup", "colour": "red"} {"subject": "no"}',
    ],
)
def test_fields_are_read_from_the_first_json_object(answer: str) -> None:
    assert fields_of(answer, ["subject", "colour"]) == {"subject": "a cup", "colour": "red"}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("null", None),
        ('""', None),
        ("3", "3"),
        ("true", "true"),
        ('["a", 2, null, ["b"], {}]', "a, 2"),
        ("[]", None),
        ('{"a": 1}', None),
        ('"\\ud83d \\u0000x"', "? x"),
    ],
)
def test_values_become_texts(value: str, text: str | None) -> None:
    assert fields_of(f'{{"a": {value}}}', ["a"]) == {"a": text}


@pytest.mark.parametrize(
    "answer", [None, "", "a red cup", "{", "[1]", '{"b": 1}', '"a"', "__import__('os')", "{" * 9999]
)
def test_an_answer_without_the_field_leaves_it_empty(answer: str | None) -> None:
    assert fields_of(answer, ["a"]) == {"a": None}


def test_nothing_in_an_answer_takes_long() -> None:
    started = time.process_time()
    json_in('{"a":' * 50_000)
    json_in("{" + '"a' * 50_000)
    spelled("nice boat " * 20_000, ["Nice Boat", "niceboat x", "a-b"])
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    ("text", "names", "expected"),
    [
        ("a NICEBOAT at sea", ["NiceBoat"], "a NiceBoat at sea"),
        ("nice-boat, nice  boat, Niceboat", ["Nice Boat"], "Nice Boat, Nice Boat, Nice Boat"),
        ("niceboats and a boat", ["NiceBoat"], "niceboats and a boat"),
        ("nice boat", ["BOAT", "Nice Boat"], "Nice Boat"),
        ("c++ (r)", ["C++", "(R)"], "C++ (R)"),
        ("x", ["", " - "], "x"),
        (None, ["a"], None),
    ],
)
def test_names_are_brought_to_their_spelling(text: str | None, names: list[str], expected: str | None) -> None:
    assert spelled(text, names) == expected


@given(st.text(max_size=40), st.lists(st.text(max_size=8), max_size=4))
def test_what_is_spelled_stays_spelled(text: str, names: list[str]) -> None:
    once = spelled(text, names)
    assert spelled(once, names) == once
    assert fields_of(text, ["a"]).keys() == {"a"}
