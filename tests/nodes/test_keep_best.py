"""Keep best: one picture of each marked group, joined over columns, captions merged; and the chain from finders."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nodegraph import Context, ImageSet, Keep, Values
from nodes.duplicates.exact import exact
from nodes.duplicates.keep_best import keep_best
from tests.nodes.tables import images, kept, shuffled

CONTEXT = Context("keep")


def best(rows: ImageSet, context: Context = CONTEXT, **params: Any) -> Keep:
    return keep_best.function(rows, context=context, **params)


def captions(rows: ImageSet, verdict: Keep) -> dict[str, str | None]:
    table = rows.with_columns(verdict.columns).table.filter(verdict.mask)
    return dict(zip(table["rid"], table["caption"], strict=True))


def test_the_best_of_each_group_stays_and_the_reason_says_why() -> None:
    rows = images(["a", "b", "c", "d"], duplicate_group=["g", "g", None, "h"], megapixels=[1.0, 2.5, 1.0, 1.0])
    verdict = best(rows)
    assert kept(rows, verdict) == {"b", "c", "d"}
    assert verdict.reason.to_list()[0] == "b is the better copy: megapixels 2.5 instead of 1"


def test_the_first_column_in_which_two_differ_decides() -> None:
    rows = images(["a", "b"], duplicate_group=["g", "g"], megapixels=[1.0, 1.0], noise=[2.0, 1.0], sharp=[9.0, 1.0])
    assert kept(rows, best(rows, prefer=["megapixels", "-noise", "sharp"])) == {"b"}
    assert kept(rows, best(rows, prefer=["megapixels", "sharp", "-noise"])) == {"a"}


def test_what_was_not_measured_loses_and_equals_go_by_name() -> None:
    rows = images(["b", "a", "c", "d"], duplicate_group=["g", "g", "h", "h"], score=[1.0, 1.0, None, float("nan")])
    verdict = best(rows, prefer=["score"])
    assert kept(rows, verdict) == {"a", "c"}
    assert verdict.reason.to_list()[0] == "a is an equal copy and the first by name"
    rows = images(["a", "b"], duplicate_group=["g", "g"], score=[float("nan"), 0.0])
    assert kept(rows, best(rows, prefer=["score"])) == {"b"}


def test_a_column_that_is_not_there_is_said() -> None:
    said: list[str] = []
    rows = images(["a", "b"], duplicate_group=["g", "g"])
    assert kept(rows, best(rows, Context("keep", notice=said.append), prefer=["-blur"])) == {"a"}
    assert said == ["-blur is not measured, so it plays no part in what is best."]


def test_groups_of_several_columns_are_joined() -> None:
    rows = images(
        ["a", "b", "c", "d"],
        hash_group=["g", "g", None, None], crop_group=[None, "g", "g", None], megapixels=[1, 2, 3, 4],
    )  # fmt: skip
    assert kept(rows, best(rows, groups=["hash_group", "crop_group"])) == {"c", "d"}
    assert kept(rows, best(rows, groups=["hash_group"])) == {"b", "c", "d"}


def test_what_a_person_took_apart_both_stay() -> None:
    rows = images(["a", "b", "c"], ["a", "b", "c"], duplicate_group=["g", "g", "g"])
    context = Context("keep", decisions={"viewer": {"apart:b": {"a": "yes"}}})
    assert kept(rows, best(rows, context)) == {"a", "b"}


def test_without_groups_all_are_kept_and_a_warning_is_given() -> None:
    rows = images(["a", "b"], duplicate_group=pl.Series([None, None], dtype=pl.String))
    assert kept(rows, best(rows)) == {"a", "b"}
    assert kept(rows, best(rows, groups=[])) == {"a", "b"}
    assert [found.code for found in keep_best.check({"groups": []})] == ["no-groups"]
    assert len(best(images(0, duplicate_group=pl.Series([], dtype=pl.String))).mask) == 0


@pytest.mark.parametrize(
    ("merge", "expected"),
    [("own", "red, dog"), ("longest", "a long text about a dog"), ("tags", "red, dog, a long text about a dog, Grass")],
)
def test_captions_are_merged_as_asked(merge: str, expected: str) -> None:
    rows = images(
        ["a", "b", "c", "d"],
        duplicate_group=["g"] * 4,
        megapixels=[9, 8, 7, 6],
        caption=["red, dog", "a long text about a dog, DOG", "Grass", None],
    )
    rows = rows if merge != "longest" else rows.with_columns({"caption": ["red, dog", expected, "Grass", None]})
    assert captions(rows, best(rows, captions=merge)) == {"a": expected}


def test_the_author_of_a_caption_goes_with_it_and_a_persons_words_go_first() -> None:
    rows = images(
        ["a", "b", "c"], duplicate_group=["g"] * 3, caption=["short", "by hand", "much longer than the others"],
        caption_by=["template", "person", "model:x"], megapixels=[3, 2, 1],
    )  # fmt: skip
    for merge in ("longest", "tags"):
        verdict = best(rows, captions=merge)
        assert captions(rows, verdict) == {"a": "by hand"}
        assert verdict.columns["caption_by"][0] == "person"
    mine = rows.with_columns({"caption_by": ["person", "model:x", "person"]})
    assert captions(mine, best(mine, captions="tags")) == {"a": "short"}


def test_captions_are_given_only_where_they_are_merged() -> None:
    assert set(keep_best.gives({"captions": "own"})) == set()
    assert set(keep_best.gives({"captions": "tags"})) == {"caption", "caption_by"}


def test_finders_that_only_mark_are_chained_and_one_of_all_their_groups_is_kept() -> None:
    rows = images(["a", "b", "c"], ["1", "1", "2"], megapixels=[1, 1, 2])
    params = {"context": CONTEXT, "keep": "all"}
    by_bytes = exact.function(rows, digests=Values([None] * 3), same="bytes", group="bytes_group", **params)
    rows = rows.with_columns(by_bytes.columns)
    by_pixels = exact.function(rows, digests=Values(["x", "x", "x"]), same="pixels", group="pixel_group", **params)
    rows = rows.with_columns(by_pixels.columns)
    assert by_bytes.mask.all()
    assert by_pixels.mask.all()
    assert {"bytes_group", "bytes_distance", "pixel_group", "pixel_distance"} <= set(rows.columns)
    assert kept(rows, best(rows, groups=["bytes_group", "pixel_group"])) == {"c"}


NAMES = st.none() | st.sampled_from("xyz")


@settings(max_examples=60)
@given(st.lists(st.tuples(NAMES, NAMES, st.none() | st.integers(0, 2)), max_size=12), st.randoms(use_true_random=False))
def test_one_of_each_group_is_kept_in_whatever_order(given_rows: list[tuple[Any, Any, Any]], random: Any) -> None:
    first, second, scores = (
        pl.Series([row[place] for row in given_rows], dtype=kind)
        for place, kind in enumerate((pl.String, pl.String, pl.Int64))
    )
    rows = images(len(given_rows), one=first, two=second, score=scores)
    verdict = best(rows, groups=["one", "two"], prefer=["score"])
    stays = verdict.mask.to_list()
    for column in (first, second):
        for name in set(column.drop_nulls()):
            assert sum(flag for flag, other in zip(stays, column, strict=True) if other == name) <= 1
    lone = [a is None and b is None for a, b in zip(first, second, strict=True)]
    assert all(flag for flag, alone in zip(stays, lone, strict=True) if alone)
    order = list(range(len(rows)))
    random.shuffle(order)
    other = shuffled(rows, order)
    assert kept(other, best(other, groups=["one", "two"], prefer=["score"])) == kept(rows, verdict)


def test_an_empty_name_is_no_group() -> None:
    rows = images(3, duplicate_group=["", "", None])
    assert keep_best.function(rows, context=Context("best"), prefer=[]).mask.all()
