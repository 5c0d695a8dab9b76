"""Two sets made one: what is in both comes once, names never clash, and every row goes on or has a reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph import Context, ImageSet, Rows
from nodegraph.graph.model import End, Node, graph_of
from nodegraph.registry import registry_of
from nodegraph.run.executor import run
from nodegraph.run.options import RunOptions
from nodegraph.run.prepare import prepare_graph
from nodes.duplicates.reference import exclude_reference
from nodes.filters.limits import threshold
from nodes.flow.combine import compare, set_operation
from nodes.flow.merge import merge
from nodes.models import MODELS
from nodes.sources import NODES as SOURCES
from tests.nodes.tables import images, shuffled
from tests.run.conftest import draw


def rows_of(files: dict[str, str], **columns: Any) -> ImageSet:
    """A set of these names and contents; "1m" is the file "1", mirrored."""
    found = images(list(files), [content[0] for content in files.values()], **columns)
    recipes = ["mirror=1" if content.endswith("m") else "" for content in files.values()]
    return found.with_columns({"recipe": pl.Series(recipes, dtype=pl.String)})


def out(result: Rows, port: str = "images") -> dict[str, str]:
    rows = result.tables[port].select("rid", "cid", "recipe").rows()
    return {rid: f"{cid}m" if recipe else cid for rid, cid, recipe in rows}


def told(result: Rows) -> dict[str, str]:
    assert len({left.rid for left in result.dropped}) == len(result.dropped)
    return {left.rid: left.rule for left in result.dropped}


def combined(node: str, first: ImageSet, second: ImageSet, **params: Any) -> Rows:
    if node == "set":
        return set_operation.function(first, second, **params)
    if node == "merge":
        return merge.function(first, second, **params)
    return compare.function(first, second, context=Context("node"), **params)


A = rows_of({"a.png": "1", "b.png": "2", "sub/c.png": "3"})
B = rows_of({"a.png": "1", "b.png": "9", "x.png": "3", "y.png": "4"})


def test_a_union_has_what_is_in_either_once() -> None:
    result = combined("set", A, B)
    assert out(result) == {"a.png": "1", "b.png": "2", "sub/c.png": "3", "b~2.png": "9", "y.png": "4"}
    assert told(result) == {"x.png": "there-already"}
    assert result.dropped[0].reason == "the same picture as sub/c.png of the first set"


def test_an_intersection_has_what_is_in_both() -> None:
    result = combined("set", A, B, operation="intersect")
    assert out(result) == {"a.png": "1", "sub/c.png": "3"}
    assert told(result) == {
        "b.png": "not-in-second",
        "b~2.png": "not-in-first",
        "x.png": "there-already",
        "y.png": "not-in-first",
    }


def test_a_difference_has_what_is_in_the_first_alone() -> None:
    result = combined("set", A, B, operation="minus")
    assert out(result) == {"b.png": "2"}
    assert told(result)["sub/c.png"] == "in-second"
    assert [left.reason for left in result.dropped if left.rid == "sub/c.png"] == [
        "the same picture as x.png of the second set"
    ]


def test_by_name_files_are_the_same_when_their_names_are() -> None:
    assert out(combined("set", A, B, by="name")) == {
        "a.png": "1", "b.png": "2", "sub/c.png": "3", "x.png": "3", "y.png": "4",
    }  # fmt: skip
    assert out(combined("set", A, B, by="name", operation="intersect")) == {"a.png": "1", "b.png": "2"}


def test_an_edited_picture_is_another_picture_but_the_same_file() -> None:
    plain, mirrored = rows_of({"a.png": "1"}), rows_of({"a.png": "1m"})
    both = {"a.png": "1", "a~2.png": "1m"}
    assert out(combined("set", plain, mirrored)) == both
    assert out(combined("set", plain, mirrored, operation="intersect")) == {}
    assert out(combined("set", plain, mirrored, by="file")) == {"a.png": "1"}
    assert out(combined("merge", plain, mirrored, same_picture="first")) == both
    assert out(combined("merge", plain, mirrored, same_name="first")) == {"a.png": "1"}


def test_columns_come_from_both_and_from_the_other_sets_row_of_the_same_picture() -> None:
    first = rows_of({"a.png": "1", "b.png": "2"}, aesthetic=[5.0, 6.0], size=[1, 2], text=["x", "y"])
    second = rows_of({"a.png": "1", "z.png": "7"}, nsfw=[0.1, 0.2], size=[1.5, 2.5], text=[1, 2])
    table = combined("set", first, second).tables["images"]
    assert table.select("rid", "aesthetic", "nsfw", "size", "text").rows() == [
        ("a.png", 5.0, 0.1, 1.0, "x"),
        ("b.png", 6.0, None, 2.0, "y"),
        ("z.png", None, 0.2, 2.5, "2"),
    ]


def test_columns_that_cannot_be_read_as_one_kind_are_empty_rather_than_an_error() -> None:
    first = rows_of({"a.png": "1"}, mark=[True], parts=[0.5], none=pl.Series([None], dtype=pl.Null))
    second = rows_of({"b.png": "2"}, mark=["yes"], parts=[[1, 2]], none=["there"])
    table = combined("set", first, second).tables["images"]
    assert table.select("mark", "parts", "none").rows() == [(True, 0.5, None), (None, None, "there")]


def test_of_one_file_the_row_with_the_longer_caption_stays() -> None:
    first = rows_of({"a.png": "1", "b.png": "2"}, caption=["a cat", "a long caption"], source=["A", "A"])
    second = rows_of({"x.png": "1", "b.png": "2"}, caption=["a cat on a mat", "short"], source=["B", "B"])
    result = combined("merge", first, second, same_picture="caption")
    assert result.tables["images"].select("rid", "caption", "source", "merged_from").rows() == [
        ("b.png", "a long caption", "A", "both"),
        ("x.png", "a cat on a mat", "B", "both"),
    ]
    assert [(left.rid, left.rule) for left in result.dropped] == [("a.png", "same-picture")]


def test_of_equally_long_captions_the_first_sets_stays() -> None:
    first, second = rows_of({"a.png": "1"}, caption=["a cat"]), rows_of({"b.png": "1"}, caption=["a dog"])
    result = combined("merge", first, second, same_picture="caption")
    assert result.tables["images"].select("rid", "caption").rows() == [("a.png", "a cat")]


def test_a_persons_caption_goes_before_a_longer_one() -> None:
    first = rows_of({"a.png": "1", "n.png": "2"}, caption=["mine", "hers"], caption_by=["person", "person"])
    second = rows_of({"z.png": "1", "n.png": "9"}, caption=["a much longer one"] * 2, caption_by=["model:m", None])
    result = combined("merge", first, second, same_picture="caption", same_name="caption")
    assert result.tables["images"].select("rid", "caption").rows() == [("a.png", "mine"), ("n.png", "hers")]
    result = combined("merge", second, first, same_picture="caption", same_name="caption")
    assert result.tables["images"]["caption"].to_list() == ["mine", "hers"]
    assert {left.reason for left in result.dropped} == {
        "the same picture as a.png of the second set, which has a caption that a person wrote",
        "another picture with this name, from the second set, has a caption that a person wrote",
    }


@pytest.mark.parametrize("node", ["set", "merge", "compare"])
def test_a_persons_caption_stays_with_its_picture_whichever_row_does(node: str) -> None:
    first = rows_of({"a.png": "1", "b.png": "2"}, caption=["by machine", "mine"], caption_by=["model:m", "person"])
    second = rows_of({"z.png": "1", "b.png": "2"}, caption=["hers", "his"], caption_by=["person", "person"])
    table = combined(node, first, second).tables["images"]
    assert table.select("rid", "caption", "caption_by").rows() == [
        ("a.png", "hers", "person"),
        ("b.png", "mine", "person"),
    ]


@pytest.mark.parametrize("node", ["set", "merge", "compare"])
def test_a_caption_never_gets_the_author_of_the_other_sets(node: str) -> None:
    first = rows_of({"a.png": "1"}, caption=["as it came"])
    second = rows_of({"a.png": "1"}, caption=["a cat"], caption_by=["model:m"])
    table = combined(node, first, second).tables["images"]
    assert table.select("caption", "caption_by").rows() == [("as it came", "source")]


def test_pictures_that_only_share_a_name_share_no_caption() -> None:
    first = rows_of({"a.png": "1"}, caption=["a dog"], caption_by=["source"])
    second = rows_of({"a.png": "2"}, caption=["a cat"], caption_by=["person"])
    assert combined("set", first, second, by="name").tables["images"]["caption"].to_list() == ["a dog"]


def test_of_several_copies_the_first_by_name_fills_the_columns() -> None:
    first = rows_of({"a.png": "1"})
    second = rows_of({"z.png": "1", "y.png": "1", "x.png": "2"}, nsfw=[0.3, 0.2, 0.1])
    assert combined("set", first, second, operation="intersect").tables["images"]["nsfw"].to_list() == [0.2]


def test_the_very_row_with_a_longer_caption_takes_the_place_of_the_other() -> None:
    first, second = (rows_of({"a.png": "1"}, caption=[text]) for text in ("short", "much longer"))
    result = combined("merge", first, second, same_picture="caption")
    assert result.tables["images"]["caption"].to_list() == ["much longer"]
    assert told(result) == {}


def test_both_rows_of_one_file_can_stay() -> None:
    result = combined("merge", A, B, same_picture="both")
    assert out(result) == {
        "a.png": "1", "b.png": "2", "sub/c.png": "3", "a~2.png": "1", "b~2.png": "9", "x.png": "3", "y.png": "4",
    }  # fmt: skip


def test_of_two_files_with_one_name_one_can_stay() -> None:
    first = rows_of({"a.png": "1", "b.png": "2"}, caption=["short", None])
    second = rows_of({"a.png": "7", "b.png": "8"}, caption=["longer than that", None])
    assert out(combined("merge", first, second, same_name="first")) == {"a.png": "1", "b.png": "2"}
    result = combined("merge", first, second, same_name="caption")
    assert out(result) == {"b.png": "2", "a~2.png": "7"}
    assert told(result) == {"a.png": "same-name", "b~2.png": "same-name"}


@pytest.mark.parametrize("node", ["set", "merge", "compare"])
def test_a_new_name_is_one_that_nobody_has(node: str) -> None:
    first = rows_of({"a.png": "1", "a~2.png": "2", ".png": "3", "d.e/f": "4"})
    second = rows_of({"a.png": "5", "a~3.png": "6", ".png": "7", "d.e/f": "8"})
    assert set(out(combined(node, first, second))) == {
        *first.rids, "a~3.png", "a~4.png", ".png~2", "d.e/f~2",
    }  # fmt: skip


def test_a_comparison_parts_the_pictures_and_counts_them() -> None:
    said: list[str] = []
    first = rows_of({"a.png": "1", "b.png": "2"}, aesthetic=[4.0, 5.0])
    second = rows_of({"a.png": "1", "c.png": "3", "d.png": "1"}, aesthetic=[4.0, None, 9.0])
    context = Context("node", notice=said.append)
    result = compare.function(first, second, context=context, column="aesthetic")
    table = result.tables["images"]
    assert dict(zip(table["rid"], table["ab"], strict=True)) == {"a.png": "both", "b.png": "A", "c.png": "B"}
    assert (out(result, "only_a"), out(result, "only_b")) == ({"b.png": "2"}, {"c.png": "3"})
    assert told(result) == {"d.png": "there-already"}
    assert said == [
        "A 2, B 3: 1 in both, 1 only in A, 1 only in B, overlap 33%. Average aesthetic: both 4, A 5, B none."
    ]


FILES = st.dictionaries(
    st.sampled_from(["a.png", "b.png", "a~2.png", "s/a.png", "'\n<b>.jpg"]),
    st.sampled_from(["1", "2", "3", "1m"]),
    max_size=5,
)
CAPTIONS = st.lists(st.none() | st.sampled_from(["", "x", "xyz"]), min_size=5, max_size=5)
BY = st.sampled_from(["picture", "file", "name"])
RULES = st.sampled_from(["first", "caption", "both"])
KINDS = st.sampled_from(["union", "intersect", "minus"])
OPERATIONS = st.one_of(
    st.tuples(st.just("set"), st.fixed_dictionaries({"operation": KINDS, "by": BY})),
    st.tuples(st.just("merge"), st.fixed_dictionaries({"same_picture": RULES, "same_name": RULES})),
    st.tuples(st.just("compare"), st.fixed_dictionaries({"by": BY})),
)


@given(FILES, FILES, CAPTIONS, CAPTIONS, OPERATIONS, st.randoms(use_true_random=False))
def test_every_row_of_both_sets_goes_on_or_is_told_in_any_order(
    one: dict[str, str],
    other: dict[str, str],
    captions: list[str | None],
    rivals: list[str | None],
    operation: tuple[str, dict[str, str]],
    random: Any,
) -> None:
    first = rows_of(one, caption=pl.Series(captions[: len(one)], dtype=pl.String))
    second = rows_of(other, caption=pl.Series(rivals[: len(other)], dtype=pl.String))
    node, params = operation
    result = combined(node, first, second, **params)
    there, gone = out(result), told(result)
    assert not there.keys() & gone.keys()
    assert len(there) == result.tables["images"].height
    assert set(one) <= {*there, *gone}
    same = sum(second_cid == one.get(rid) for rid, second_cid in other.items())
    renamed_too = node == "merge" and params["same_picture"] == "both"
    assert len(there) + len(gone) == len(one) + len(other) - (0 if renamed_too else same)
    contents = {content[0] for content in (*one.values(), *other.values())}
    assert {*(content[0] for content in there.values()), *(left.cid for left in result.dropped)} == contents

    orders = [random.sample(range(len(each)), len(each)) for each in (first, second)]
    again = combined(node, shuffled(first, orders[0]), shuffled(second, orders[1]), **params)
    assert (out(again), told(again)) == (there, gone)
    assert again.tables["images"].sort("rid").equals(result.tables["images"].sort("rid"))


@given(FILES, FILES)
def test_the_operations_are_those_of_sets(one: dict[str, str], other: dict[str, str]) -> None:
    first, second = rows_of(one), rows_of(other)
    contents = {
        operation: set(out(combined("set", first, second, operation=operation)).values())
        for operation in ("union", "intersect", "minus")
    }
    a, b = set(one.values()), set(other.values())
    assert contents == {"union": a | b, "intersect": a & b, "minus": a - b}


def test_in_a_run_branches_become_one_set_again(tmp_path: Path) -> None:
    for number in range(6):
        draw(tmp_path / "in" / f"{number}.png", number, size=(20 + 10 * number, 20))
    nodes = [
        Node("folder", "source/folder", params={"folder": str(tmp_path / "in")}),
        Node("strict", "filter/threshold", rev=2, params={"column": "bytes", "low": 2500.0}),
        Node("loose", "filter/threshold", rev=2, params={"column": "bytes", "low": 1500.0}),
        Node("compare", "flow/compare", params={"column": "bytes"}),
        Node("again", "flow/merge"),
        Node("last", "filter/threshold", rev=2, params={"column": "bytes", "low": 0.0}),
    ]
    wires = [
        ("folder.images", "strict.images"),
        ("folder.images", "loose.images"),
        ("strict.kept", "compare.a"),
        ("loose.kept", "compare.b"),
        ("compare.only_b", "again.first"),
        ("strict.dropped", "again.second"),
        ("again.images", "last.images"),
    ]
    registry = registry_of([*SOURCES, threshold, compare, merge])
    graph = prepare_graph(graph_of(nodes, wires), registry, base=tmp_path).graph
    result = run(graph, registry, RunOptions(device="cpu", cache=tmp_path / "cache"), lambda _event: None)
    strict, loose = (set(result.sets[End(node, "kept")].rids) for node in ("strict", "loose"))
    assert set() < strict < loose
    assert set(result.sets[End("compare", "only_b")].rids) == loose - strict
    table = result.sets[End("last", "kept")].table
    assert dict(zip(table["rid"], table["merged_from"], strict=True)) == {
        rid: "both" if rid in loose else "second" for rid in result.sets[End("strict", "dropped")].rids
    }


def test_a_row_that_was_dropped_and_comes_back_is_not_told_as_dropped(tmp_path: Path) -> None:
    for number in range(6):
        draw(tmp_path / "in" / f"{number}.png", number, size=(20 + 10 * number, 20))
    nodes = [
        Node("folder", "source/folder", params={"folder": str(tmp_path / "in")}),
        Node("strict", "filter/threshold", rev=2, params={"column": "bytes", "low": 2500.0}),
        Node("loose", "filter/threshold", rev=2, params={"column": "bytes", "low": 1500.0}),
        Node("again", "flow/merge"),
        Node("none", "filter/threshold", rev=2, params={"column": "bytes", "low": 1e9}),
    ]
    wires = [
        ("folder.images", "strict.images"),
        ("strict.dropped", "loose.images"),
        ("strict.kept", "again.first"),
        ("loose.kept", "again.second"),
        ("again.images", "none.images"),
    ]
    registry = registry_of([*SOURCES, threshold, merge])
    graph = prepare_graph(graph_of(nodes, wires), registry, base=tmp_path).graph
    result = run(graph, registry, RunOptions(device="cpu", cache=tmp_path / "cache"), lambda _event: None)
    joined = result.sets[End("again", "images")]
    lost = set(result.sets[End("strict", "dropped")].rids) - set(joined.rids)
    assert lost and len(joined) > len(result.sets[End("strict", "kept")])
    assert set(joined.ledger["rid"]) == lost
    after = result.sets[End("none", "kept")].ledger
    assert sorted(after.filter(pl.col("node") == "none")["rid"]) == sorted(joined.rids)


def test_what_a_reference_set_lost_is_no_loss_of_the_set(tmp_path: Path) -> None:
    for folder, count in (("in", 3), ("reference", 5)):
        for number in range(count):
            draw(tmp_path / folder / f"{folder}-{number}.png", number, size=(20 + 10 * number, 20))
    nodes = [
        Node("folder", "source/folder", params={"folder": str(tmp_path / "in")}),
        Node("others", "source/folder", params={"folder": str(tmp_path / "reference")}),
        Node("some", "filter/threshold", rev=2, params={"column": "bytes", "low": 1e9}),
        Node("exclude", "duplicates/exclude_reference", params={"by": "bytes"}),
    ]
    wires = [
        ("folder.images", "exclude.images"),
        ("others.images", "some.images"),
        ("some.kept", "exclude.reference"),
    ]
    registry = registry_of([*SOURCES, threshold, exclude_reference], MODELS)
    graph = prepare_graph(graph_of(nodes, wires), registry, base=tmp_path).graph
    result = run(graph, registry, RunOptions(device="cpu", cache=tmp_path / "cache"), lambda _event: None)
    assert result.counts["some"].dropped == 5
    assert len(result.sets[End("exclude", "kept")]) == 3
    assert result.sets[End("exclude", "kept")].ledger.height == 0
