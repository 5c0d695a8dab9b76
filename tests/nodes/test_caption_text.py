"""Caption templates: what they write, and that a template is text and nothing more."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph import ProblemError
from nodes.captions.template import pieces_of, template
from tests.nodes.tables import images


def written(caption: str | None, by: str | None = "model:demo", **params: Any) -> tuple[str | None, str | None]:
    columns = params.pop("columns", {})
    rows = images(1, caption=[caption], caption_by=[by], **columns)
    given_back = template.function(rows, **params)
    return given_back["caption"][0], given_back["caption_by"][0]


def test_trigger_and_caption_are_put_together_and_the_author_stays() -> None:
    assert written("a red cup", trigger="ohwx") == ("ohwx, a red cup", "model:demo")


def test_the_trigger_word_is_written_once_only() -> None:
    assert written("ohwx, a cup of OHWX tea", trigger="ohwx")[0] == "ohwx, a cup of tea"
    assert written("a cup", trigger="ohwx", template="{trigger} {caption} {trigger}")[0] == "ohwx a cup"


def test_a_word_that_only_begins_like_the_trigger_is_left_alone() -> None:
    assert written("a catalogue of cats", trigger="cat")[0] == "cat, a catalogue of cats"


def test_any_column_can_stand_in_braces() -> None:
    columns = {"label": ["cup"], "score": [5.25], "width": [640]}
    text = "{caption}, a {label}, {width} px, {score}"
    assert written("tea", template=text, columns=columns)[0] == "tea, a cup, 640 px, 5.25"
    assert template.needs({"template": text}) == {"label": "any", "width": "any", "score": "any"}


def test_what_has_no_value_leaves_no_stray_comma() -> None:
    assert written(None, trigger="ohwx", template="{trigger}, {caption}, {label}", columns={"label": ["cup"]}) == (
        "ohwx, cup",
        "template",
    )


def test_an_empty_caption_can_be_left_or_replaced() -> None:
    assert written(None, None, trigger="ohwx", on_empty="keep") == (None, None)
    assert written("", None, trigger="ohwx", on_empty="label", instead="label", columns={"label": ["cup"]}) == (
        "ohwx, cup",
        "template",
    )


def test_the_result_is_one_line() -> None:
    assert written("first\nsecond\r\n third")[0] == "first second third"


def test_doubled_braces_are_braces() -> None:
    assert written("a", template="{{{caption}}}")[0] == "{a}"


@pytest.mark.parametrize(
    "text", ["{caption.__class__}", "{0}", "{}", "{caption!r}", "{a[0]}", "{caption:>9}", "{", "a}"]
)
def test_anything_but_a_name_in_braces_is_a_problem_of_the_template(text: str) -> None:
    (found,) = template.check({"template": text})
    assert (found.code, found.param) == ("bad-template", "template")
    with pytest.raises(ProblemError):
        pieces_of(text)


def test_a_trigger_that_is_missing_or_unused_is_warned_of() -> None:
    assert [found.code for found in template.check({"template": "{trigger} {caption}", "trigger": ""})] == [
        "no-trigger"
    ]
    assert [found.code for found in template.check({"template": "{caption}", "trigger": "x"})] == ["unused-trigger"]
    assert template.check({"template": "{trigger} {caption}", "trigger": "x"}) == ()


def test_a_set_without_captions_can_be_given_some() -> None:
    rows = images(2, label=["cup", "mug"])
    assert template.function(rows, template="photo of a {label}")["caption"] == ["photo of a cup", "photo of a mug"]


@given(st.text(max_size=30))
def test_any_text_is_a_template_or_a_problem(text: str) -> None:
    try:
        pieces = pieces_of(text)
    except ProblemError:
        return
    assert all(name.isidentifier() for name, is_field in pieces if is_field)


@given(st.text(alphabet=st.characters(exclude_characters="{}"), max_size=30))
def test_values_are_never_read_as_a_template(value: str) -> None:
    assert "{label}" in (written("{label} " + value, columns={"label": ["cup"]})[0] or "")


def test_where_nothing_has_a_value_the_caption_is_missing() -> None:
    assert written(None, None, template="{label}", columns={"label": [None]}) == (None, None)


def test_a_stand_in_that_is_missing_or_unused_is_warned_of() -> None:
    assert [found.code for found in template.check({"on_empty": "label", "template": "{caption}"})] == ["no-stand-in"]
    unused = {"on_empty": "keep", "instead": "label", "template": "{caption}"}
    assert [found.code for found in template.check(unused)] == ["unused-stand-in"]
    assert not template.check({**unused, "on_empty": "label"})


def test_what_is_no_number_is_never_written() -> None:
    for value in (float("nan"), float("inf")):
        assert written("a cup", template="{caption}, {score}", columns={"score": [value]})[0] == "a cup"
