"""The composite score: columns made comparable, weighed, and left out where they were not measured."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph import ImageSet
from nodegraph.parameters import with_defaults
from nodes.scores.composite import Scale, Term, composite, normalised, term_of
from tests.nodes.tables import images, shuffled

SCALES: list[Scale] = ["percentile", "minmax", "z"]
NUMBERS = st.none() | st.floats() | st.integers(-3, 3).map(float)


def scores(rows: ImageSet, **given_params: Any) -> list[float | None]:
    params = with_defaults(composite.parameters, given_params)
    return composite.function(rows, **params)["score"].to_list()


@pytest.mark.parametrize(
    ("line", "term"),
    [
        ("aesthetic", Term("aesthetic", 1)),
        (" aesthetic : 2 ", Term("aesthetic", 2)),
        ("-nsfw", Term("nsfw", -1)),
        ("-nsfw:.5", Term("nsfw", -0.5)),
        ("nsfw:-0.5", Term("nsfw", -0.5)),
        ("-nsfw:-0.5", Term("nsfw", 0.5)),
    ],
)
def test_a_term_reads_as(line: str, term: Term) -> None:
    assert term_of(line) == term


@pytest.mark.parametrize("line", ["aesthetic:", "aesthetic:much", ":2", "-", "a:1:2", "a:0", "a:1e9", "a:1001"])
def test_what_is_no_term_is_a_problem(line: str) -> None:
    (problem,) = composite.check(with_defaults(composite.parameters, {"terms": ["b", line]}))
    assert (problem.code, problem.param, problem.value) == ("bad-term", "terms", line)


def test_no_term_and_a_column_twice_are_problems() -> None:
    codes = [
        problem.code
        for terms in ([], ["  "], ["a", "-a:2"])
        for problem in composite.check(with_defaults(composite.parameters, {"terms": terms}))
    ]
    assert codes == ["no-term", "no-term", "term-twice"]


def test_the_columns_of_the_terms_are_needed() -> None:
    params = with_defaults(composite.parameters, {"terms": ["aesthetic:2", "-nsfw", ""]})
    assert composite.needs(params) == {"aesthetic": "number", "nsfw": "number"}


def test_minmax_goes_from_the_lowest_to_the_highest() -> None:
    rows = images(3, a=[10, 20, 15], b=[1.0, 0.0, 0.0])
    assert scores(rows, terms=["a:3", "-b"], scale="minmax") == [0.0, 1.0, (3 * 0.5 + 1) / 4]


def test_percentile_is_the_mid_rank_in_this_set() -> None:
    assert scores(images(4, a=[1, 1000, 5, 5]), terms=["a"]) == [0.125, 0.875, 0.5, 0.5]


def test_z_counts_standard_deviations() -> None:
    # mean 5, deviation of the population 2
    values = [2, 4, 4, 4, 5, 5, 7, 9]
    assert scores(images(8, a=values), terms=["-a"], scale="z") == [1.5, 0.5, 0.5, 0.5, 0.0, 0.0, -1.0, -2.0]


def test_a_row_without_one_of_the_columns_has_no_score_or_that_of_the_rest() -> None:
    rows = images(3, a=[0.0, 1.0, None], b=[1.0, None, None])
    assert scores(rows, terms=["a", "b"], scale="minmax") == [0.25, None, None]
    assert scores(rows, terms=["a", "b"], scale="minmax", missing="rest") == [0.25, 1.0, None]


@given(st.lists(NUMBERS, max_size=8), st.sampled_from(SCALES))
def test_normalising_keeps_the_order_and_says_nothing_of_what_was_not_measured(
    values: list[float | None], scale: Scale
) -> None:
    found = normalised(pl.Series(values, dtype=pl.Float64), scale).to_list()
    pairs = [(value, score) for value, score in zip(values, found, strict=True) if score is not None]
    finite = [value is not None and abs(value) < float("inf") for value in values]
    assert [score is not None for score in found] == finite
    assert all(score == score and abs(score) < 1e9 for _, score in pairs)
    if scale != "z":
        assert all(0 <= score <= 1 for _, score in pairs)
    assert all(first <= second for (a, first) in pairs for (b, second) in pairs if a is not None and b and a < b)


@given(
    st.lists(st.tuples(NUMBERS, NUMBERS), max_size=8),
    st.sampled_from(SCALES),
    st.sampled_from(["none", "rest"]),
    st.randoms(use_true_random=False),
)
def test_the_score_of_a_row_does_not_hang_on_the_order(
    values: list[tuple[float | None, float | None]], scale: Scale, missing: str, random: Any
) -> None:
    columns: dict[str, Any] = {
        name: pl.Series([pair[at] for pair in values], dtype=pl.Float64) for at, name in enumerate("ab")
    }
    rows = images(len(values), **columns)
    order = list(range(len(values)))
    random.shuffle(order)
    params = {"terms": ["a:2", "-b"], "scale": scale, "missing": missing}
    first = scores(rows, **params)
    assert scores(shuffled(rows, order), **params) == [first[row] for row in order]
