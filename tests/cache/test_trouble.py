"""What happens to the file of the cache never stops a run."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nodegraph.cache.measures import MeasureCache, MeasureKey

KEY = MeasureKey("sharpness", 1)
VECTORS = MeasureKey("embedding", 1)
CONTENTS = [f"c{number:03}" for number in range(120)]


def fill(folder: Path) -> Path:
    """A cache file with some numbers and vectors in it, closed."""
    with MeasureCache.open(folder) as cache:
        for number, content in enumerate(CONTENTS):
            cache.put(KEY, "number", content, number / 7)
            cache.put(VECTORS, "vector", content, np.full(300, number, np.float32))
        cache.remember("/data/a.jpg", (1, 2, 3), "ab12")
    return folder / "measures.sqlite"


def remembered(cache: MeasureCache) -> dict[str, Any]:
    """The numbers that are loaded."""
    return dict(cache.load(KEY, "number", CONTENTS))


def check_it_works(cache: MeasureCache) -> None:
    cache.put(KEY, "number", "new", 1.0)
    assert cache.load(KEY, "number", ["new"]) == {"new": 1.0}


def aside(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if ".aside-" in path.name)


@pytest.mark.parametrize("version", [0, 2, 99])
def test_a_cache_of_another_version_is_set_aside_with_a_notice(tmp_path: Path, version: int) -> None:
    path = fill(tmp_path)
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {version}")
    connection.close()
    with MeasureCache.open(tmp_path) as cache:
        assert remembered(cache) == {}
        check_it_works(cache)
        (notice,) = cache.notices
    assert "another version" in notice
    (kept,) = aside(tmp_path)
    assert kept.name in notice
    assert kept.stat().st_size > 100_000


@pytest.mark.parametrize("content", [b"not a database at all" * 100, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_file_that_is_no_database_is_set_aside_with_a_notice(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "measures.sqlite").write_bytes(content)
    with MeasureCache.open(tmp_path) as cache:
        check_it_works(cache)
        assert len(cache.notices) == 1
    (kept,) = aside(tmp_path)
    assert kept.read_bytes() == content


def test_an_empty_file_is_simply_used(tmp_path: Path) -> None:
    (tmp_path / "measures.sqlite").touch()
    with MeasureCache.open(tmp_path) as cache:
        check_it_works(cache)
        assert cache.notices == ()


def test_a_folder_in_the_place_of_the_file_is_set_aside(tmp_path: Path) -> None:
    (tmp_path / "measures.sqlite").mkdir()
    with MeasureCache.open(tmp_path) as cache:
        check_it_works(cache)
        assert len(cache.notices) == 1


@pytest.mark.parametrize("part", [0.05, 0.3, 0.7, 0.95])
def test_a_truncated_cache_gives_only_true_values_and_is_replaced(tmp_path: Path, part: float) -> None:
    path = fill(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * part)])
    with MeasureCache.open(tmp_path) as cache:
        remembered(cache)
        cache.load(VECTORS, "vector", CONTENTS)
        check_it_works(cache)
        assert any("damaged" in notice for notice in cache.notices)
    assert aside(tmp_path)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return fill(tmp_path_factory.mktemp("whole")).read_bytes()


@given(st.data())
@settings(max_examples=20, deadline=None)
def test_flipped_bytes_never_give_a_wrong_value_and_never_stop_a_run(
    tmp_path_factory: pytest.TempPathFactory, whole: bytes, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("flipped")
    places = st.integers(0, len(whole) - 1) | st.integers(0, 110)
    flips = data.draw(st.lists(st.tuples(places, st.integers(1, 255)), min_size=1, max_size=30))
    damaged = bytearray(whole)
    for place, mask in flips:
        damaged[place] ^= mask
    (folder / "measures.sqlite").write_bytes(damaged)
    for _ in range(3):
        with MeasureCache.open(folder, size_limit_bytes=None) as cache:
            for content, number in remembered(cache).items():
                assert number == CONTENTS.index(content) / 7
            for content, found in cache.load(VECTORS, "vector", CONTENTS).items():
                assert isinstance(found, np.ndarray)
                assert np.array_equal(found, np.full(300, CONTENTS.index(content), np.float32))
            assert cache.lookup([("/data/a.jpg", (1, 2, 3))]) in (["ab12"], [None])
            for number, content in enumerate(CONTENTS):
                cache.put(KEY, "number", content, number / 7)
    with MeasureCache.open(folder) as cache:
        assert len(remembered(cache)) == len(CONTENTS)


def test_damage_that_many_threads_find_at_once_is_set_aside_once(tmp_path: Path) -> None:
    path = fill(tmp_path)
    with MeasureCache.open(tmp_path) as cache:
        with path.open("r+b") as file:
            file.write(b"\xff" * path.stat().st_size)
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(lambda _: cache.load(KEY, "number", CONTENTS), range(16)))
        assert found == [{}] * 16
        check_it_works(cache)
        assert len(cache.notices) == 1
    assert len([file for file in aside(tmp_path) if not file.name.endswith(("-wal", "-shm"))]) == 1


def test_a_flipped_byte_in_a_value_costs_that_value_alone(tmp_path: Path) -> None:
    path = fill(tmp_path)
    content = bytearray(path.read_bytes())
    place = content.index(np.full(300, 77, np.float32).tobytes())
    content[place + 10] ^= 1
    path.write_bytes(content)
    with MeasureCache.open(tmp_path) as cache:
        found = cache.load(VECTORS, "vector", CONTENTS)
        assert set(CONTENTS) - set(found) == {"c077"}
        (notice,) = cache.notices
        assert "1 damaged" in notice
        cache.put(VECTORS, "vector", "c077", np.full(300, 77, np.float32))
        assert len(cache.load(VECTORS, "vector", CONTENTS)) == len(CONTENTS)
    assert aside(tmp_path) == []


def test_damage_found_while_writing_is_replaced_and_the_values_are_kept(tmp_path: Path) -> None:
    path = fill(tmp_path)
    with MeasureCache.open(tmp_path) as cache:
        size = path.stat().st_size
        with path.open("r+b") as file:
            file.write(os.urandom(size))
        for number, content in enumerate(CONTENTS):
            cache.put(KEY, "number", content, number / 7)
    with MeasureCache.open(tmp_path) as cache:
        assert len(remembered(cache)) == len(CONTENTS)


def test_a_cache_that_is_moved_away_under_a_run_is_begun_again(tmp_path: Path) -> None:
    path = fill(tmp_path)
    with MeasureCache.open(tmp_path) as cache:
        assert len(remembered(cache)) == len(CONTENTS)
        path.rename(tmp_path / "elsewhere.sqlite")
        assert remembered(cache) == {}
        check_it_works(cache)
    with MeasureCache.open(tmp_path) as cache:
        assert cache.load(KEY, "number", ["new"]) == {"new": 1.0}


def test_a_cache_whose_folder_is_deleted_under_a_run_is_begun_again(tmp_path: Path) -> None:
    import shutil

    folder = tmp_path / "cache"
    with MeasureCache.open(folder) as cache:
        check_it_works(cache)
        shutil.rmtree(folder)
        check_it_works(cache)


def test_a_locked_cache_is_set_aside_with_a_notice(tmp_path: Path) -> None:
    path = fill(tmp_path)
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        with MeasureCache.open(tmp_path, patience=0.05) as cache:
            check_it_works(cache)
            (notice,) = cache.notices
    finally:
        holder.close()
    assert "locked" in notice
    with MeasureCache.open(tmp_path) as cache:  # whoever held the old file did not harm the new one
        assert cache.load(KEY, "number", ["new"]) == {"new": 1.0}


def test_a_lock_held_for_ever_costs_what_is_put_and_is_said_once(tmp_path: Path) -> None:
    path = fill(tmp_path)
    with MeasureCache.open(tmp_path, patience=0.02, size_limit_bytes=None) as cache:
        holder = sqlite3.connect(path, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        try:
            for number in range(3):
                cache.put(KEY, "number", f"new{number}", 1.0)
                cache.flush()
            assert len(remembered(cache)) == len(CONTENTS)
        finally:
            holder.close()
        (notice,) = cache.notices
        assert "without remembering" in notice


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="the superuser may write into read-only files")
def test_a_read_only_cache_is_set_aside_with_a_notice(tmp_path: Path) -> None:
    fill(tmp_path).chmod(0o444)
    with MeasureCache.open(tmp_path) as cache:
        check_it_works(cache)
        assert len(cache.notices) == 1


def test_a_folder_that_cannot_be_made_costs_the_memory_and_is_said_once(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with MeasureCache.open(tmp_path / "file" / "cache") as cache:
        cache.put(KEY, "number", "c1", 1.0)
        assert cache.load(KEY, "number", ["c1"]) == {}
        assert cache.missing(KEY, ["c1"]) == {"c1"}
        (notice,) = cache.notices
        assert "without remembering" in notice


FULL_DISK = """
import resource, sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
import numpy as np
from nodegraph.cache.measures import MeasureCache, MeasureKey
key = MeasureKey("embedding", 1)
with MeasureCache.open(Path(sys.argv[1])) as cache:
    for number in range(100):
        cache.put(key, "vector", f"c{number}", np.full(500, number, np.float32))
    cache.flush()
    resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))
    for number in range(100, 3000):
        cache.put(key, "vector", f"c{number}", np.full(500, number, np.float32))
        if number % 500 == 0:
            cache.flush()
    found = cache.load(key, "vector", [f"c{number}" for number in range(3000)])
    assert all((value == int(content[1:])).all() for content, value in found.items())
    print(len(found) >= 100, len(found) < 3000, len(cache.notices), "without remembering" in cache.notices[0])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="file size limits are of POSIX")
def test_on_a_full_disk_the_run_goes_on_without_remembering_and_says_so_once(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(tmp_path)], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.stdout.split(), done.stderr, done.returncode) == (["True", "True", "1", "True"], "", 0)
    with MeasureCache.open(tmp_path) as cache:
        found = cache.load(MeasureKey("embedding", 1), "vector", [f"c{number}" for number in range(100)])
        assert len(found) == 100
        assert cache.notices == ()


def test_a_mistake_in_the_code_that_writes_is_raised_and_not_swallowed(tmp_path: Path) -> None:
    from nodegraph.cache.database import Database
    from nodegraph.cache.layouts import LAYOUTS

    def mistaken(_connection: sqlite3.Connection, _rows: list[Any]) -> None:
        raise ZeroDivisionError

    database = Database(tmp_path / "measures.sqlite", LAYOUTS["measures.sqlite"])
    database.write(mistaken, ())
    with pytest.raises(RuntimeError):
        database.flush()
    with pytest.raises(RuntimeError):
        database.close()
