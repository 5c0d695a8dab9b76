"""Filters: what they keep, what they say of what they drop, and what they do with rows that were not measured."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph import ImageSet, Keep
from nodes.filters.expression import expression
from nodes.filters.limits import flag, resolution, threshold
from nodes.reasons import compared_texts, number_text
from tests.nodes.tables import images, kept, shuffled


def reasons(given: ImageSet, result: Keep) -> dict[str, str]:
    assert isinstance(result.reason, pl.Series)
    pairs = zip(given.rids, result.reason.to_list(), result.mask.to_list(), strict=True)
    return {rid: reason for rid, reason, keep in pairs if not keep}


def run(spec: Any, given: ImageSet, **params: Any) -> Keep:
    return spec.function(given, **params)


def test_threshold_keeps_what_lies_on_its_limits() -> None:
    rows = images(4, sharpness=[59.9, 60.0, 80.0, 80.1])
    assert kept(rows, run(threshold, rows, column="sharpness", low=60.0, high=80.0)) == {"0001.jpg", "0002.jpg"}


def test_threshold_says_what_it_found_and_what_it_wanted() -> None:
    rows = images(3, sharpness=[41.0, 90.5, 0.59999])
    verdict = run(threshold, rows, column="sharpness", low=0.6, high=80.0)
    assert reasons(rows, verdict) == {
        "0001.jpg": "sharpness 90.5 is over 80",
        "0002.jpg": "sharpness 0.59999 is under 0.6",
    }


@pytest.mark.parametrize(("on_null", "keeps", "reviews"), [("keep", 2, 0), ("drop", 0, 0), ("review", 0, 2)])
def test_unmeasured_rows_go_where_the_parameter_says(on_null: str, keeps: int, reviews: int) -> None:
    rows = images(2, score=pl.Series([None, float("nan")], dtype=pl.Float64))
    verdict = run(threshold, rows, column="score", low=1.0, on_null=on_null)
    assert verdict.review is not None
    assert (verdict.mask.sum(), verdict.review.sum()) == (keeps, reviews)


def test_unmeasured_rows_are_named_so_in_the_ledger() -> None:
    rows = images(1, score=[None])
    verdict = run(threshold, rows, column="score", low=1.0)
    assert reasons(rows, verdict) == {"0000.jpg": "score was not measured"}
    assert isinstance(verdict.rule, pl.Series)
    assert verdict.rule.to_list() == ["not-measured"]


def test_a_percentile_is_taken_over_the_measured_rows_and_needs_the_whole_set() -> None:
    rows = images(12, score=[float(value) for value in range(11)] + [None])
    verdict = run(threshold, rows, column="score", mode="percentile", low=20.0, on_null="drop")
    assert kept(rows, verdict) == {f"{number:04}.jpg" for number in range(2, 11)}
    assert reasons(rows, verdict)["0001.jpg"] == "score 1 is under 2 (percentile 20 of this set)"
    assert threshold.whole_set({"mode": "percentile"})
    assert not threshold.whole_set({"mode": "value"})


def test_a_percentile_of_a_set_without_any_measured_row_judges_nothing() -> None:
    rows = images(2, score=pl.Series([None, None], dtype=pl.Float64))
    assert run(threshold, rows, column="score", mode="percentile", low=20.0, on_null="keep").mask.all()


@given(
    st.lists(st.none() | st.floats(-10, 10) | st.just(float("nan")), max_size=12),
    st.none() | st.floats(-10, 10),
    st.none() | st.floats(-10, 10),
    st.sampled_from(["keep", "drop", "review"]),
    st.randoms(use_true_random=False),
)
def test_a_threshold_judges_each_row_alone_and_every_dropped_row_has_a_reason(
    values: list[float | None], low: float | None, high: float | None, on_null: str, random: Any
) -> None:
    rows = images(len(values), score=pl.Series(values, dtype=pl.Float64))
    params = {"column": "score", "low": low, "high": high, "on_null": on_null}
    verdict = run(threshold, rows, **params)
    assert verdict.mask.null_count() == 0
    assert len(verdict.mask) == len(rows)
    assert all(reasons(rows, verdict).values())
    order = list(range(len(values)))
    random.shuffle(order)
    other = shuffled(rows, order)
    assert kept(other, run(threshold, other, **params)) == kept(rows, verdict)


def test_crossed_limits_are_a_problem_and_none_at_all_a_warning() -> None:
    (crossed,) = threshold.check({"low": 2.0, "high": 1.0})
    assert (crossed.code, crossed.severity, crossed.param) == ("limits-crossed", "error", "low")
    (none,) = threshold.check({"low": None, "high": None})
    assert none.severity == "warning"
    assert [found.param for found in threshold.check({"mode": "percentile", "low": -1.0, "high": 101.0})] == [
        "low",
        "high",
    ]


def test_the_first_revision_of_threshold_called_its_limits_min_and_max() -> None:
    assert threshold.migrations[1]({"column": "a", "min": 1, "max": 2}) == {"column": "a", "low": 1, "high": 2}


def test_resolution_names_the_first_limit_that_is_broken() -> None:
    rows = images(5, width=[1024, 320, 4000, 600, None], height=[768, 2000, 1000, 600, 5])
    verdict = run(resolution, rows, min_side=512, max_aspect=3.0, min_megapixels=0.5)
    assert reasons(rows, verdict) == {
        "0001.jpg": "the shorter side 320 px is under 512",
        "0002.jpg": "its sides are 4 to 1, over 3",
        "0003.jpg": "0.36 MP is under 0.5",
        "0004.jpg": "width and height were not measured",
    }
    assert verdict.review is not None
    assert verdict.review.to_list() == [False, False, False, False, True]


def test_resolution_without_a_limit_keeps_everything() -> None:
    rows = images(1, width=[1], height=[1])
    assert run(resolution, rows, min_side=None, max_aspect=None).mask.all()
    assert resolution.check({"min_side": None, "max_aspect": None, "min_megapixels": None})[0].severity == "warning"


def test_one_mark_is_enough_to_drop_a_row_even_where_another_was_not_measured() -> None:
    rows = images(4, dark=[False, True, None, None], blurry=[False, True, True, False])
    verdict = run(flag, rows, columns=["dark", "blurry"])
    assert reasons(rows, verdict) == {
        "0001.jpg": "it is marked dark and blurry",
        "0002.jpg": "it is marked blurry",
        "0003.jpg": "dark was not measured",
    }


def test_no_named_column_marks_nothing() -> None:
    assert run(flag, images(2), columns=[]).mask.all()
    assert flag.check({"columns": []})[0].severity == "warning"


def test_an_expression_keeps_what_it_holds_for_and_shows_what_it_read() -> None:
    rows = images(4, score=[6.0, 4.25, None, 7.0], dark=[False, True, False, None])
    verdict = run(expression, rows, condition="score > 5 and not dark")
    assert reasons(rows, verdict) == {
        "0001.jpg": "score > 5 and not dark does not hold: dark true, score 4.25",
        "0002.jpg": "score > 5 and not dark cannot be judged: dark false, score not measured",
        "0003.jpg": "score > 5 and not dark cannot be judged: dark not measured, score 7",
    }
    assert verdict.review is not None
    assert verdict.review.to_list() == [False, False, True, True]


def test_an_expression_needs_the_columns_it_reads() -> None:
    assert expression.needs({"condition": "score > 5 and not dark"}) == {"dark": "any", "score": "any"}


def test_a_broken_expression_is_a_problem_of_its_parameter() -> None:
    (found,) = expression.check({"condition": "score >"})
    assert (found.code, found.param) == ("bad-expression", "condition")
    assert expression.needs({"condition": "score >"}) == {}


@pytest.mark.parametrize(
    ("value", "text"),
    [(41.0, "41"), (0.12345, "0.1235"), (123456.7, "123457"), (1e20, "100000000000000000000"), (2, "2")],
)
def test_numbers_are_written_for_people(value: float, text: str) -> None:
    assert number_text(value) == text


def test_percentiles_are_taken_over_finite_values() -> None:
    rows = images(5, score=[float("-inf"), 1.0, 2.0, 3.0, float("inf")])
    verdict = threshold.function(rows, column="score", mode="percentile", low=50.0)
    assert verdict.mask.to_list() == [False, False, True, True, True]


@given(st.floats(allow_nan=False), st.floats(allow_nan=False))
def test_two_numbers_are_compared_as_each_is_written_beside_the_other(value: float, limit: float) -> None:
    both = compared_texts(value, limit, number_text(limit))
    assert both == (number_text(value, limit), number_text(limit, value))
