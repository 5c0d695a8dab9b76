"""Exclude reference set: what is in another set is dropped, by bytes, by hash or by embedding, and nothing else."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from nodegraph import Context, ImageSet, Keep, Values
from nodes.duplicates import reference as module
from nodes.duplicates.reference import exclude_reference
from tests.nodes.tables import images, kept

CONTEXT = Context("reference")
FAR = ["0f0f0f0f0f0f0f0f"] * 7


def hashed(*codes: int, detail: float = 20.0) -> Values:
    return Values([{"hashes": " ".join([f"{code:016x}", *FAR]), "detail": detail} for code in codes])


def compared(
    rows: ImageSet, reference: ImageSet, given: Sequence[Any] = (), there: Sequence[Any] = (), **params: Any
) -> Keep:
    by = params.setdefault("by", "hash")
    none = {"hash": Values([None] * len(rows)), "there": Values([None] * len(reference))}
    taken = {
        "hashes": given if by == "hash" else none["hash"],
        "reference_hashes": there if by == "hash" else none["there"],
        "vectors": given if by == "embedding" else none["hash"],
        "reference_vectors": there if by == "embedding" else none["there"],
    }
    context = params.pop("context", CONTEXT)
    return exclude_reference.function(rows, reference, context=context, **taken, **params)


def test_by_bytes_only_the_same_file_is_dropped() -> None:
    rows, reference = images(["a", "b"], ["1", "2"]), images(["test/y", "test/x"], ["2", "2"])
    verdict = compared(rows, reference, by="bytes")
    assert kept(rows, verdict) == {"a"}
    assert verdict.reason.to_list()[1] == "the same file as test/x in the reference set"
    assert verdict.columns["reference_match"].to_list() == [None, "test/x"]
    assert verdict.columns["reference_distance"].to_list() == [None, 0.0]


def test_by_hash_near_pictures_are_dropped_and_the_reason_names_the_nearest() -> None:
    rows, reference = images(["a", "b", "c"]), images(["z", "y", "x"])
    verdict = compared(rows, reference, hashed(0, 0xFF, 0xFFFF << 20), hashed(0b11, 0b1, 0b10), distance=4)
    assert kept(rows, verdict) == {"b", "c"}
    assert verdict.reason.to_list()[0] == "same picture as x in the reference set, distance 1"
    assert verdict.columns["reference_distance"].to_list()[1] == 6.0


def test_mirrored_copies_are_dropped_only_with_flips() -> None:
    rows, reference = images(["a"]), images(["x"])
    mirror = Values([{"hashes": " ".join(["00ff00ff00ff00ff", "0000000000000000", *FAR[:6]]), "detail": 9.0}])
    assert kept(rows, compared(rows, reference, mirror, hashed(0))) == set()
    assert kept(rows, compared(rows, reference, mirror, hashed(0), flips=False)) == {"a"}


def test_pictures_with_nothing_to_see_match_by_their_bytes_alone() -> None:
    rows, reference = images(["a", "b"], ["1", "2"]), images(["x"], ["2"])
    assert kept(rows, compared(rows, reference, hashed(0, 0, detail=0.2), hashed(0, detail=0.2))) == {"a"}


def test_by_embedding_the_cosine_decides() -> None:
    angles = np.radians([0.0, 40.0])
    vectors = Values(list(np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float16)))
    rows, reference = images(["a", "b"]), images(["x"])
    there = Values([np.array([np.cos(0.1), np.sin(0.1)], np.float16)])
    assert kept(rows, compared(rows, reference, vectors, there, by="embedding")) == {"b"}
    assert kept(rows, compared(rows, reference, vectors, there, by="embedding", cosine=0.999)) == {"a", "b"}


def test_what_a_person_took_apart_is_kept_unless_another_matches() -> None:
    context = Context("reference", decisions={"viewer": {"apart:x": {"1": "yes", "2": "yes"}}})
    rows, reference = images(["a", "b"], ["1", "2"]), images(["x", "y"], ["x", "y"])
    near = hashed(0, 0xFF00), hashed(0, 0xFF00)
    assert kept(rows, compared(rows, reference, *near)) == set()
    assert kept(rows, compared(rows, reference, *near, context=context)) == {"a"}


@pytest.mark.parametrize("by", ["bytes", "hash", "embedding"])
def test_without_rows_or_without_a_reference_nothing_is_dropped(by: str) -> None:
    given = {"bytes": Values([None]), "hash": hashed(0), "embedding": Values([np.ones(1, np.float16)])}[by]
    assert compared(images(["a"]), images(0), given, Values([]), by=by).mask.to_list() == [True]
    assert compared(images(0), images(["a"]), Values([]), given, by=by).mask.to_list() == []


def test_the_size_of_a_block_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(0)
    codes = [int(code) for code in random.integers(0, 2**8, 120)]
    rows, reference = images(60), images(60)
    given, there = hashed(*codes[:60]), hashed(*codes[60:])
    whole = compared(rows, reference, given, there, distance=1)
    monkeypatch.setattr(module, "BLOCK", 100)
    again = compared(rows, reference, given, there, distance=1)
    assert whole.columns["reference_match"].to_list() == again.columns["reference_match"].to_list()


def test_many_rows_take_no_longer_each_than_few() -> None:
    rows = images(30_000)
    started = time.process_time()
    assert not compared(rows, rows, by="bytes").mask.any()
    assert time.process_time() - started < 5  # far less; a column read anew for each row takes over 10 seconds
