"""The name that was probably meant is found."""

from __future__ import annotations

from nodegraph.graph.names import did_you_mean, nearest


def test_the_nearest_name_is_found_whatever_its_case() -> None:
    assert nearest("Sharpnes", ["sharpness", "shape"]) == "sharpness"


def test_a_name_like_no_other_has_no_nearest() -> None:
    assert nearest("zzz", ["sharpness", "shape"]) is None


def test_where_no_name_is_near_the_first_few_are_listed() -> None:
    assert did_you_mean("zzz", ["b", "a"]) == "There is: a, b."
    assert did_you_mean("zzz", map(str, range(10))).endswith("6, 7 and more.")


def test_where_there_are_no_names_that_is_said() -> None:
    assert did_you_mean("zzz", [], what="Models") == "Models: none."
