"""The measure cache: what is put is loaded again, under exactly its key."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nodegraph.cache.filememo import AT_ONCE
from nodegraph.cache.measures import Failure, MeasureCache, MeasureKey, content_key
from nodegraph.data.content import Stat, StatMemo

SHARPNESS = MeasureKey("sharpness", 1, '{"side":512}')
VALUES: dict[Any, Any] = {
    "number": 0.1,
    "integer": 2**70,
    "text": "Grün",
    "flag": True,
    "record": {"a": [1, None], "b": float("inf")},
}


def test_values_of_every_kind_are_loaded_by_the_next_run(tmp_path: Path) -> None:
    with MeasureCache.open(tmp_path) as cache:
        for kind, value in VALUES.items():
            cache.put(MeasureKey(kind, 1), kind, "c1", value)
    with MeasureCache.open(tmp_path) as cache:
        for kind, value in VALUES.items():
            assert cache.load(MeasureKey(kind, 1), kind, ["c1"]) == {"c1": value}
        assert cache.notices == ()


def test_vectors_are_loaded_by_the_next_run(tmp_path: Path) -> None:
    vectors = np.random.default_rng(0).normal(size=(20, 64)).astype(np.float16)
    with MeasureCache.open(tmp_path) as cache:
        for row, vector in enumerate(vectors):
            cache.put(SHARPNESS, "vector", f"c{row}", vector)
    with MeasureCache.open(tmp_path) as cache:
        found: Any = cache.load(SHARPNESS, "vector", [f"c{row}" for row in range(20)])
    assert np.array_equal(np.stack([found[f"c{row}"] for row in range(20)]), vectors)


def test_a_folder_may_have_any_name(tmp_path: Path) -> None:
    folder = tmp_path / "a?mode=memory&b#c%20d é"
    with MeasureCache.open(folder) as cache:
        cache.put(SHARPNESS, "number", "c1", 1.0)
    assert [path.name for path in folder.iterdir()] == ["measures.sqlite"]
    with MeasureCache.open(folder) as cache:
        assert cache.load(SHARPNESS, "number", ["c1"]) == {"c1": 1.0}


def test_a_failure_is_remembered_like_a_value(tmp_path: Path) -> None:
    with MeasureCache.open(tmp_path) as cache:
        cache.put(SHARPNESS, "number", "c1", Failure("unreadable", "the file ends too soon"))
        assert cache.load(SHARPNESS, "number", ["c1"]) == {"c1": Failure("unreadable", "the file ends too soon")}
        assert cache.missing(SHARPNESS, ["c1", "c2"]) == {"c2"}


@pytest.mark.parametrize(
    "other",
    [
        MeasureKey("sharpness2", 1, '{"side":512}'),
        MeasureKey("sharpness", 2, '{"side":512}'),
        MeasureKey("sharpness", 1, '{"side":256}'),
        MeasureKey("sharpness", 1, '{"side":512}', "main"),
    ],
)
def test_another_name_rev_setting_or_model_revision_finds_nothing(tmp_path: Path, other: MeasureKey) -> None:
    with MeasureCache.open(tmp_path) as cache:
        cache.put(SHARPNESS, "number", "c1", 1.0)
        assert cache.load(other, "number", ["c1"]) == {}
        assert cache.missing(other, ["c1"]) == {"c1"}


def test_a_measure_that_gives_another_kind_now_finds_nothing(tmp_path: Path) -> None:
    with MeasureCache.open(tmp_path) as cache:
        cache.put(SHARPNESS, "number", "c1", 1.0)
        assert cache.load(SHARPNESS, "integer", ["c1"]) == {}


def test_the_content_key_is_the_cid_by_default_and_differs_with_a_recipe() -> None:
    assert content_key("ab12") == content_key("ab12", "") == "ab12"
    assert content_key("ab12", "alpha=#ffffff") != "ab12"
    assert content_key("ab12", "alpha=#ffffff") != content_key("ab12", "alpha=#000000")


def test_a_value_of_another_kind_is_refused_where_it_is_put(tmp_path: Path) -> None:
    with MeasureCache.open(tmp_path) as cache, pytest.raises(TypeError):
        cache.put(SHARPNESS, "number", "c1", "sharp")


@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(["c1", "c2", "c3"]), st.integers()), max_size=30),
    st.lists(st.integers(0, 29), max_size=4),
)
@settings(max_examples=10, deadline=None)
def test_the_last_value_put_is_the_one_loaded(
    tmp_path_factory: pytest.TempPathFactory, puts: list[tuple[str, str, int]], flushes: list[int]
) -> None:
    expected: dict[str, dict[str, int]] = {"a": {}, "b": {}}
    folder = tmp_path_factory.mktemp("cache")
    with MeasureCache.open(folder) as cache:
        for number, (name, content, value) in enumerate(puts):
            cache.put(MeasureKey(name, 1), "integer", content, value)
            expected[name][content] = value
            if number in flushes:
                cache.flush()
        for name in "ab":
            assert cache.load(MeasureKey(name, 1), "integer", ["c1", "c2", "c3"]) == expected[name]
    with sqlite3.connect(folder / "measures.sqlite") as connection:
        bytes_kept = connection.execute("SELECT count(*) FROM payloads").fetchone()[0]
    connection.close()
    assert bytes_kept == sum(map(len, expected.values()))  # nothing that was replaced stays behind


def test_more_contents_than_one_query_takes_are_loaded_and_missed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nodegraph.cache.blobs.CHUNK", 7)
    contents = [f"c{number}" for number in range(40)]
    with MeasureCache.open(tmp_path) as cache:
        for number, content in enumerate(contents[::2]):
            cache.put(SHARPNESS, "integer", content, number)
        assert cache.load(SHARPNESS, "integer", contents * 2) == {
            content: number for number, content in enumerate(contents[::2])
        }
        assert cache.missing(SHARPNESS, contents) == set(contents[1::2])


def test_many_threads_put_and_load_at_once(tmp_path: Path) -> None:
    def work(number: int) -> None:
        for item in range(50):
            cache.put(SHARPNESS, "integer", f"{number}-{item}", item)
            if item % 10 == 9:
                mine = [f"{number}-{other}" for other in range(item + 1)]
                assert len(cache.load(SHARPNESS, "integer", mine)) == item + 1

    with MeasureCache.open(tmp_path) as cache:
        failures: list[BaseException] = []
        threads = [threading.Thread(target=_caught, args=(work, number, failures)) for number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
        everything = [f"{number}-{item}" for number in range(6) for item in range(50)]
        assert cache.missing(SHARPNESS, everything) == set()


def _caught(work: Any, number: int, failures: list[BaseException]) -> None:
    try:
        work(number)
    except BaseException as error:
        failures.append(error)


def test_a_closed_cache_takes_nothing(tmp_path: Path) -> None:
    cache = MeasureCache.open(tmp_path)
    cache.close()
    cache.close()
    with pytest.raises(RuntimeError):
        cache.put(SHARPNESS, "number", "c1", 1.0)


def test_no_thread_is_left_behind(tmp_path: Path) -> None:
    before = threading.active_count()
    with MeasureCache.open(tmp_path) as cache:
        cache.put(SHARPNESS, "number", "c1", 1.0)
        assert threading.active_count() == before + 1
    assert threading.active_count() == before


def test_the_memo_knows_a_file_only_as_it_looked(tmp_path: Path) -> None:
    stat = Stat(10, 20, 30, 40, 50)
    with MeasureCache.open(tmp_path) as cache:
        memo: StatMemo = cache
        memo.remember("/data/a.jpg", stat, "ab12")
        cache.flush()
        assert memo.lookup([("/data/b.jpg", stat), (Path("/data/a.jpg"), stat)]) == [None, "ab12"]
        for field in Stat._fields:
            assert memo.lookup([("/data/a.jpg", stat._replace(**{field: 0}))]) == [None]


def test_the_memo_knows_only_the_last_state_of_a_file(tmp_path: Path) -> None:
    old, new = Stat(1, 2, 3, 4, 5), Stat(2, 2, 3, 4, 5)
    with MeasureCache.open(tmp_path) as cache:
        cache.remember("/data/a.jpg", old, "ab12")
        cache.remember("/data/a.jpg", new, "cd34")
        cache.flush()
        assert cache.lookup([("/data/a.jpg", old), ("/data/a.jpg", new)]) == [None, "cd34"]


def test_the_memo_takes_names_that_are_no_valid_text(tmp_path: Path) -> None:
    stat = Stat(1, 2, 3, 4, 5)
    with MeasureCache.open(tmp_path) as cache:
        cache.remember("/data/caf\udce9.jpg", stat, "ab12")
        cache.flush()
        assert cache.lookup([("/data/caf\udce9.jpg", stat)]) == ["ab12"]


def test_the_memo_knows_many_files_at_once(tmp_path: Path) -> None:
    files = [(f"/data/{number}.jpg", Stat(number, 2, 3, 4, 5)) for number in range(2 * AT_ONCE + 1)]
    with MeasureCache.open(tmp_path) as cache:
        for path, stat in files[::2]:
            cache.remember(path, stat, path)
        cache.flush()
        assert cache.lookup(files) == [None if number % 2 else path for number, (path, _) in enumerate(files)]


def test_timings_give_seconds_an_item_by_device(tmp_path: Path) -> None:
    with MeasureCache.open(tmp_path) as cache:
        cache.record_timing("clip", "cpu", 3.0, 6)
        assert cache.seconds_per_item("clip", "cpu") == 0.5
        assert cache.seconds_per_item("clip", "cuda") is None


def test_later_timings_outweigh_earlier_ones(tmp_path: Path) -> None:
    with MeasureCache.open(tmp_path) as cache:
        for _ in range(20):
            cache.record_timing("clip", "cpu", 10.0, 10)
        for _ in range(20):
            cache.record_timing("clip", "cpu", 1.0, 10)
        assert cache.seconds_per_item("clip", "cpu") == pytest.approx(0.1, abs=0.02)


def test_the_batch_size_of_a_model_is_remembered_by_device(tmp_path: Path) -> None:
    with MeasureCache.open(tmp_path) as cache:
        cache.record_batch_size("clip", "cuda", 64)
        cache.record_batch_size("clip", "cuda", 32)
    with MeasureCache.open(tmp_path) as cache:
        assert (cache.batch_size("clip", "cuda"), cache.batch_size("clip", "cpu")) == (32, None)
