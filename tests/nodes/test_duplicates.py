"""Duplicate nodes: who belongs together, who stays, and that the order of the rows plays no part."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from nodegraph import Context, ImageSet, Values
from nodes.duplicates.embeddings import by_embedding
from nodes.duplicates.hashes import by_hash
from tests.nodes.tables import images, kept, shuffled

CONTEXT = Context("duplicates")


def hashes(*codes: int, detail: float = 20.0, mirrored: int = 2**64 - 1) -> Values:
    """Values of `image_hash` with these upright hashes; all other orientations are far from everything."""
    far = [f"{mirrored ^ (0x0F0F0F0F << turn):016x}" for turn in range(7)]
    return Values([{"hashes": " ".join([f"{code:016x}", *far]), "detail": detail} for code in codes])


def test_the_best_of_a_group_stays_and_the_others_name_it() -> None:
    rows = images(["a.jpg", "b.jpg", "c.jpg"], megapixels=[1.0, 2.0, 9.0])
    verdict = by_hash.function(rows, context=CONTEXT, hashes=hashes(0, 0b11, 0xFF00FF00FF00FF00))
    assert kept(rows, verdict) == {"b.jpg", "c.jpg"}
    assert verdict.reason.to_list()[0] == "same picture as b.jpg, distance 2"
    assert verdict.columns["duplicate_group"].to_list() == ["b.jpg", "b.jpg", None]
    assert verdict.columns["duplicate_distance"].to_list() == [2.0, 0.0, None]


def test_a_preference_with_a_minus_wants_the_lower() -> None:
    rows = images(["a.jpg", "b.jpg"], noise=[5.0, 1.0])
    assert kept(rows, by_hash.function(rows, context=CONTEXT, hashes=hashes(0, 0), prefer=["-noise"])) == {"b.jpg"}


def test_without_the_preferred_columns_the_first_by_name_stays() -> None:
    rows = images(["b.jpg", "a.jpg"])
    assert kept(rows, by_hash.function(rows, context=CONTEXT, hashes=hashes(0, 0))) == {"a.jpg"}


def test_keep_first_looks_at_names_alone() -> None:
    rows = images(["b.jpg", "a.jpg"], megapixels=[9.0, 1.0])
    assert kept(rows, by_hash.function(rows, context=CONTEXT, hashes=hashes(0, 0), keep="first")) == {"a.jpg"}


def test_keep_all_marks_and_drops_nothing() -> None:
    rows = images(["a.jpg", "b.jpg"])
    verdict = by_hash.function(rows, context=CONTEXT, hashes=hashes(0, 1), keep="all")
    assert verdict.mask.all()
    assert verdict.columns["duplicate_group"].to_list() == ["a.jpg", "a.jpg"]


def test_pictures_with_nothing_to_see_match_by_their_bytes_alone() -> None:
    rows = images(["a.png", "b.png", "c.png"], ["one", "two", "one"])
    verdict = by_hash.function(rows, context=CONTEXT, hashes=hashes(0, 0, 0, detail=0.1))
    assert kept(rows, verdict) == {"a.png", "b.png"}
    assert verdict.reason.to_list()[2] == "the same file as a.png"


def test_mirrored_copies_are_found_only_with_flips() -> None:
    rows = images(["a.jpg", "b.jpg"])
    mirror = Values(
        [
            {"hashes": " ".join(["00000000ffffffff", "ffffffff00000000", *["0f0f0f0f0f0f0f0f"] * 6]), "detail": 9.0},
            {"hashes": " ".join(["ffffffff00000000", "00000000ffffffff", *["0f0f0f0f0f0f0f0f"] * 6]), "detail": 9.0},
        ]
    )
    assert kept(rows, by_hash.function(rows, context=CONTEXT, hashes=mirror, flips=True)) == {"a.jpg"}
    assert kept(rows, by_hash.function(rows, context=CONTEXT, hashes=mirror, flips=False)) == {"a.jpg", "b.jpg"}


def test_an_empty_set_has_no_duplicates() -> None:
    assert len(by_hash.function(images(0), context=CONTEXT, hashes=Values([])).mask) == 0
    assert len(by_embedding.function(images(0), context=CONTEXT, vectors=Values([])).mask) == 0


def test_embeddings_match_at_the_cosine_asked_for() -> None:
    rows = images(["a.jpg", "b.jpg", "c.jpg"])
    angles = np.radians([0, 15, 60])
    vectors = Values(list(np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float16)))
    assert kept(rows, by_embedding.function(rows, context=CONTEXT, vectors=vectors)) == {"a.jpg", "c.jpg"}
    assert kept(rows, by_embedding.function(rows, context=CONTEXT, vectors=vectors, cosine=0.99)) == {
        "a.jpg",
        "b.jpg",
        "c.jpg",
    }


def test_a_distance_at_which_strangers_match_is_warned_of() -> None:
    assert by_hash.check({"method": "phash", "distance": 6}) == ()
    assert [found.param for found in by_hash.check({"method": "whash", "distance": 6})] == ["distance"]
    assert by_hash.check({"method": "phash", "distance": 12})[0].severity == "warning"


ROWS = st.lists(
    st.tuples(st.integers(0, 8), st.none() | st.integers(0, 3)).map(lambda pair: (*pair, 1 << pair[0])), max_size=14
)


@settings(max_examples=60)
@given(ROWS, st.integers(0, 3), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_plays_no_part_and_each_group_keeps_one(
    rows_given: list[tuple[int, int | None, int]], distance: int, random: Any
) -> None:
    # one content has one hash: contents 0 to 8 are one bit each, so that distances are 0 and 2
    rows = images(
        len(rows_given),
        [f"c{content}" for content, _, _ in rows_given],
        megapixels=pl.Series([size for _, size, _ in rows_given], dtype=pl.Int64),
    )
    codes = [code for _, _, code in rows_given]
    verdict = by_hash.function(rows, context=CONTEXT, hashes=hashes(*codes), distance=distance)
    groups = verdict.columns["duplicate_group"]
    for name in set(groups.drop_nulls()):
        assert verdict.mask.filter(groups == name).sum() == 1
    assert verdict.mask.filter(groups.is_null()).all()

    order = list(range(len(rows)))
    random.shuffle(order)
    other: ImageSet = shuffled(rows, order)
    again = by_hash.function(other, context=CONTEXT, hashes=hashes(*[codes[row] for row in order]), distance=distance)
    assert kept(other, again) == kept(rows, verdict)


def test_what_a_person_took_apart_is_never_joined_and_the_others_still_are() -> None:
    rows = images(["a.jpg", "b.jpg", "c.jpg"], ["a", "b", "c"])
    apart = Context("hash", decisions={"viewer": {"apart:a": {"b": "yes"}, "apart:gone": {"a": "yes"}}})
    verdict = by_hash.function(rows, context=apart, hashes=hashes(0, 0, 0))
    assert verdict.columns["duplicate_group"].to_list() == ["a.jpg", None, "a.jpg"]
    same = Values([np.array([1, 0], np.float16)] * 3)
    verdict = by_embedding.function(rows, context=apart, vectors=same)
    assert verdict.columns["duplicate_group"].to_list() == ["a.jpg", None, "a.jpg"]


def test_each_finder_can_have_columns_of_its_own() -> None:
    rows = images(["a.jpg", "b.jpg"])
    verdict = by_hash.function(rows, context=CONTEXT, hashes=hashes(0, 1), keep="all", group="hash_group")
    assert set(verdict.columns) == set(by_hash.gives({"group": "hash_group"})) == {"hash_group", "hash_distance"}
    assert set(by_hash.gives({})) == {"duplicate_group", "duplicate_distance"}


def test_a_row_edited_otherwise_is_another_picture() -> None:
    rows = images(["a.jpg", "b.jpg"], ["same", "same"]).with_columns({"recipe": ["", '{"flip": true}']})
    far = hashes(0, 0xFFFF)
    assert kept(rows, by_hash.function(rows, context=CONTEXT, hashes=far)) == {"a.jpg", "b.jpg"}
