"""Diverse pick: as many as asked for, covering what there is, the same in any order."""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nodegraph import Context, ImageSet, Keep, Values
from nodegraph.parameters import with_defaults
from nodes.arrange import spread
from nodes.arrange.diverse import diverse
from tests.nodes.tables import images, kept, shuffled


def unit(vectors: Any) -> Any:
    given = np.asarray(vectors, np.float32)
    return given / np.linalg.norm(given, axis=-1, keepdims=True)


def picked(rows: ImageSet, vectors: Any, **given_params: Any) -> Keep:
    params = with_defaults(diverse.parameters, given_params)
    values = Values(list(unit(vectors).astype(np.float16)))
    return diverse.function(rows, context=Context("node", seed=1), vectors=values, **params)


def bunches(sizes: list[int], seed: int = 0) -> Any:
    """Vectors in tight bunches, each around an axis of its own."""
    generator = np.random.default_rng(seed)
    centres = np.repeat(np.eye(len(sizes)), sizes, axis=0)
    return centres + generator.normal(scale=0.02, size=centres.shape)


def test_each_bunch_gives_one() -> None:
    sizes = [1, 20, 5, 9]
    chosen = picked(images(sum(sizes)), bunches(sizes), k=4).mask.to_list()
    assert [sum(chosen[a:b]) for a, b in pairwise(np.cumsum([0, *sizes]))] == [1, 1, 1, 1]


def test_the_farthest_pictures_cover_within_twice_of_the_best_radius() -> None:
    generator = np.random.default_rng(3)
    vectors = unit(generator.normal(size=(12, 3)))
    chord = np.sqrt(np.maximum(0, 2 - 2 * vectors @ vectors.T))  # Gonzalez' bound holds for a metric

    def radius(picks: Any) -> float:
        return float(chord[list(picks)].min(axis=0).max())

    picks = np.flatnonzero(picked(images(12), vectors, k=3).mask.to_numpy())
    best = min(radius(chosen) for chosen in combinations(range(12), 3))
    assert radius(picks) <= 2 * best + 0.05


@pytest.mark.parametrize("method", ["farthest", "clusters"])
def test_among_equals_the_better_score_is_picked(method: str) -> None:
    rows = images(4, aesthetic=[1.0, 9.0, None, 2.0])
    vectors = [[1, 0], [1, 0], [1, 0], [0, 1]]
    assert kept(rows, picked(rows, vectors, k=2, method=method, prefer="aesthetic")) == {"0001.jpg", "0003.jpg"}
    low = picked(rows, vectors, k=2, method=method, prefer="aesthetic", best="low")
    assert kept(rows, low) == {"0000.jpg", "0003.jpg"}


def test_distances_that_agree_to_three_decimals_are_equal() -> None:
    vectors = unit([[1, 0, 0], [0.001, 1, 0], [0.0012, 0, 1]])
    preference = np.array([0, 2, 1])
    assert spread.farthest(vectors, 2, preference, lambda _done: True) == [0, 2]


def test_a_cluster_gives_the_picture_in_its_middle() -> None:
    angles = [0.0, 0.1, 0.2, 1.4, 1.5, 1.6]
    vectors = [[np.cos(angle), np.sin(angle)] for angle in angles]
    found = {seed: kept(images(6), picked(images(6), vectors, k=2, method="clusters", seed=seed)) for seed in range(4)}
    assert {"0001.jpg", "0004.jpg"} in found.values()
    assert all(len(rows) == 2 for rows in found.values())


def test_the_reason_names_the_picture_that_is_most_like_it() -> None:
    rows = images(3, aesthetic=[3.0, 2.0, 1.0])
    keep = picked(rows, [[1, 0], [0, 1], [0.6, 0.8]], k=2, prefer="aesthetic")
    assert keep.reason.to_list() == [None, None, "not among the 2 picked; most like 0001.jpg, distance 0.2"]
    assert keep.columns["diverse_rank"].to_list() == [1, 2, None]
    assert keep.columns["diverse_distance"].to_list() == [0.0, 0.0, 0.2]


def test_a_seed_decides_where_nothing_else_does() -> None:
    rows, vectors = images(30), np.eye(30)
    first = kept(rows, picked(rows, vectors, k=5))
    assert kept(rows, picked(rows, vectors, k=5)) == first
    assert any(kept(rows, picked(rows, vectors, k=5, seed=seed)) != first for seed in (1, 2))


def test_picks_of_a_smaller_set_are_the_first_of_a_larger_one() -> None:
    rows, vectors = images(40), np.random.default_rng(5).normal(size=(40, 6))
    assert kept(rows, picked(rows, vectors, k=5)) < kept(rows, picked(rows, vectors, k=9))


def test_nothing_gives_nothing() -> None:
    for method in ("farthest", "clusters"):
        assert picked(images(0), np.zeros((0, 3)), k=3, method=method).mask.to_list() == []


CLOUDS = st.lists(st.lists(st.integers(-2, 2), min_size=3, max_size=3).filter(any), max_size=14)


@settings(max_examples=60)
@given(CLOUDS, st.integers(1, 16), st.sampled_from(["farthest", "clusters"]), st.randoms(use_true_random=False))
def test_exactly_k_are_picked_whatever_the_order_and_all_others_have_a_reason(
    cloud: list[list[int]], k: int, method: str, random: Any
) -> None:
    vectors = np.array(cloud, np.float32).reshape(-1, 3)
    rows = images(len(cloud), aesthetic=pl.Series([sum(v) for v in cloud], dtype=pl.Int64))
    keep = picked(rows, vectors, k=k, method=method)
    assert keep.mask.sum() == min(k, len(cloud))
    assert [reason is None for reason in keep.reason] == keep.mask.to_list()
    assert sorted(rank for rank in keep.columns["diverse_rank"] if rank) == list(range(1, min(k, len(cloud)) + 1))
    order = list(range(len(cloud)))
    random.shuffle(order)
    other = shuffled(rows, order)
    assert kept(other, picked(other, vectors[order], k=k, method=method)) == kept(rows, keep)


def test_blocks_give_what_one_piece_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = unit(np.random.default_rng(1).normal(size=(50, 4)))
    lots = np.arange(50)
    whole = spread.clusters(vectors, 5, lots, lambda _round: True)
    monkeypatch.setattr(spread, "BLOCK", 12)
    parts = spread.clusters(vectors, 5, lots, lambda _round: True)
    assert (whole[0] == parts[0]).all()
    assert whole[1] == pytest.approx(parts[1], abs=1e-6)


def test_it_ends_where_the_run_is_cancelled() -> None:
    vectors = unit(np.random.default_rng(1).normal(size=(50, 4)))
    assert spread.farthest(vectors, 40, np.arange(50), lambda done: done < 3) == spread.farthest(
        vectors, 3, np.arange(50), lambda _done: True
    )
