"""Several processes on one cache, and processes that are killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from nodegraph.cache.measures import MeasureCache, MeasureKey
from nodegraph.cache.thumbnails import ThumbnailStore

KEY = MeasureKey("sharpness", 1)

WRITER = """
import sys
from pathlib import Path
from nodegraph.cache.measures import MeasureCache, MeasureKey
folder, name, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
with MeasureCache.open(folder) as cache:
    for number in range(count):
        cache.put(MeasureKey("sharpness", 1), "integer", f"{name}{number}", number)
        if number % 50 == 0:
            cache.flush()
            print(number, flush=True)
    notices = cache.notices
print(notices)
"""


def start(folder: Path, name: str, count: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder), name, str(count)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_two_processes_write_the_same_new_cache_at_once(tmp_path: Path) -> None:
    both = [start(tmp_path, name, 600) for name in "ab"]
    ends = [process.communicate(timeout=60) for process in both]
    assert [(out.splitlines()[-1], err) for out, err in ends] == [("()", "")] * 2
    with MeasureCache.open(tmp_path) as cache:
        contents = [f"{name}{number}" for name in "ab" for number in range(600)]
        found = cache.load(KEY, "integer", contents)
    assert found == {content: int(content[1:]) for content in contents}


def test_a_run_writes_while_another_process_writes(tmp_path: Path) -> None:
    with MeasureCache.open(tmp_path) as cache:
        other = start(tmp_path, "a", 600)
        for number in range(600):
            cache.put(KEY, "integer", f"b{number}", number)
            if number % 50 == 0:
                cache.flush()
        out, err = other.communicate(timeout=60)
        assert (out.splitlines()[-1], err) == ("()", "")
        assert cache.missing(KEY, [f"{name}{number}" for name in "ab" for number in range(600)]) == set()
        assert cache.notices == ()


def test_a_reader_sees_what_another_process_commits(tmp_path: Path) -> None:
    reader = MeasureCache.open(tmp_path, readonly=True)
    assert reader.load(KEY, "integer", ["a0"]) == {}
    with start(tmp_path, "a", 10_000_000) as other:
        assert other.stdout is not None
        try:
            for line in other.stdout:
                if int(line) == 200:
                    break
            assert reader.missing(KEY, [f"a{number}" for number in range(201)]) == set()
        finally:
            other.kill()
    assert reader.notices == ()
    reader.close()


def test_a_reader_can_put_nothing(tmp_path: Path) -> None:
    reader = MeasureCache.open(tmp_path, readonly=True)
    with pytest.raises(RuntimeError):
        reader.put(KEY, "integer", "a", 1)
    reader.close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is of POSIX")
@pytest.mark.parametrize("moment", [0, 50, 350, 1000])
def test_a_killed_run_loses_at_most_its_last_moments(tmp_path: Path, moment: int) -> None:
    with start(tmp_path, "a", 10_000_000) as run:
        assert run.stdout is not None
        for line in run.stdout:
            if int(line) >= moment:
                break
        os.kill(run.pid, signal.SIGKILL)
    with MeasureCache.open(tmp_path) as cache:
        found = cache.load(KEY, "integer", [f"a{number}" for number in range(moment + 20_000)])
        assert {f"a{number}" for number in range(moment + 1)} <= set(found)
        assert found == {content: int(content[1:]) for content in found}
        assert cache.notices == ()


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is of POSIX")
@pytest.mark.parametrize("milliseconds", [150, 220, 260, 300, 340])
def test_a_run_killed_while_it_begins_leaves_a_cache_that_opens(tmp_path: Path, milliseconds: int) -> None:
    run = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path), "a", "1000000"], stdout=subprocess.DEVNULL)
    with pytest.raises(subprocess.TimeoutExpired):
        run.wait(milliseconds / 1000)
    run.kill()
    run.wait()
    with MeasureCache.open(tmp_path) as cache:
        cache.put(KEY, "integer", "b", 1)
        assert cache.load(KEY, "integer", ["b"]) == {"b": 1}
        assert cache.notices == ()


SHOWER = """
import sys
from pathlib import Path
from nodegraph.cache.thumbnails import ThumbnailStore
with ThumbnailStore.open(Path(sys.argv[1]), readonly=True) as store:
    for line in sys.stdin:
        print(store.get(line.strip()), flush=True)
"""


def test_the_app_reads_thumbnails_while_a_run_writes_them(tmp_path: Path) -> None:
    with (
        ThumbnailStore.open(tmp_path) as store,
        subprocess.Popen(
            [sys.executable, "-c", SHOWER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as app,
    ):
        assert app.stdin is not None
        assert app.stdout is not None
        for number in range(5):
            store.put(f"c{number}", b"webp %d" % number)
            store.flush()
            app.stdin.write(f"c{number}\n")
            app.stdin.flush()
            assert app.stdout.readline().strip() == str(b"webp %d" % number)
        app.stdin.close()
