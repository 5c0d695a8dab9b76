"""The Flickr source: which licences are asked for, what is remembered, and that the key is written nowhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from nodegraph import Context, Found, ProblemError
from nodes.sources import flickr
from nodes.sources.downloaded import Order
from nodes.sources.fetching.answers import Rules
from nodes.sources.flickr import from_flickr
from nodes.sources.flickr_search import Search, kind_of_license
from tests.nodes.exporting import coded
from tests.nodes.serving import Server, sent, serving

KEY = "0123secret4567"
CONTEXT = Context(node="in")
LICENCES = [
    ("0", "https://www.flickrhelp.com/hc/en-us/articles/10710266545556"),
    ("2", "https://creativecommons.org/licenses/by-nc/2.0/"), ("4", "https://creativecommons.org/licenses/by/2.0/"),
    ("5", "https://creativecommons.org/licenses/by-sa/2.0/"), ("7", "https://www.flickr.com/commons/usage/"),
    ("9", "https://creativecommons.org/publicdomain/zero/1.0/"), ("11", "https://creativecommons.org/licenses/by/4.0/"),
]  # fmt: skip


class Flickr:
    """A stand-in for the API, which answers from a list of photos, a few a page."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.photos: list[Any] = []
        self.queries: list[dict[str, str]] = []
        self.failure: dict[str, Any] | None = None
        server.routes["/rest"] = self.answer

    def add(self, number: int, license: str = "4", **more: Any) -> None:
        url = self.server.give(f"/{number}.jpg", coded(number))
        photo = {"id": f"{number}", "owner": "me@N", "ownername": "Ada", "title": f"Photo {number}", "tags": "a b"}
        self.photos.append({**photo, "license": license, "url_l": url, **more})

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        query = {name: values[0] for name, values in parse_qs(handler.path.partition("?")[2]).items()}
        self.queries.append(query)
        said: dict[str, Any] = {"stat": "ok"}
        if self.failure is not None:
            said = self.failure
        elif query["method"].endswith("getInfo"):
            said["licenses"] = {"license": [{"id": id, "name": "x", "url": url} for id, url in LICENCES]}
        else:
            size, page = int(query["per_page"]), int(query["page"])
            pages = -(-len(self.photos) // size)
            photos = self.photos[(page - 1) * size : page * size]
            said["photos"] = {"page": page, "pages": pages, "photo": photos}
        sent(handler, json.dumps(said).encode())


@pytest.fixture
def api() -> Iterator[Flickr]:
    with serving() as server:
        yield Flickr(server)


def found(
    api: Flickr, top: Path, key: str = KEY, again: bool = False, context: Context = CONTEXT, **more: Any
) -> Found:
    search = Search(**{"query": "red chair", "kinds": ("free", "by"), "most": 500, "size": "2048 px", **more})
    rules = Rules(timeout=2, allow_private=True, waits=(), cancelled=context.cancelled)
    order = Order(str(top / "out"), rules, 10**9)
    return from_flickr(search, order, key, "", context, search_again=again, base=api.server.url("/rest"))


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://creativecommons.org/licenses/by/2.0/", ("by", "CC-BY-2.0")),
        ("http://creativecommons.org/licenses/by-nc-sa/4.0/", ("by-nc-sa", "CC-BY-NC-SA-4.0")),
        ("https://creativecommons.org/publicdomain/mark/1.0/", ("free", "PDM-1.0")),
        ("http://www.usa.gov/copyright.shtml", ("free", "United States Government Work")),
        ("https://www.flickrhelp.com/hc/", None),
        ("", None),
    ],
)
def test_licences_are_known_by_their_addresses(address: str, expected: tuple[str, str] | None) -> None:
    assert kind_of_license(address) == expected


def test_photos_come_with_author_licence_and_page(api: Flickr, tmp_path: Path) -> None:
    api.add(1)
    api.add(2, "9", ownername="B <b>", title="")
    table = found(api, tmp_path).table
    columns = ("caption", "license", "author", "page", "tags", "http_status")
    assert table.select(columns).rows() == [
        ("Photo 1", "CC-BY-2.0", "Ada", "https://www.flickr.com/photos/me@N/1", "a b", 200),
        (None, "CC0-1.0", "B <b>", "https://www.flickr.com/photos/me@N/2", "a b", 200),
    ]
    assert [Path(path).read_bytes() for path in table["path"]] == [coded(1), coded(2)]
    assert table.columns == ["rid", "path", "recipe", *flickr.gives({})]


def test_only_allowed_licences_are_asked_for_and_taken(api: Flickr, tmp_path: Path) -> None:
    for number, license in enumerate(("4", "0", "2", "5", "x", "11")):
        api.add(number, license)
    assert found(api, tmp_path).table["license"].to_list() == ["CC-BY-2.0", "CC-BY-4.0"]
    assert api.queries[1]["license"] == "4,7,9,11"
    assert api.queries[1]["text"] == "red chair"
    assert api.queries[1]["safe_search"] == "1"


def test_pages_are_read_until_there_are_enough(api: Flickr, tmp_path: Path) -> None:
    for number in range(260):
        api.photos.append({"id": str(number), "owner": "o", "license": "4", "url_l": api.server.url(f"/{number}")})
    result = found(api, tmp_path, most=255)
    assert len(result.skipped) == 255  # there is nothing at these addresses
    assert [query.get("page") for query in api.queries] == [None, "1", "2"]


def test_the_best_size_that_a_photo_has_is_taken(api: Flickr, tmp_path: Path) -> None:
    api.add(1, url_k=api.server.give("/large.jpg", coded(7)), url_o=api.server.give("/original.jpg", coded(8)))
    assert Path(found(api, tmp_path, size="original").table["path"][0]).read_bytes() == coded(8)
    assert Path(found(api, tmp_path, size="2048 px").table["path"][0]).read_bytes() == coded(7)
    assert Path(found(api, tmp_path, size="1024 px").table["path"][0]).read_bytes() == coded(1)


def test_a_second_run_needs_neither_key_nor_network(api: Flickr, tmp_path: Path) -> None:
    api.add(1)
    first = found(api, tmp_path)
    api.add(2)
    api.server.asked.clear()
    assert found(api, tmp_path, key="").table.equals(first.table)
    assert not api.server.asked
    assert found(api, tmp_path, again=True).table.height == 2


def test_another_search_in_the_same_folder_is_a_search_of_its_own(api: Flickr, tmp_path: Path) -> None:
    api.add(1)
    found(api, tmp_path)
    api.add(2)
    assert found(api, tmp_path, query="blue chair").table.height == 2
    assert found(api, tmp_path).table.height == 1


def test_the_key_is_written_nowhere(api: Flickr, tmp_path: Path) -> None:
    api.add(1)
    result = found(api, tmp_path)
    texts = [path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert KEY.encode() not in b"".join(texts)
    assert KEY not in str(result)
    assert api.queries[0]["api_key"] == KEY


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        ({"stat": "fail", "code": 100, "message": "Invalid API Key"}, "wrong-api-key"),
        ({"stat": "fail", "code": 3, "message": "Parameterless searches have been disabled"}, "refused-search"),
        ({}, "refused-search"),
    ],
)
def test_what_flickr_refuses_is_a_problem_without_the_key(
    api: Flickr, tmp_path: Path, failure: dict[str, Any], code: str
) -> None:
    api.failure = failure
    with pytest.raises(ProblemError) as caught:
        found(api, tmp_path)
    assert caught.value.problems[0].code == code
    assert KEY not in str(caught.value)


@pytest.mark.parametrize("answer", [b"<html>", b"[1]", b"[" * 9999, b""])
@pytest.mark.parametrize("status", [200, 404, 500])
def test_an_answer_that_cannot_be_read_is_a_problem(api: Flickr, tmp_path: Path, answer: bytes, status: int) -> None:
    api.server.give("/rest", answer, status)
    with pytest.raises(ProblemError) as caught:
        found(api, tmp_path)
    assert caught.value.problems[0].code in ("no-answer", "refused-search")
    assert KEY not in str(caught.value)


def test_strange_photos_in_an_answer_are_passed_over(api: Flickr, tmp_path: Path) -> None:
    api.photos = [None, 3, {}, {"license": ["4"], "url_l": 5}, {"license": "4", "url_l": "ftp://x"}]
    result = found(api, tmp_path)
    assert result.table.height == 0
    assert {skip.rule for skip in result.skipped} == {"bad-url"}


def test_without_a_key_the_problem_says_where_to_get_one(
    api: Flickr, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FLICKR_API_KEY", raising=False)
    with pytest.raises(ProblemError, match=r"www\.flickr\.com/services"):
        flickr.function(query="x", folder=str(tmp_path / "out"), context=CONTEXT)
    assert not api.server.asked


def test_a_stopped_run_gives_no_half_search(api: Flickr, tmp_path: Path) -> None:
    api.add(1)
    assert found(api, tmp_path, context=Context(node="in", cancelled=lambda: True)).table.height == 0
    assert found(api, tmp_path).table.height == 1


def test_a_search_for_nothing_or_without_licences_is_told_while_wiring() -> None:
    params = {name: parameter.default for name, parameter in flickr.parameters.items() if not parameter.required}
    assert flickr.check({**params, "query": "cat"}) == []
    none = dict.fromkeys(("no_conditions", "attribution", "share_alike", "non_commercial"), False)
    assert [found.code for found in flickr.check({**params, **none, "query": " "})] == ["empty-query", "no-licence"]


def test_a_rehearsal_asks_nothing_and_lists_what_is_there(api: Flickr, tmp_path: Path) -> None:
    rehearsal = Context(node="in", rehearsal=True)
    api.add(1)
    nothing = found(api, tmp_path, context=rehearsal)
    assert nothing.table.height == 0
    assert {skip.rule for skip in nothing.skipped} == {"not-here-yet"}
    assert not api.server.asked
    assert not (tmp_path / "out").exists()
    whole = found(api, tmp_path)
    api.server.asked.clear()
    assert found(api, tmp_path, again=True, context=rehearsal).table.equals(whole.table)
    assert not api.server.asked
