"""The journal holds what people decided by hand, whatever happens to its last line."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path

import pytest

from nodegraph.data import journal
from nodegraph.data.journal import Entry, append, digest_of, journal_path, read_journal
from nodegraph.problems import ProblemError


def said(cid: str, value: str | None, node: str = "captions") -> Entry:
    return Entry(node, cid, "caption", value)


def test_it_lives_beside_the_graph(tmp_path: Path) -> None:
    assert journal_path(tmp_path / "cats.json") == tmp_path / "cats.journal.jsonl"


def test_the_last_entry_wins_and_null_takes_it_back(tmp_path: Path) -> None:
    path = tmp_path / "a.journal.jsonl"
    append(path, [said("01", "first"), said("02", "other")])
    append(path, [said("01", "second"), said("02", None), said("01", "elsewhere", node="trigger")])
    assert read_journal(path).captions == {"captions": {"01": "second"}, "trigger": {"01": "elsewhere"}}


def test_every_entry_says_who_and_when(tmp_path: Path) -> None:
    path = tmp_path / "a.journal.jsonl"
    append(path, [said("01", "caf\u00e9")])
    line = json.loads(path.read_text("ascii"))
    assert line["by"] == "person" and line["at"].endswith("+00:00") and line["value"] == "caf\u00e9"


def test_a_torn_last_line_costs_only_itself(tmp_path: Path) -> None:
    path = tmp_path / "a.journal.jsonl"
    append(path, [said("01", "one"), said("02", "two")])
    path.write_bytes(path.read_bytes()[:-20])
    assert read_journal(path).captions == {"captions": {"01": "one"}}
    assert read_journal(path).unread == 1
    append(path, [said("03", "three")])
    assert read_journal(path).captions == {"captions": {"01": "one", "03": "three"}}


@pytest.mark.parametrize(
    "line", [b"[]", b"3", b'{"node": 1}', b"\xff\xfe", b'{"node":"a","cid":"b","field":"caption","value":3}']
)
def test_lines_that_are_no_entries_are_counted(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "a.journal.jsonl"
    path.write_bytes(line + b"\n")
    assert read_journal(path).unread == 1
    assert read_journal(path).entries == ()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in its file system")
def test_a_pipe_in_its_place_is_a_problem_and_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.journal.jsonl")
    (tmp_path / "b.journal.jsonl").symlink_to("/dev/zero")
    for name in "ab":
        with pytest.raises(ProblemError, match="cannot be read: it is a folder, pipe, socket or device"):
            read_journal(tmp_path / f"{name}.journal.jsonl")


def test_a_file_larger_than_any_journal_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.journal.jsonl"
    append(path, [said("01", "one")])
    monkeypatch.setattr(journal, "MOST_BYTES", path.stat().st_size - 1)
    with pytest.raises(ProblemError, match="larger than"):
        read_journal(path)


def test_no_file_is_an_empty_journal(tmp_path: Path) -> None:
    assert read_journal(tmp_path / "none.journal.jsonl").entries == ()


def test_a_place_that_cannot_be_written_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ProblemError) as refused:
        append(tmp_path / "file" / "a.journal.jsonl", [said("01", "x")])
    assert refused.value.problems[0].code == "no-journal"


def test_several_writers_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.journal.jsonl"
    writers = [
        threading.Thread(target=lambda n=n: [append(path, [said(f"{n}-{i}", "x" * 500)]) for i in range(10)])
        for n in range(4)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(read_journal(path).captions["captions"]) == 40
    assert read_journal(path).unread == 0


def test_the_digest_is_of_what_counts_in_any_order() -> None:
    assert digest_of({"a": {"1": "x", "2": "y"}}) == digest_of({"b": {}, "a": {"2": "y", "1": "x"}})
    assert digest_of({"a": {"1": "x"}}) != digest_of({"a": {"1": "y"}})
    assert digest_of({}) == digest_of({"a": {}}) == ""
