"""Unpacking: whole or not at all, never outside the folder, and going on where it stopped."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nodegraph import ProblemError
from nodes.sources.unpacking import INDEX, Entry, RefusedError, Unpacked, unpacking
from tests.nodes.exporting import coded, tree

PICTURE = coded()
MOST = 10**9


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def added(folder: Path, key: str = "k", name: str = "a cat.png", **more: Any) -> Entry:
    with unpacking(str(folder), most_bytes=more.pop("room", MOST)) as unpacked:
        return unpacked.add(key, name, [PICTURE[:9], PICTURE[9:]], **{"most_bytes": MOST, **more})


def known(folder: Path, key: str = "k", stamp: str = "") -> Entry | None:
    with unpacking(str(folder), most_bytes=MOST) as unpacked:
        return unpacked.known(key, stamp)


def test_a_picture_is_kept_under_its_name_with_the_suffix_of_its_content(tmp_path: Path) -> None:
    entry = added(tmp_path / "out", facts={"url": "u"})
    path = tmp_path / "out" / entry.file
    assert path.read_bytes() == PICTURE
    assert path.name.startswith("a-cat-")
    assert path.suffix == ".jpg"
    assert known(tmp_path / "out") == entry


@settings(max_examples=60, deadline=None)
@given(
    key=st.text(),
    name=st.one_of(st.text(), st.sampled_from(["../../x", "/etc/passwd", "..\\x", "con", ".", "a" * 999])),
)
def test_no_name_leaves_the_folder(tmp_path_factory: pytest.TempPathFactory, key: str, name: str) -> None:
    top = tmp_path_factory.mktemp("top")
    entry = added(top / "out", key, name)
    path = (top / "out" / entry.file).resolve()
    assert path.is_relative_to(top / "out")
    assert len(path.name.encode()) < 100
    assert names_in(top) == ["out"]
    assert known(top / "out", key) == entry


@pytest.mark.parametrize(
    ("data", "more", "rule"),
    [
        (b"", {}, "not-a-picture"),
        (b"<html>", {}, "not-a-picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'>", {}, "not-a-picture"),
        (PICTURE, {"most_bytes": 100}, "too-large"),
        (PICTURE, {"room": 100}, "no-room"),
    ],
)
def test_what_is_refused_leaves_nothing_behind(tmp_path: Path, data: bytes, more: dict[str, int], rule: str) -> None:
    room = more.pop("room", MOST)
    with unpacking(str(tmp_path), most_bytes=room) as unpacked, pytest.raises(RefusedError) as caught:
        unpacked.add("k", "a", [data], **{"most_bytes": MOST, **more})
    assert caught.value.rule == rule
    assert [name for name in tree(tmp_path) if not name.startswith((INDEX, "."))] == []


def test_a_torn_picture_is_not_known(tmp_path: Path) -> None:
    entry = added(tmp_path)
    os.truncate(tmp_path / entry.file, 10)
    assert known(tmp_path) is None
    (tmp_path / entry.file).unlink()
    assert known(tmp_path) is None


def test_another_state_of_the_archive_is_not_known_and_takes_the_place_of_the_old(tmp_path: Path) -> None:
    first = added(tmp_path, stamp="1")
    assert known(tmp_path, stamp="2") is None
    second = added(tmp_path, stamp="2")
    assert first.file == second.file
    assert known(tmp_path, stamp="2") == second


def test_a_break_in_the_middle_leaves_no_half_picture(tmp_path: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield PICTURE[:50]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), unpacking(str(tmp_path), most_bytes=MOST) as unpacked:
        unpacked.add("k", "a", broken(), most_bytes=MOST)
    assert known(tmp_path) is None
    assert [path for path in tmp_path.rglob("*") if path.suffix in (".part", ".jpg")] == []


@pytest.mark.parametrize(
    "line",
    [
        b'{"key": "k", "file": "../../etc/passwd", "bytes": 3}',
        b'{"key": "k", "file": "/etc/passwd", "bytes": 3}',
        b'{"key": "k", "file": "aa/x.jpg", "bytes": "many"}',
        b'{"key": ["k"], "file": "aa/x.jpg"}',
        b'{"key": "k", "odd": 1}',
        b'{"key": "k", "file": "aa/x',
        b"[1]",
        b"\xff\xfe",
        b"[" * 100_000,
    ],
)
def test_a_line_of_the_index_that_is_torn_or_hostile_is_left_out(tmp_path: Path, line: bytes) -> None:
    entry = added(tmp_path, "good")
    with (tmp_path / INDEX).open("ab") as file:
        file.write(line)
    assert known(tmp_path) is None
    assert known(tmp_path, "good") == entry
    assert len((tmp_path / INDEX).read_bytes().splitlines()) == 1
    assert json.loads((tmp_path / INDEX).read_bytes())["key"] == "good"


def test_a_folder_with_somebodys_own_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(ProblemError) as caught:
        added(tmp_path)
    assert caught.value.problems[0].code == "folder-not-ours"
    assert names_in(tmp_path) == ["letter.txt"]


def test_a_link_in_the_place_of_a_folder_is_not_followed(tmp_path: Path) -> None:
    name = added(tmp_path / "one").file.partition("/")[0]
    (tmp_path / "elsewhere").mkdir()
    with unpacking(str(tmp_path / "two"), most_bytes=MOST):
        pass
    (tmp_path / "two" / name).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ProblemError, match="is a link"):
        added(tmp_path / "two")
    assert names_in(tmp_path / "elsewhere") == []


def test_two_runs_do_not_add_to_one_folder(tmp_path: Path) -> None:
    with unpacking(str(tmp_path), most_bytes=MOST), pytest.raises(ProblemError) as caught:
        added(tmp_path)
    assert caught.value.problems[0].code == "folder-busy"


def test_a_full_disk_is_a_problem_and_leaves_nothing_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Unpacked, *_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Unpacked, "_write", full)
    with pytest.raises(ProblemError) as caught:
        added(tmp_path)
    assert caught.value.problems[0].code == "disk-full"


def test_a_file_in_the_way_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(ProblemError) as caught:
        added(tmp_path / "file")
    assert caught.value.problems[0].code == "folder-not-writable"


def test_a_refusal_for_good_is_remembered(tmp_path: Path) -> None:
    with unpacking(str(tmp_path), most_bytes=MOST) as unpacked:
        unpacked.refuse("k", RefusedError("gone", "it is gone"), facts={"http_status": 404})
    entry = known(tmp_path)
    assert entry is not None
    assert (entry.rule, entry.reason, entry.facts) == ("gone", "it is gone", {"http_status": 404})


def test_a_rehearsal_makes_and_writes_nothing(tmp_path: Path) -> None:
    with unpacking(str(tmp_path / "new"), most_bytes=MOST, only_read=True) as unpacked:
        with pytest.raises(RefusedError) as caught:
            unpacked.add("k", "a", [PICTURE], most_bytes=MOST)
        unpacked.refuse("k", caught.value)
        unpacked.set_note("note.json", "x")
    assert caught.value.rule == "not-here-yet"
    assert names_in(tmp_path) == []


def test_a_rehearsal_knows_what_is_there_also_beside_a_run(tmp_path: Path) -> None:
    entry = added(tmp_path)
    before = tree(tmp_path)
    with unpacking(str(tmp_path), most_bytes=MOST), unpacking(str(tmp_path), most_bytes=MOST, only_read=True) as read:
        assert read.known("k") == entry
    assert tree(tmp_path) == before


def test_what_a_file_manager_leaves_in_a_new_folder_is_no_hindrance(tmp_path: Path) -> None:
    (tmp_path / ".DS_Store").write_bytes(b"x")
    assert added(tmp_path).file
