"""The bucket planner as a node."""

from __future__ import annotations

from typing import Any

import polars as pl

from nodegraph import Context, ImageSet, Values
from nodegraph.columns import POLARS_TYPE
from nodes.balance.buckets import buckets
from tests.nodes.tables import images


def planned(rows: ImageSet, sizes: list[tuple[int, int]], **params: Any) -> tuple[pl.DataFrame, list[str]]:
    said: list[str] = []
    header = Values([{"width": width, "height": height} for width, height in sizes])
    found = buckets.function(rows, context=Context("node", notice=said.append), header=header, **params)
    return pl.DataFrame(found), said


def test_columns_are_of_the_declared_kinds_even_when_no_picture_has_a_bucket() -> None:
    found, said = planned(images(["strip.png"]), [(63, 900)], no_upscale=True)
    assert dict(found.schema) == {name: POLARS_TYPE[info.kind] for name, info in buckets.gives({}).items()}
    assert found.row(0) == (None, None, None, None, None)
    assert said == ["Pictures too narrow for any bucket of this trainer: 1 (strip.png)."]


def test_the_table_counts_repeats_of_training_pictures_and_names_buckets_below_a_batch() -> None:
    rows = images(4, repeats=[3, 1, 1, None], split=["train", "train", "validation", None])
    _, said = planned(rows, [(1024, 1024), (1200, 800), (1200, 800), (500, 500)], batch=2)
    assert said == [
        "Buckets (2): 1024x1024 4, 1216x832 1.",
        "Buckets with fewer than the 2 pictures of a batch: 1216x832 1.",
        "Pictures that are enlarged: 3 of 4.",
    ]


def test_a_long_table_is_summed_up() -> None:
    sizes = [(width, 1000) for width in range(500, 2000, 20)]
    _, said = planned(images(len(sizes)), sizes, trainer="ai-toolkit")
    assert said[0].count("x") == 12
    assert " others " in said[0]


def test_wiring_warns_of_the_largest_side_that_makes_poor_buckets() -> None:
    codes = [found.code for found in buckets.check({"trainer": "sd-scripts", "model": "sdxl", "max_side": 1024})]
    assert codes == ["poor-buckets"]
    assert [one.code for one in buckets.check({"model": "sdxl", "max_side": 512})] == ["limits-crossed"]
    assert [one.code for one in buckets.check({"trainer": "onetrainer", "no_upscale": True})] == ["no-such-setting"]
    assert buckets.check({}) == ()


def test_no_pictures_have_no_buckets() -> None:
    found, said = planned(images(0), [])
    assert found.height == 0
    assert said == []


def test_only_pictures_for_training_count_and_repeats_may_be_any_value() -> None:
    rows = images(4, repeats=["3", "often", "2", "1"], split=["Train", "training", "test", "dev"])
    _, said = planned(rows, [(1024, 1024)] * 4)
    assert said[0] == "Buckets (1): 1024x1024 4."
