"""Groups of duplicates: all near pairs and only those, and no chains."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nodegraph import Context
from nodes.duplicates import grouping
from nodes.duplicates.grouping import groups_of, hash_distances, near_hashes, near_vectors, vector_distances
from nodes.duplicates.shingles import near_texts, shingles_of

CODES = st.lists(
    st.integers(0, 2**64 - 1) | st.integers(0, 63).map(lambda bit: 1 << bit) | st.sampled_from([0, 1, 3, 2**64 - 1]),
    max_size=30,
)

TURNS = np.arange(5000) * 2 * np.pi / 5000
CIRCLE = np.stack([np.cos(TURNS), np.sin(TURNS)], axis=1).astype(np.float32)

FISH = [shingles_of(["a", "fish", "in", "the", "pond", str(number)]) for number in range(300)]


def column(codes: list[int]) -> np.ndarray:
    return np.array(codes, np.uint64).reshape(-1, 1)


@settings(max_examples=60)
@given(CODES, st.integers(0, 16))
def test_pairs_join_exactly_what_is_near(codes: list[int], limit: int) -> None:
    near = {(a, b) for a in range(len(codes)) for b in range(a + 1, len(codes))
            if (codes[a] ^ codes[b]).bit_count() <= limit}  # fmt: skip
    found = {tuple(pair) for pair in near_hashes(column(codes), limit).tolist()}
    assert found <= near
    # copies of one hash are joined through the first of them
    first = [codes.index(code) for code in codes]
    assert {tuple(sorted((first[a], first[b]))) for a, b in near if codes[a] != codes[b]} <= found
    assert {(first[a], a) for a in range(len(codes)) if first[a] != a} <= found


def test_the_size_of_a_block_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    codes = np.random.default_rng(0).integers(0, 2**20, (300, 3), dtype=np.uint64)
    whole = near_hashes(codes, 3).tolist()
    monkeypatch.setattr(grouping, "BLOCK", 1000)
    assert near_hashes(codes, 3).tolist() == whole


def test_thousands_of_copies_make_no_millions_of_pairs() -> None:
    assert len(near_hashes(np.zeros((5000, 1), np.uint64), 6)) == 4999


def test_a_chain_is_cut_where_its_ends_are_strangers() -> None:
    chain = column([0, 0b111111, 0b111111111111, 0b111111111111111111, 0b111111111111111111111111])
    groups = groups_of(near_hashes(chain, 6), 6, hash_distances(chain))
    assert [(group.leader, group.others) for group in groups] == [(0, ((1, 6.0), (2, 12.0))), (3, ((4, 6.0),))]


@settings(max_examples=60)
@given(CODES, st.integers(0, 16))
def test_every_member_is_within_twice_the_distance_of_the_best_and_in_one_group_only(
    codes: list[int], limit: int
) -> None:
    hashes = column(codes)
    groups = groups_of(near_hashes(hashes, limit), limit, hash_distances(hashes))
    members = [index for group in groups for index in (group.leader, *(other for other, _ in group.others))]
    assert len(members) == len(set(members))
    for group in groups:
        for other, distance in group.others:
            assert group.leader < other
            assert distance == (codes[group.leader] ^ codes[other]).bit_count() <= 2 * limit


def test_near_vectors_are_those_above_the_cosine() -> None:
    angles = np.radians([0, 10, 90, 101])
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    assert near_vectors(vectors, 0.98).tolist() == [[0, 1], [2, 3]]
    assert vector_distances(vectors)(0, np.array([1, 2])) == pytest.approx([1 - np.cos(np.radians(10)), 1.0], abs=1e-6)
    assert near_vectors(np.zeros((0, 0), np.float32), 0.9).tolist() == []


STRANGERS = st.sets(st.tuples(st.integers(0, 13), st.integers(0, 13)).filter(lambda pair: pair[0] != pair[1]))


def taken_apart(pairs: set[tuple[int, int]]) -> dict[int, set[int]]:
    apart: dict[int, set[int]] = {}
    for one, other in pairs:
        apart.setdefault(one, set()).add(other)
        apart.setdefault(other, set()).add(one)
    return apart


@settings(max_examples=100)
@given(st.lists(st.integers(0, 30).map(lambda bits: (1 << bits) - 1), max_size=14), st.integers(0, 8), STRANGERS)
def test_items_taken_apart_are_never_in_one_group(codes: list[int], limit: int, pairs: set[tuple[int, int]]) -> None:
    hashes, apart = column(codes), taken_apart(pairs)
    groups = groups_of(near_hashes(hashes, limit), limit, hash_distances(hashes), apart)
    members = [index for group in groups for index in group.members]
    assert len(members) == len(set(members))
    for group in groups:
        assert len(group.members) > 1
        assert all(distance <= 2 * limit for _, distance in group.others)
        assert not any(other in apart.get(one, ()) for one in group.members for other in group.members)


def test_one_taken_apart_leaves_the_others_together() -> None:
    same = column([0, 0, 0, 0])
    groups = groups_of(near_hashes(same, 6), 6, hash_distances(same), {0: {1}, 1: {0}})
    assert [group.members for group in groups] == [(0, 2, 3)]


Links = dict[tuple[int, int], float]
LINKS = st.dictionaries(
    st.tuples(st.integers(0, 13), st.integers(0, 13)).filter(lambda pair: pair[0] < pair[1]),
    st.floats(0, 1),
    max_size=40,
)


def one_by_one(links: Links, limit: float) -> dict[int, int]:
    """Each item, in order, joins the first partner that leads and is near enough: item -> leader."""
    leader_of: dict[int, int] = {}
    for item in range(14):
        partners = (one for one in range(item) if one not in leader_of and links.get((one, item), 2.0) <= limit)
        found = next(partners, None)
        if found is not None:
            leader_of[item] = found
    return leader_of


def in_stars(links: Links, limit: float, apart: dict[int, set[int]], asked: list[int]) -> list[grouping.Group]:
    pairs = np.array(sorted(links, key=lambda pair: pair[::-1]), np.int64).reshape(-1, 2)

    def distances(which: np.ndarray) -> np.ndarray:
        asked.extend(which.tolist())
        return np.array([links[(int(one), int(other))] for one, other in pairs[which]])

    return grouping.stars(pairs, limit, distances, apart)


@settings(max_examples=100)
@given(LINKS, st.floats(0, 1))
def test_every_item_of_a_star_is_near_the_best_of_it(links: Links, limit: float) -> None:
    asked: list[int] = []
    groups = in_stars(links, limit, {}, asked)
    assert {item: group.leader for group in groups for item, _ in group.others} == one_by_one(links, limit)
    assert all(links[(group.leader, item)] == distance for group in groups for item, distance in group.others)
    assert len(asked) == len(set(asked))


@settings(max_examples=100)
@given(LINKS, STRANGERS)
def test_items_taken_apart_are_never_in_one_star(links: Links, pairs: set[tuple[int, int]]) -> None:
    apart = taken_apart(pairs)
    for group in in_stars(links, 0.6, apart, []):
        assert not any(other in apart.get(one, ()) for one in group.members for other in group.members)


def test_copies_of_one_picture_are_each_compared_with_the_best_only() -> None:
    links = {(one, other): 0.0 for other in range(14) for one in range(other)}
    asked: list[int] = []
    assert [group.members for group in in_stars(links, 0.5, {}, asked)] == [tuple(range(14))]
    assert len(asked) == 13


@pytest.mark.parametrize(
    "search",
    [
        lambda context: near_hashes(np.arange(1, 5001, dtype=np.uint64)[:, None], 2, context),
        lambda context: near_vectors(CIRCLE, 0.99999, context),
        lambda context: near_texts(
            [shingles_of(["a", "fish", "in", "the", "pond", str(number)]) for number in range(300)], 0.5, context
        ),
    ],
    ids=["hashes", "vectors", "texts"],
)
def test_a_search_ends_when_the_run_is_cancelled(search: Callable[[Context], Any]) -> None:
    looks = 0

    def cancelled() -> bool:
        nonlocal looks
        looks += 1
        return looks > 1

    stopped = search(Context("finder", cancelled=cancelled))
    assert 0 < len(stopped) < len(search(Context("finder")))
    assert looks <= 3
