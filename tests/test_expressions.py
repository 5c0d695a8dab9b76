"""The expression language: what it computes, what it refuses, and that hostile text gets no further than a problem."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph.columns import ColumnInfo
from nodegraph.expressions import check, columns_of, evaluate
from nodegraph.problems import ProblemError

TABLE = pl.DataFrame(
    {
        "score": [1.0, 2.0, None, float("nan")],
        "count": [0, 1, 2, None],
        "caption": ["foo", "A.c\n", None, ""],
        "dark": [True, False, None, True],
        "my column": [1, 2, 3, 4],
    }
)
COLUMNS = {
    "score": ColumnInfo("number"),
    "count": ColumnInfo("integer"),
    "caption": ColumnInfo("text"),
    "dark": ColumnInfo("flag"),
    "my column": ColumnInfo("integer"),
}

ANSWERS = [
    ("score > 1", [False, True, None, None]),
    ("score == 1 and not dark", [False, False, None, False]),
    ("score != 2", [True, False, None, None]),
    ("score <> 2 OR dark", [True, False, None, True]),
    ("score between 1 and 1.5", [True, False, None, None]),
    ("count in (1, 2)", [False, True, True, None]),
    ("count not in (1, 2)", [True, False, False, None]),
    ("count in (1, null)", [None, True, None, None]),
    ("score is null", [False, False, True, True]),
    ("score is not null", [True, True, False, False]),
    ("dark is true", [True, False, False, True]),
    ("not dark", [False, True, None, False]),
    ("count / count = 1", [None, True, True, None]),
    ("1 / count > 0", [None, True, True, None]),
    ("sqrt(-score) > 0", [None, None, None, None]),
    ("-score < -1", [False, True, None, None]),
    ("count % 2 = 1", [False, True, False, None]),
    ("caption like 'f%'", [True, False, None, False]),
    ("caption not like 'f__'", [False, True, None, True]),
    ("caption ilike 'a.%'", [False, True, None, False]),
    ("caption like 'A%'", [False, True, None, False]),
    ("contains(caption, '.')", [False, True, None, False]),
    ("starts_with(lower(caption), 'a')", [False, True, None, False]),
    ("regexp_like(caption, '^[a-z]+$')", [True, False, None, False]),
    ("length(caption) > 2", [True, True, None, False]),
    ("coalesce(score, 0) >= 0", [True, True, True, True]),
    ("least(score, count) >= 0", [True, True, None, None]),
    ("greatest(score, count, 1) >= 2", [False, True, None, None]),
    ("round(score * 1.26, 1) = 1.3", [True, False, None, None]),
    ("case when score > 1 then true else false end", [False, True, False, False]),
    ("case count when 1 then 'x' when 2 then 'y' end = 'x'", [None, True, False, None]),
    ('"my column" >= 3', [False, False, True, True]),
    ("1 = 1", [True, True, True, True]),
    ("score > 1 -- the good ones", [False, True, None, None]),
]

REFUSED = [
    ("score > (select max(score) from read_csv('/etc/passwd'))", "a subquery"),
    ("count in (select 1)", "query"),
    ("exists(select 1)", "exists()"),
    ("score > 1; dark", "second statement"),
    ("score > 1; drop table x", "cannot be read"),
    ("select 1", "cannot be read"),
    ("drop table images", "cannot be read"),
    ("sum(score) over () > 1", "a window"),
    ("sum(score) > 1", "sum() is not allowed"),
    ("count(*) > 1", "count() is not allowed"),
    ("read_csv('/etc/passwd') = 1", "read_csv() is not allowed"),
    ("images.score > 1", "images.score"),
    ("score::int > 1", "cast() is not allowed"),
    ("score > 1 as b", "cannot be read"),
    ("columns(*) > 1", "columns()"),
    ("*", "* is not allowed"),
    ("$1", "placeholder"),
    ("caption[1] = 'f'", "bracket"),
    ("trim(both 'a' from caption) = 'a'", "not allowed"),
    ("caption like 'a' escape 'b'", "escape"),
    ("caption like any ('a')", "must be a text"),
    ("caption like caption", "must be a text"),
    ("score in dark", "not allowed"),
    ("score is 5", "not allowed"),
    ("1 < score < 5", "different kinds"),
    ("caption > 1", "different kinds"),
    ("score + caption > 1", "a text where a number"),
    ("score", "not true or false"),
    ("score > 1e999", "no number"),
    ("regexp_like(caption, '[')", "regex"),
    ("least(score) > 1", "least(value, value, ...)"),
    ("foo(score)", "foo() is not allowed"),
    ("score >", "cannot be read"),
    ("caption = 'open", "cannot be read"),
    ("", "empty"),
    ("score > 1 or " * 300 + "dark", "characters"),
    ("(" * 900 + "dark" + ")" * 900, "deep"),
    ("not " * 400 + "dark", "deep"),
    ("dark = " * 200 + "dark", "deep"),
    ("score > 1\x00", "cannot be read"),
]


@pytest.mark.parametrize(("text", "answer"), ANSWERS)
def test_a_condition_gives_a_flag_a_row_and_null_where_it_hangs_on_an_unmeasured_value(
    text: str, answer: list[bool | None]
) -> None:
    assert check(text, COLUMNS) is None
    assert evaluate(text, TABLE).to_list() == answer


@pytest.mark.parametrize(("text", "part"), REFUSED)
def test_what_is_not_in_the_language_is_a_problem_that_says_which_part(text: str, part: str) -> None:
    found = check(text, COLUMNS)
    assert found is not None
    assert part in str(found)
    with pytest.raises(ProblemError):
        evaluate(text, TABLE)


def test_nested_comparisons_take_no_exponential_time() -> None:
    assert check("(" * 35 + "dark" + " = dark)" * 35, COLUMNS) is None
    assert check("(" * 25 + "dark" + " is true)" * 25, COLUMNS) is None


def test_an_unknown_column_suggests_the_nearest_name() -> None:
    found = check("captoin = 'a'", COLUMNS)
    assert found is not None
    assert (found.code, found.value) == ("unknown-column", "captoin")
    assert "Did you mean caption?" in found.fix


def test_a_text_in_double_quotes_is_explained() -> None:
    found = check('caption = "foo"', COLUMNS)
    assert found is not None
    assert "'foo'" in found.fix


def test_the_columns_of_a_condition_are_known_without_a_table() -> None:
    assert columns_of("score > 1 and (caption like 'a%' or score < count)") == ("caption", "count", "score")


def test_an_empty_table_gives_no_flags() -> None:
    assert evaluate("score > 1", TABLE.clear()).to_list() == []
    assert evaluate("1 = 1", TABLE.clear()).to_list() == []


def test_a_column_of_nothing_but_nulls_is_unmeasured() -> None:
    table = pl.DataFrame({"score": [None, None]})
    assert evaluate("score > 1 or score is null", table).to_list() == [True, True]


WORDS = [
    "score", "caption", "dark", "nope", "1", "'a'", "(", ")", "and", "or", "not", "in", "like", "between", "case",
    "when", "then", "end", "is", "null", "=", "<", ",", ";", "select", "from", "abs", "sum", "over", "*", ".",
    "%", "round", "coalesce", "--", "/*", "'", '"', "$$", "::", "[", "]", "@", "?", "->", "lambda", "exists",
]  # fmt: skip


@given(st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join) | st.text(max_size=40))
def test_any_text_is_either_evaluated_or_a_problem(text: str) -> None:
    found = check(text, COLUMNS)
    if found is None:
        assert len(evaluate(text, TABLE)) == TABLE.height
    else:
        with pytest.raises(ProblemError):
            evaluate(text, TABLE)
