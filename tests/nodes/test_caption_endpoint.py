"""The endpoint captioner against a server on this machine: what is sent, what comes back, and all that goes wrong."""

from __future__ import annotations

import base64
import gzip
import io
import json
import socket
from collections.abc import Generator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from PIL import Image

from nodegraph import ProblemError, Values, installed_registry
from nodegraph.data.unreadable import Unavailable
from nodegraph.graph.model import Node, graph_of
from nodegraph.parameters import with_defaults
from nodegraph.run.executor import run
from nodegraph.run.measuring import request_of
from nodegraph.run.options import RunOptions
from nodegraph.run.prepare import prepare_graph
from nodegraph.run.results import End
from nodes.captions.endpoint import caption_endpoint
from nodes.measures import chat
from nodes.measures.chat import Question, answer_in, asked, endpoint_answer, is_local, key_problem, url_problem
from tests.nodes.chat_server import ChatServer, chat_server
from tests.nodes.tables import images

PICTURE = Image.new("RGB", (40, 30), (200, 30, 30))


@pytest.fixture
def server() -> Generator[ChatServer]:
    with chat_server() as state:
        yield state


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits between attempts, which take no time here."""
    found: list[float] = []
    monkeypatch.setattr(chat.time, "sleep", found.append)
    monkeypatch.setattr(asked, "__defaults__", (found.append,))
    return found


def answer(server: ChatServer, **settings: Any) -> str:
    return endpoint_answer(PICTURE, **{"url": server.url, "model": "m", "prompt": "what?"} | settings)


def test_the_picture_and_the_question_are_sent_as_the_protocol_says(server: ChatServer) -> None:
    server.say("a red field")
    assert answer(server, max_tokens=50, seed=7) == "a red field"
    (question,) = server.questions
    assert question["path"] == "/v1/chat/completions"
    assert {name: question[name] for name in ("model", "max_tokens", "temperature", "seed", "stream")} == {
        "model": "m", "max_tokens": 50, "temperature": 0, "seed": 7, "stream": False,
    }  # fmt: skip
    text, picture = question["messages"][0]["content"]
    assert text == {"type": "text", "text": "what?"}
    head, _, data = picture["image_url"]["url"].partition(",")
    assert head == "data:image/jpeg;base64"
    shown = Image.open(io.BytesIO(base64.b64decode(data)))
    assert (shown.format, shown.size) == ("JPEG", (40, 30))
    assert np.abs(np.asarray(shown, int) - np.asarray(PICTURE, int)).max() < 8
    assert "Authorization" not in server.headers[0]


def test_the_key_comes_from_the_named_variable(server: ChatServer, monkeypatch: pytest.MonkeyPatch) -> None:
    server.say("x")
    monkeypatch.setenv("SOME_API_KEY", "secret")
    answer(server, key_variable="SOME_API_KEY")
    assert server.headers[0]["Authorization"] == "Bearer secret"
    with pytest.raises(ProblemError, match="OTHER_API_KEY holds no key"):
        answer(server, key_variable="OTHER_API_KEY")


def test_no_other_secret_can_be_asked_for(server: ChatServer) -> None:
    server.say("x")
    for name in ("HOME", "AWS_SECRET_ACCESS_KEY", "openai_api_key", "X_API_KEY\n", "_API_KEY"):
        assert key_problem(name) is not None
        with pytest.raises(ProblemError):
            answer(server, key_variable=name)
    assert server.questions == []
    assert key_problem("OPENAI_API_KEY") is None


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (" two\n\nlines ", "two lines"),
        ("<think>hm\n</think>\na cat", "a cat"),
        ([{"type": "text", "text": "a"}, {"type": "other"}, {"type": "text", "text": "b"}], "a b"),
        ("", ""),
        ("half \ud83d a pair\x00", "half ? a pair"),
    ],
)
def test_answers_are_texts_on_one_line(content: object, text: str) -> None:
    assert answer_in(json.dumps({"choices": [{"message": {"content": content}}]}).encode()) == text


@pytest.mark.parametrize(
    "reply",
    [b"", b"hello", b"[]", b"{}", b'{"choices": []}', b'{"choices": [{"message": {"content": null}}]}', b"[" * 100_000],
)
def test_a_reply_that_is_no_answer_fails_the_row(reply: bytes) -> None:
    with pytest.raises(Unavailable):
        answer_in(reply)


def test_a_busy_endpoint_is_asked_again_and_its_wait_is_kept(server: ChatServer, waits: list[float]) -> None:
    server.give(503)
    server.give(429, Retry_After="3")
    server.say("at last")
    assert answer(server) == "at last"
    assert waits == [1.0, 3.0]


def test_an_endpoint_that_stays_busy_fails_the_row(server: ChatServer, waits: list[float]) -> None:
    server.give(500, b'{"error": {"message": "out of\\nmemory"}}', Retry_After="9999")
    with pytest.raises(Unavailable, match="status 500: out of memory"):
        answer(server)
    assert len(server.questions) == 4
    assert waits == [30.0] * 3


def test_a_question_that_is_wrong_is_not_asked_again(server: ChatServer, waits: list[float]) -> None:
    server.give(400, b"<html>no pictures here</html>")
    with pytest.raises(Unavailable, match="no pictures here"):
        answer(server)
    assert (len(server.questions), waits) == (1, [])


@pytest.mark.parametrize("status", [401, 403, 404])
def test_what_would_befall_every_picture_ends_the_run(server: ChatServer, status: int) -> None:
    server.give(status, b'{"error": "model m not found"}')
    with pytest.raises(ProblemError, match="model m not found") as raised:
        answer(server)
    assert raised.value.problems[0].code == "endpoint-refuses"


def test_a_redirect_is_refused(server: ChatServer) -> None:
    server.give(307, Location=f"{server.url}/elsewhere")
    with pytest.raises(ProblemError) as raised:
        answer(server)
    assert raised.value.problems[0].code == "endpoint-redirects"
    assert len(server.questions) == 1


def test_an_answer_without_end_is_cut_off(server: ChatServer) -> None:
    server.give(200, b"x" * (chat.MOST_BYTES + 10))
    with pytest.raises(Unavailable, match="larger than 1 MB"):
        answer(server)


def test_a_packed_answer_is_not_unpacked(server: ChatServer) -> None:
    server.give(200, gzip.compress(b" " * 10_000_000), Content_Encoding="gzip")
    with pytest.raises(Unavailable, match="cannot be read"):
        answer(server)
    assert server.headers[0]["Accept-Encoding"] == "identity"


def test_where_nothing_answers_the_run_ends_with_what_to_do(waits: list[float]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
        with pytest.raises(ProblemError) as raised:
            endpoint_answer(PICTURE, url=url, model="m")
    assert raised.value.problems[0].code == "no-endpoint"
    assert waits == [1.0, 2.0, 4.0]


def test_proxies_of_the_environment_are_not_used(server: ChatServer, monkeypatch: pytest.MonkeyPatch) -> None:
    server.say("direct")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    assert answer_in(asked(Question(f"{server.url}/chat/completions", b"{}"))) == "direct"


LOCAL = [
    "http://127.0.0.1:11434/v1",
    "http://localhost:1",
    "http://[::1]/v1",
    "http://192.168.1.9",
    "http://[::ffff:10.0.0.1]",
]
PUBLIC = ["https://api.example.com/v1", "https://8.8.8.8/v1"]
REFUSED = [
    "", "ftp://127.0.0.1", "127.0.0.1:11434", "http://", "http://user:pass@127.0.0.1", "http://127.0.0.1/v1?x=1",
    "http://example.com/v1", "http://2130706433/v1", "http://localhost.example.com", "http://169.254.169.254/v1",
    "http://[::ffff:169.254.169.254]", "http://0.0.0.0:1", "http://[::", "http://127.0.0.1:99999999",
]  # fmt: skip


@pytest.mark.parametrize("url", LOCAL)
def test_addresses_that_are_typed_as_local_are_used(url: str) -> None:
    assert url_problem(url) is None
    assert is_local(url)


@pytest.mark.parametrize("url", PUBLIC)
def test_other_addresses_are_used_encrypted_and_warned_of(url: str) -> None:
    assert url_problem(url) is None
    codes = [found.code for found in caption_endpoint.check(with_defaults(caption_endpoint.parameters, {"url": url}))]
    assert codes == ["pictures-leave"]


@pytest.mark.parametrize("url", REFUSED)
def test_other_addresses_are_refused_before_anything_is_sent(url: str) -> None:
    found = url_problem(url)
    assert found is not None and found.param == "url"
    with pytest.raises(ProblemError):
        endpoint_answer(PICTURE, url=url, model="m")


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "::1", "169.254.169.254", "fe80::1%eth0"])
def test_a_name_that_leads_to_a_private_address_is_refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (place, 443)) for place in ("8.8.8.8", address)]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_more: found)
    with pytest.raises(ProblemError) as raised:
        endpoint_answer(PICTURE, url="https://api.example.com/v1", model="m")
    assert raised.value.problems[0].code == "hidden-address"


def test_settings_that_cannot_work_are_told_while_wiring() -> None:
    params = with_defaults(caption_endpoint.parameters, {"model": " ", "prompt": "", "layer": "caption"})
    assert {found.code for found in caption_endpoint.check(params)} == {"no-model", "no-prompt", "reserved-column"}
    assert caption_endpoint.check(with_defaults(caption_endpoint.parameters, {})) == []


def test_the_node_writes_what_was_answered() -> None:
    rows = images(3, caption=["old", None, "by hand"], caption_by=["source", None, "person"])
    found = pl.DataFrame(
        caption_endpoint.function(rows, answers=Values(["new", "new", None]), only_empty=False, model="m")
    )
    assert found["caption"].to_list() == ["new", "new", "by hand"]
    assert found["caption_by"].to_list() == ["model:m", "model:m", "person"]
    assert found["caption_endpoint"].to_list() == ["new", "new", None]


def test_answers_are_remembered_whatever_variable_holds_the_key() -> None:
    params = {"url": "http://127.0.0.1/v1", "model": "m"}
    named, other = (request_of(endpoint_answer, params | {"key_variable": name}, None) for name in ("A_API_KEY", ""))
    assert named.key == other.key
    assert named.settings["key_variable"] == "A_API_KEY"
    assert request_of(endpoint_answer, params | {"model": "n"}, None).key != named.key


def test_a_run_asks_about_each_picture_once_and_drops_what_got_no_answer(server: ChatServer, tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(3):
        Image.new("RGB", (20, 20), (number * 80, 0, 0)).save(folder / f"{number}.png")
    server.say("a colour")
    server.give(400, b"too plain")
    server.say("another")
    registry = installed_registry()
    nodes = [
        Node("folder", "source/folder", params={"folder": str(folder)}),
        Node("words", "caption/endpoint", params={"url": server.url, "model": "m"}),
    ]
    graph = prepare_graph(graph_of(nodes, [("folder.images", "words.images")]), registry, base=tmp_path).graph

    def go() -> Any:
        return run(graph, registry, RunOptions(cache=tmp_path / "cache"), lambda _event: None)

    first = go()
    assert first.sets[End("words", "images")].table["caption"].sort().to_list() == ["a colour", "another"]
    server.say("the third")
    server.replies = server.replies[-1:]
    again = go()
    assert len(server.questions) == 4  # the two that were answered are remembered
    assert again.sets[End("words", "images")].table["caption"].sort().to_list() == ["a colour", "another", "the third"]
