"""Keeping the cache small."""

from __future__ import annotations

import datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nodegraph.cache.collect import clear, collect, stats
from nodegraph.cache.measures import MeasureCache, MeasureKey
from nodegraph.cache.thumbnails import ThumbnailStore

KEY = MeasureKey("embedding", 1)
DAY_ZERO = datetime.date(1970, 1, 1)


def put(folder: Path, contents: list[str], day: int, size: int = 1000) -> None:
    with MeasureCache.open(folder, size_limit_bytes=None, day=lambda: day) as cache:
        for content in contents:
            cache.put(KEY, "vector", content, np.zeros(size, np.uint8))


def use(folder: Path, contents: list[str], day: int) -> None:
    with MeasureCache.open(folder, size_limit_bytes=None, day=lambda: day) as cache:
        cache.load(KEY, "vector", contents)


def kept(folder: Path, contents: list[str]) -> set[str]:
    with MeasureCache.open(folder, size_limit_bytes=None) as cache:
        return set(contents) - cache.missing(KEY, contents)


def names(prefix: str, count: int) -> list[str]:
    return [f"{prefix}{number:04}" for number in range(count)]


def test_stats_count_values_and_bytes_by_measure(tmp_path: Path) -> None:
    put(tmp_path, ["a", "b"], day=100)
    use(tmp_path, ["a"], day=103)
    with ThumbnailStore.open(tmp_path, day=lambda: 101) as store:
        store.put("a", b"webp")
    with MeasureCache.open(tmp_path) as cache:
        cache.remember("/data/a.jpg", (1,), "ab12")
    found = stats(tmp_path)
    (item,) = found.measures
    assert (item.key, item.values, item.last_used) == (KEY, 2, DAY_ZERO + datetime.timedelta(days=103))
    assert 2000 <= item.bytes <= 2100
    assert found.values == {"embedding": 2, "thumbnail": 1}
    assert found.thumbnails[0].last_used == DAY_ZERO + datetime.timedelta(days=101)
    assert found.files == 1
    assert found.bytes == sum(path.stat().st_size for path in tmp_path.iterdir())
    assert found.notices == ()


def test_stats_of_an_empty_folder_make_nothing(tmp_path: Path) -> None:
    found = stats(tmp_path)
    assert (found.values, found.bytes, found.files, found.notices) == ({}, 0, 0, ())
    assert list(tmp_path.iterdir()) == []


def test_stats_of_a_damaged_file_say_so(tmp_path: Path) -> None:
    (tmp_path / "measures.sqlite").write_bytes(b"not a database" * 1000)
    found = stats(tmp_path)
    assert found.values == {}
    assert len(found.notices) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["measures.sqlite"]


def test_a_cache_under_its_limit_is_left_alone(tmp_path: Path) -> None:
    put(tmp_path, names("a", 50), day=1)
    assert collect(tmp_path, 10**9).values == 0
    assert kept(tmp_path, names("a", 50)) == set(names("a", 50))


def test_what_was_not_used_for_longest_is_forgotten_first(tmp_path: Path) -> None:
    put(tmp_path, names("a", 300), day=1)
    put(tmp_path, names("b", 300), day=2)
    put(tmp_path, names("c", 300), day=3)
    use(tmp_path, names("a", 300), day=4)
    done = collect(tmp_path, 650_000)
    left = kept(tmp_path, names("a", 300) + names("b", 300) + names("c", 300))
    assert done.values == 900 - len(left)
    assert set(names("a", 300)) <= left
    assert not left & set(names("b", 300))


def test_the_files_are_smaller_afterwards(tmp_path: Path) -> None:
    put(tmp_path, names("a", 1500), day=1)
    before = stats(tmp_path).bytes
    done = collect(tmp_path, 600_000)
    assert stats(tmp_path).bytes <= 600_000
    assert done.bytes == pytest.approx(before - stats(tmp_path).bytes, abs=40_000)
    assert 0 < len(kept(tmp_path, names("a", 1500))) < 1500


@given(
    st.lists(st.tuples(st.integers(1, 6), st.integers(0, 6), st.integers(0, 3000)), min_size=1, max_size=60),
    st.integers(0, 400_000),
)
@settings(max_examples=12, deadline=None)
def test_no_value_outlives_one_that_was_used_later(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[int, int, int]], limit: int
) -> None:
    folder = tmp_path_factory.mktemp("cache")
    used: dict[str, int] = {}
    for day in range(1, 7):
        with MeasureCache.open(folder, size_limit_bytes=None, day=lambda day=day: day) as cache:  # type: ignore[misc]
            for number, (made, _, size) in enumerate(rows):
                if made == day:
                    cache.put(KEY, "vector", f"c{number}", np.zeros(size, np.uint8))
                    used[f"c{number}"] = day
            loaded = [f"c{number}" for number, (made, again, _) in enumerate(rows) if made <= again == day]
            assert set(cache.load(KEY, "vector", loaded)) == set(loaded)
            used |= dict.fromkeys(loaded, day)
    done = collect(folder, limit)
    left = kept(folder, list(used))
    gone = set(used) - left
    assert done.values == len(gone)
    assert done.notices == ()
    if left and gone:
        assert max(used[content] for content in gone) <= min(used[content] for content in left)
    if left:
        assert stats(folder).bytes <= max(limit, 0) + 16_384  # the page each open file is at work on


def test_of_one_day_thumbnails_go_before_measures(tmp_path: Path) -> None:
    put(tmp_path, names("a", 300), day=5)
    with ThumbnailStore.open(tmp_path, day=lambda: 5) as store:
        for content in names("a", 300):
            store.put(content, bytes(2000))
    collect(tmp_path, 800_000)
    assert kept(tmp_path, names("a", 300)) == set(names("a", 300))
    with ThumbnailStore.open(tmp_path) as store:
        assert len(store.missing(names("a", 300))) > 0


def test_files_that_were_set_aside_go_before_any_value(tmp_path: Path) -> None:
    put(tmp_path, names("a", 100), day=1)
    (tmp_path / "measures.sqlite.aside-20200101-000000").write_bytes(bytes(2_000_000))
    assert stats(tmp_path).aside == (tmp_path / "measures.sqlite.aside-20200101-000000",)
    done = collect(tmp_path, 1_000_000)
    assert (done.values, done.bytes) == (0, 2_000_000)
    assert stats(tmp_path).aside == ()


def test_a_run_that_ends_brings_the_cache_under_its_limit(tmp_path: Path) -> None:
    with MeasureCache.open(tmp_path, size_limit_bytes=400_000) as cache:
        for content in names("a", 1000):
            cache.put(KEY, "vector", content, np.zeros(1000, np.uint8))
        assert cache.missing(KEY, names("a", 1000)) == set()
    assert stats(tmp_path).bytes <= 400_000


def test_a_cancelled_run_does_not_collect(tmp_path: Path) -> None:
    with (
        pytest.raises(KeyboardInterrupt),
        MeasureCache.open(tmp_path, size_limit_bytes=400_000) as cache,
    ):
        for content in names("a", 1000):
            cache.put(KEY, "vector", content, np.zeros(1000, np.uint8))
        raise KeyboardInterrupt
    assert kept(tmp_path, names("a", 1000)) == set(names("a", 1000))


def test_collection_leaves_a_run_that_is_open_at_work(tmp_path: Path) -> None:
    put(tmp_path, names("a", 500), day=1)
    with MeasureCache.open(tmp_path, size_limit_bytes=None) as cache:
        assert len(cache.load(KEY, "vector", names("a", 10))) == 10
        assert collect(tmp_path, 200_000).values > 0
        cache.put(KEY, "vector", "new", np.zeros(10, np.uint8))
        assert cache.missing(KEY, ["new"]) == set()
        assert cache.notices == ()


def test_clear_forgets_everything_and_frees_the_disk(tmp_path: Path) -> None:
    put(tmp_path, names("a", 500), day=1)
    (tmp_path / "thumbnails.sqlite.aside-20200101-000000").write_bytes(bytes(1000))
    with MeasureCache.open(tmp_path) as cache:
        cache.remember("/data/a.jpg", (1,), "ab12")
        cache.record_timing("embedding", "cpu", 1.0, 1)
    done = clear(tmp_path)
    assert done.values == 500
    found = stats(tmp_path)
    assert (found.values, found.files, found.aside) == ({}, 0, ())
    assert found.bytes < 200_000
    with MeasureCache.open(tmp_path) as cache:
        assert cache.seconds_per_item("embedding", "cpu") is None
        assert cache.lookup([("/data/a.jpg", (1,))]) == [None]


def test_clear_leaves_a_run_that_is_open_at_work(tmp_path: Path) -> None:
    put(tmp_path, names("a", 10), day=1)
    with MeasureCache.open(tmp_path) as cache:
        assert len(cache.load(KEY, "vector", names("a", 10))) == 10
        clear(tmp_path)
        assert cache.load(KEY, "vector", names("a", 10)) == {}
        cache.put(KEY, "vector", "new", np.zeros(10, np.uint8))
        assert cache.missing(KEY, ["new"]) == set()
        assert cache.notices == ()


def test_clear_of_an_empty_folder_makes_nothing(tmp_path: Path) -> None:
    assert clear(tmp_path).values == 0
    assert list(tmp_path.iterdir()) == []
