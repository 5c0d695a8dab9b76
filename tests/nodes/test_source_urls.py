"""The URL source: lists of every form, what becomes of their rows, and what a second run does."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from nodegraph import Context, Found, ProblemError
from nodes.sources import urls
from tests.nodes.exporting import coded
from tests.nodes.serving import Server, serving

CONTEXT = Context(node="in")


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as started:
        yield started


def found(top: Path, rows: list[Mapping[str, Any]] | str, name: str = "list.csv", **params: Any) -> Found:
    path = top / name
    if isinstance(rows, str):
        path.write_text(rows)
    else:
        table = pl.DataFrame(rows)
        {
            ".csv": table.write_csv,
            ".tsv": lambda to: table.write_csv(to, separator="\t"),
            ".jsonl": table.write_ndjson,
            ".parquet": table.write_parquet,
        }[path.suffix](path)
    given = {"file": str(path), "folder": str(top / "out"), "allow_private": True, "context": CONTEXT, **params}
    return urls.function(**given)


def values(result: Found, *columns: str) -> list[Any]:
    rows = result.table.select(columns).rows()
    return [row[0] for row in rows] if len(columns) == 1 else rows


@pytest.mark.parametrize("name", ["list.csv", "list.tsv", "list.jsonl", "list.parquet"])
def test_a_list_of_any_form_gives_pictures_with_what_it_says_of_them(server: Server, tmp_path: Path, name: str) -> None:
    first, second = server.give("/a%20cat.jpg", coded(0)), server.give("/b", coded(1, "PNG"))
    rows = [
        {"URL": first, "TEXT": 'a "cat", é', "licence": "CC0", "creator": "Ada", "w": 1.5},
        {"URL": second, "TEXT": None, "licence": None, "creator": None, "w": None},
    ]
    result = found(tmp_path, rows, name, number_columns=["w"])
    assert values(result, "url", "caption", "license", "author", "w", "http_status", "source") == [
        (first, 'a "cat", é', "CC0", "Ada", 1.5, 200, "127.0.0.1"),
        (second, None, None, None, None, 200, "127.0.0.1"),
    ]
    assert [Path(path).read_bytes() for path in values(result, "path")] == [coded(0), coded(1, "PNG")]
    assert [Path(path).suffix for path in values(result, "path")] == [".jpg", ".png"]
    assert values(result, "rid")[0].partition("/")[2].startswith("a-cat-")
    assert result.table.columns == ["rid", "path", "recipe", *urls.gives({"number_columns": ["w"]})]


def test_rows_that_give_no_picture_are_skipped_each_with_its_reason(server: Server, tmp_path: Path) -> None:
    good = server.give("/a.jpg", coded())
    bad = [
        server.give("/page", b"<html>"), server.give("/noai", coded(1), x_robots_tag="noai"),
        server.give("/huge", b"", content_length="99000000"), "ftp://x/y", "", "x" * 900,
    ]  # fmt: skip
    rows = [{"url": url} for url in (good, good, server.url("/gone"), *bad)]
    result = found(tmp_path, rows)
    assert values(result, "url") == [good]
    rules = {skip.rid.removeprefix(server.url("/")): skip.rule for skip in result.skipped}
    assert rules == {
        "row 8": "no-url", "a.jpg": "same-url", "gone": "http-status", "page": "not-a-picture", "noai": "robots",
        "huge": "too-large", "ftp://x/y": "bad-url", "x" * 297 + "...": "bad-url",
    }  # fmt: skip
    assert next(skip.reason for skip in result.skipped if skip.rid.endswith("/gone")) == "the server answered 404"


def test_the_users_own_network_is_out_of_reach_by_default(server: Server, tmp_path: Path) -> None:
    result = found(tmp_path, [{"url": server.give("/a.jpg", coded())}], allow_private=False)
    assert [skip.rule for skip in result.skipped] == ["private-address"]
    assert not server.asked


def test_a_second_run_asks_nothing_and_gives_the_same(server: Server, tmp_path: Path) -> None:
    rows = [{"url": server.give(f"/{n}.jpg", coded(n)), "caption": f"{n}"} for n in range(5)] + [
        {"url": server.url("/x")}
    ]
    rows[-1]["caption"] = ""
    first = found(tmp_path, rows)
    server.asked.clear()
    second = found(tmp_path, rows)
    assert second.table.equals(first.table)
    assert second.skipped == first.skipped
    assert not server.asked


def test_a_stopped_run_says_what_is_missing(server: Server, tmp_path: Path) -> None:
    rows = [{"url": server.give(f"/{n}.jpg", coded(n))} for n in range(6)]
    stopping = Context(node="in", cancelled=lambda: sum(server.asked.values()) >= 2)
    result = found(tmp_path, rows, context=stopping, threads=1)
    assert {skip.rule for skip in result.skipped} == {"stopped"}
    assert result.table.height + len(result.skipped) == 6
    assert found(tmp_path, rows).table.height == 6


def test_the_index_says_what_came_from_where(server: Server, tmp_path: Path) -> None:
    server.give("/a.jpg", coded())
    url = server.give("/go", b"", 301, location="/a.jpg")
    found(tmp_path, [{"url": url, "author": "Ada"}])
    (line,) = (tmp_path / "out/nodegraph-index.jsonl").read_text().splitlines()
    said = json.loads(line)
    assert said["key"] == url
    assert said["facts"] == {"author": "Ada", "http_status": 200, "came_from": server.url("/a.jpg")}


def test_only_so_many_rows_are_looked_at(server: Server, tmp_path: Path) -> None:
    rows = [{"url": server.give(f"/{n}.jpg", coded(n))} for n in range(5)]
    result = found(tmp_path, rows, max_pictures=2)
    assert result.table.height == 2
    assert result.notices == ["The list has 5 rows; only the first 2 count."]


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("list.csv", "a,b\n1,2\n", "no-url-column"),
        ("list.parquet", "PAR1 torn", "unusable-list"),
        ("list.jsonl", "[1]\n{torn\n", "no-url-column"),
    ],
)
def test_a_list_that_is_none_is_a_problem(tmp_path: Path, name: str, text: str, code: str) -> None:
    with pytest.raises(ProblemError) as caught:
        found(tmp_path, text, name)
    assert caught.value.problems[0].code == code


def test_an_empty_list_gives_no_rows(tmp_path: Path) -> None:
    assert found(tmp_path, "").table.height == 0
    assert found(tmp_path, "url,caption\n").table.height == 0


def test_a_rehearsal_asks_nothing_and_lists_what_is_there(server: Server, tmp_path: Path) -> None:
    rehearsal = Context(node="in", rehearsal=True)
    rows = [{"url": server.give(f"/{n}.jpg", coded(n))} for n in range(3)]
    result = found(tmp_path, rows, context=rehearsal)
    assert {skip.rule for skip in result.skipped} == {"not-here-yet"}
    assert not server.asked
    assert not (tmp_path / "out").exists()
    whole = found(tmp_path, rows)
    assert found(tmp_path, rows, context=rehearsal).table.equals(whole.table)
