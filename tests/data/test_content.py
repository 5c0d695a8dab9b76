"""Content ids and the memo that spares reading."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path

import pytest

from nodegraph.data.content import ATTEMPTS, RACY_NS, Stat, content_id, content_ids
from nodegraph.data.paths import path_text
from nodegraph.data.unreadable import Unavailable


class Memo:
    """A memo in memory that tells what it was asked and told."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, Stat], str] = {}
        self.hits = 0

    def lookup(self, files: Sequence[tuple[Path | str, Stat]], /) -> list[str | None]:
        found = [self.kept.get((os.fspath(path), stat)) for path, stat in files]
        self.hits += len(found) - found.count(None)
        return found

    def remember(self, path: Path | str, stat: Stat, cid: str, /) -> None:
        self.kept[os.fspath(path), stat] = cid


def later() -> int:
    return time.time_ns() + 2 * RACY_NS


def test_a_content_id_is_the_hash_of_the_bytes(tmp_path: Path) -> None:
    data = os.urandom(3_000_000)
    (tmp_path / "a").write_bytes(data)
    assert content_id(tmp_path / "a") == blake2b(data, digest_size=16).hexdigest()


def test_an_unchanged_file_is_not_read_again(tmp_path: Path) -> None:
    file, memo = tmp_path / "a", Memo()
    file.write_bytes(b"one")
    first = content_id(file, memo, now_ns=later)
    assert (content_id(file, memo, now_ns=later), memo.hits) == (first, 1)


def test_a_changed_file_of_the_same_size_and_time_is_read_again(tmp_path: Path) -> None:
    file, memo = tmp_path / "a", Memo()
    file.write_bytes(b"one")
    times = (file.stat().st_atime_ns, file.stat().st_mtime_ns)
    first = content_id(file, memo, now_ns=later)
    time.sleep(0.02)
    file.write_bytes(b"two")
    os.utime(file, ns=times)
    assert content_id(file, memo, now_ns=later) != first


def test_a_file_written_a_moment_ago_is_not_remembered(tmp_path: Path) -> None:
    file, memo = tmp_path / "a", Memo()
    file.write_bytes(b"one")
    content_id(file, memo)
    assert memo.kept == {}


def test_a_file_that_changes_while_it_is_read_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from nodegraph.data import content

    file, reads = tmp_path / "a", list[str]()
    file.write_bytes(b"one")
    plain = content._hash

    def hash_and_change(opened_file: object) -> str:
        cid = plain(opened_file)  # type: ignore[arg-type]
        if not reads:
            file.write_bytes(b"longer")
        reads.append(cid)
        return cid

    monkeypatch.setattr(content, "_hash", hash_and_change)
    assert content_id(file) == blake2b(b"longer", digest_size=16).hexdigest()
    assert len(reads) == 2


def test_a_file_that_never_holds_still_is_unavailable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from nodegraph.data import content

    file, reads = tmp_path / "a", list[int]()

    def hash_and_change(_file: object) -> str:
        reads.append(1)
        file.write_bytes(b"x" * (10 + len(reads)))
        return "cid"

    file.write_bytes(b"x")
    monkeypatch.setattr(content, "_hash", hash_and_change)
    with pytest.raises(Unavailable) as caught:
        content_id(file)
    assert (caught.value.rule, len(reads)) == ("changing", ATTEMPTS)


def test_ids_come_in_order_with_what_could_not_be_read_among_them(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "a").write_bytes(b"a")
    seen: list[tuple[int, int]] = []
    paths = [str(tmp_path / name) for name in ("gone", "a", "pipe", "a")]
    results = content_ids(paths, progress=lambda done, total: seen.append((done, total)))
    assert [result.rule if isinstance(result, Unavailable) else "cid" for result in results] == [
        "vanished", "cid", "not-a-file", "cid",
    ]  # fmt: skip
    assert results[1] == results[3]
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_files_that_are_known_are_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from nodegraph.data import content

    for name in "abc":
        (tmp_path / name).write_text(name)
    paths, memo = [str(tmp_path / name) for name in "abc"], Memo()
    ids = [content_id(path, memo, now_ns=later) for path in paths[:2]]
    asked, seen = list[str](), list[tuple[int, int]]()
    plain = content.opened
    monkeypatch.setattr(content, "opened", lambda path: (asked.append(path), plain(path))[1])
    found = content_ids(paths, memo, threads=1, progress=lambda done, total: seen.append((done, total)))
    assert (found[:2], asked, seen) == (ids, paths[2:], [(1, 3), (2, 3), (3, 3)])


def test_a_name_that_is_no_text_is_looked_up_as_it_is_read(tmp_path: Path) -> None:
    file, memo = tmp_path / "caf\udce9.jpg", Memo()
    try:
        file.write_bytes(b"one")
    except OSError:
        pytest.skip("this file system takes names that are text alone")
    text = path_text(file)
    cid = content_id(text, memo, now_ns=later)
    assert (content_ids([text], memo), memo.hits) == ([cid], 1)


def test_no_paths_give_no_ids() -> None:
    assert content_ids([]) == []
