"""Top-k, sample and split: the right rows, the same rows in any order, and no group on both sides."""

from __future__ import annotations

from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from nodegraph import Context, ImageSet, Parts
from nodes.arrange.choice import sample, split, top_k
from tests.nodes.tables import images, kept, shuffled


def drawn(spec: Any, given: ImageSet, seed: int = 0, **params: Any) -> Any:
    return spec.function(given, context=Context("node", seed=1), seed=seed, **params)


def validation(given: ImageSet, parts: Parts) -> set[str]:
    return set(given.table.filter(parts.ports["validation"])["rid"])


def test_top_k_keeps_the_best_and_says_the_rank_of_the_rest() -> None:
    rows = images(4, score=[1.0, 4.0, 3.0, None])
    verdict = top_k.function(rows, column="score", k=2)
    assert kept(rows, verdict) == {"0001.jpg", "0002.jpg"}
    assert verdict.reason.to_list()[0] == "rank 3 by score 1, only the best 2 are kept"
    assert verdict.reason.to_list()[3] == "score was not measured"
    assert verdict.rule.to_list()[3] == "not-measured"


def test_top_k_can_take_the_lowest() -> None:
    rows = images(3, score=[1.0, 4.0, 3.0])
    assert kept(rows, top_k.function(rows, column="score", k=1, best="low")) == {"0000.jpg"}


@given(st.lists(st.none() | st.integers(0, 4), max_size=12), st.integers(1, 14), st.randoms(use_true_random=False))
def test_top_k_keeps_k_measured_rows_whatever_their_order(values: list[int | None], k: int, random: Any) -> None:
    rows = images(len(values), score=pl.Series(values, dtype=pl.Int64))
    first = kept(rows, top_k.function(rows, column="score", k=k))
    assert len(first) == min(k, sum(value is not None for value in values))
    order = list(range(len(values)))
    random.shuffle(order)
    other = shuffled(rows, order)
    assert kept(other, top_k.function(other, column="score", k=k)) == first


@settings(max_examples=40)
@given(st.integers(0, 30), st.integers(0, 40), st.randoms(use_true_random=False))
def test_a_sample_is_as_large_as_asked_for_and_the_same_in_any_order(size: int, count: int, random: Any) -> None:
    rows = images(size)
    first = kept(rows, drawn(sample, rows, count=count))
    assert len(first) == min(count, size)
    order = list(range(size))
    random.shuffle(order)
    other = shuffled(rows, order)
    assert kept(other, drawn(sample, other, count=count)) == first


def test_another_seed_gives_another_sample() -> None:
    rows = images(60)
    assert kept(rows, drawn(sample, rows, count=20)) != kept(rows, drawn(sample, rows, count=20, seed=1))


def test_a_new_picture_takes_at_most_one_place_in_a_sample() -> None:
    before, after = images(60), images(61)
    lost = kept(before, drawn(sample, before, count=20)) - kept(after, drawn(sample, after, count=20))
    assert len(lost) <= 1


def test_a_stratified_sample_keeps_the_proportions() -> None:
    rows = images(40, label=["cat"] * 30 + ["dog"] * 9 + [None])
    chosen = rows.filter(drawn(sample, rows, amount="share", share=0.5, stratify="label").mask)
    assert 4 <= chosen["label"].to_list().count("dog") <= 5
    assert chosen["label"].to_list().count("cat") == 15


GROUPS = st.lists(st.tuples(st.integers(0, 6), st.none() | st.integers(0, 4)), max_size=24)


@settings(max_examples=60)
@given(GROUPS, st.floats(0, 0.5), st.integers(0, 3), st.randoms(use_true_random=False))
def test_a_split_never_parts_a_group_or_copies_and_never_takes_too_many(
    rows_given: list[tuple[int, int | None]], share: float, seed: int, random: Any
) -> None:
    cids = [f"c{content}" for content, _ in rows_given]
    names = [None if group is None else f"g{group}" for _, group in rows_given]
    rows = images(len(cids), cids, duplicate_group=pl.Series(names, dtype=pl.String))
    parts = drawn(split, rows, share=share, seed=seed)
    sides = parts.columns["split"].to_list()
    assert (parts.ports["train"] ^ parts.ports["validation"]).all()
    for keys in (cids, names):
        for key in set(keys) - {None}:
            assert len({side for side, own in zip(sides, keys, strict=True) if own == key}) == 1
    assert sides.count("validation") <= round(share * len(rows))
    order = list(range(len(rows)))
    random.shuffle(order)
    other = shuffled(rows, order)
    assert validation(other, drawn(split, other, share=share, seed=seed)) == validation(rows, parts)


def test_a_split_of_single_pictures_is_exact() -> None:
    rows = images(50)
    assert len(validation(rows, drawn(split, rows, share=0.1))) == 5
    assert len(validation(rows, drawn(split, rows, amount="count", count=7))) == 7


def test_a_split_keeps_the_proportions_of_a_column() -> None:
    rows = images(100, label=["cat"] * 80 + ["dog"] * 20)
    parts = drawn(split, rows, share=0.2, stratify="label")
    labels = rows.filter(parts.ports["validation"])["label"].to_list()
    assert (labels.count("cat"), labels.count("dog")) == (16, 4)


def test_a_split_of_nothing_is_nothing() -> None:
    rows = images(0)
    assert drawn(split, rows).columns["split"].to_list() == []


def test_pictures_of_one_source_stay_together_where_that_is_asked_and_a_short_validation_is_told() -> None:
    rows = images(9, source=["a"] * 4 + ["b"] * 4 + ["c"], duplicate_group=[None] * 3 + ["x", "x"] + [None] * 4)
    said: list[str] = []
    context = Context("node", seed=1, notice=said.append)
    parts = split.function(rows, context=context, share=0.3, groups=["duplicate_group", "source"])
    assert validation(rows, parts) == {"0008.jpg"}
    assert said == ["Validation has 1 pictures of the 3 asked for: groups that stay together are large."]


def test_rows_without_a_number_are_one_stratum_and_no_group() -> None:
    nan = float("nan")
    rows = images(40, style=[nan] * 20 + [1.0] * 20)
    result = drawn(sample, rows, count=10, stratify="style")
    chosen = rows.table.filter(result.mask)
    assert chosen["style"].is_nan().sum() == 5
