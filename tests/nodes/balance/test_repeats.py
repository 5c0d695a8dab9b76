"""Re-weight / repeats: shares that come out, limits, and rows that are left alone."""

from __future__ import annotations

from collections import Counter
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph import Context, ImageSet
from nodes.balance.repeats import repeats
from nodes.balance.strata import kept_for, parse_targets, repeats_for, shares
from tests.nodes.tables import images, kept, shuffled


def weighed(rows: ImageSet, **params: Any) -> tuple[Any, list[str]]:
    said: list[str] = []
    context = Context("node", seed=1, notice=said.append)
    return repeats.function(rows, context=context, column="label", **params), said


def test_rare_pictures_are_shown_more_often() -> None:
    rows = images(12, label=["cat"] * 8 + ["dog"] * 4)
    verdict, said = weighed(rows)
    assert verdict.mask.all()
    assert verdict.columns["repeats"].to_list() == [1] * 8 + [2] * 4
    assert said == ["Pictures x repeats: cat: 8 x 1 (50%), dog: 4 x 2 (50%)."]


def test_targets_are_weights_of_values_and_others_are_shown_once() -> None:
    rows = images(8, label=["cat"] * 2 + ["dog"] * 2 + ["bird", "bird", None, ""])
    verdict, said = weighed(rows, targets="cat=3, dog=1, fish=1")
    assert verdict.columns["repeats"].to_list() == [3, 3, 1, 1, 1, 1, 1, 1]
    assert said[0] == "No picture has label 'fish'."


def test_pictures_for_validation_are_shown_once_and_do_not_count() -> None:
    rows = images(6, label=["cat"] * 3 + ["dog"] * 3, split=["train"] * 4 + ["validation"] * 2)
    verdict, _ = weighed(rows)
    assert verdict.columns["repeats"].to_list() == [1, 1, 1, 3, 1, 1]


def test_sampling_drops_the_frequent_ones_by_lot_and_says_so() -> None:
    rows = images(9, label=["cat"] * 6 + ["dog"] * 2 + [None])
    verdict, _ = weighed(rows, by="sampling")
    found = rows.filter(verdict.mask)["label"].to_list()
    assert Counter(found) == {"cat": 2, "dog": 2, None: 1}
    assert set(verdict.reason.drop_nulls()) == {"label 'cat' has 6 pictures and only 2 are kept, drawn by lot"}
    order = [8, 2, 5, 0, 7, 1, 3, 6, 4]
    other = shuffled(rows, order)
    assert kept(other, weighed(other, by="sampling")[0]) == kept(rows, verdict)


def test_flags_and_numbers_are_balanced_too() -> None:
    verdict, _ = weighed(images(3, label=[True, True, False]), targets="true=1, false=1")
    assert verdict.columns["repeats"].to_list() == [1, 1, 2]
    verdict, _ = weighed(images(3, label=[1.0, 1.0, 2.5]), targets="1=1\n2.5=1")
    assert verdict.columns["repeats"].to_list() == [1, 1, 2]


COUNTS = st.dictionaries(st.sampled_from("abcde"), st.integers(1, 500), min_size=1)


@given(COUNTS, st.integers(1, 20), st.data())
def test_repeats_stay_within_the_limit_and_reach_the_shares_where_they_can(
    counts: dict[str, int], most: int, data: st.DataObject
) -> None:
    wanted = {name: data.draw(st.floats(0.5, 4)) for name in sorted(counts)}
    found = repeats_for(counts, wanted, most)
    assert all(1 <= times <= most for times in found.values())
    total = sum(wanted.values())
    error = max(abs(share - wanted[name] / total) for name, share in shares(counts, found).items())
    once = shares(counts, dict.fromkeys(counts, 1))
    assert error <= max(abs(share - wanted[name] / total) for name, share in once.items()) + 0.02


def test_shares_that_whole_repeats_can_reach_are_reached() -> None:
    assert repeats_for({"a": 60, "b": 40}, {"a": 1, "b": 1}, 10) == {"a": 2, "b": 3}


@given(COUNTS)
def test_what_is_kept_of_equal_shares_is_the_smallest_stratum(counts: dict[str, int]) -> None:
    assert set(kept_for(counts, dict.fromkeys(counts, 1.0)).values()) == {min(counts.values())}


@pytest.mark.parametrize("text", ["cat", "cat=", "=2", "cat=0", "cat=-1", "cat=nan", "cat=2, cat=1", "cat=x"])
def test_targets_that_cannot_be_read_are_told_while_wiring(text: str) -> None:
    assert [found.code for found in repeats.check({"column": "label", "targets": text})] == ["bad-targets"]


def test_targets_are_read_with_names_of_any_kind() -> None:
    assert parse_targets(" Equal ") is None
    assert parse_targets("a=b=2\nred, green=1.5\n\n") == {"a=b": 2.0, "red, green": 1.5}


def test_no_rows_and_no_values_are_fine() -> None:
    empty, said = weighed(images(0, label=pl.Series([], dtype=pl.String)))
    assert empty.mask.len() == 0
    nothing, _ = weighed(images(2, label=pl.Series([None, None], dtype=pl.String)), by="sampling")
    assert nothing.mask.all()
    assert said == []


def test_a_column_of_a_hundred_thousand_values_takes_no_longer_than_one_of_few() -> None:
    counts = {f"value-{number:06}": 1 for number in range(20_000)}
    # as many sums as there are values would be 400 million additions
    assert shares(counts, dict.fromkeys(counts, 1))["value-000007"] == 1 / 20_000
    rows = images(20_000, label=list(counts))
    verdict, _ = weighed(rows, by="sampling")
    assert verdict.mask.all()
