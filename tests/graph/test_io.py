"""The graph file comes back as it was, and nothing that can be in a file is a crash."""

from __future__ import annotations

import json
import os
import stat
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nodegraph.graph.edit import SetTitle, apply
from nodegraph.graph.io import canonical, dumps, load, loads, save
from nodegraph.graph.model import Edge, Graph, Group, Knob, Node, Note
from nodegraph.graph.parse import MAX_BYTES
from nodegraph.problems import Problem, ProblemError
from tests.graph.specs import small_graph
from tests.graph.test_edit import IDS, OBJECTS, PARAMS, PORTS, VALUES

FIXTURES = sorted((Path(__file__).parents[1] / "fixtures" / "graphs").glob("*.json"))
CURRENT = [path for path in FIXTURES if path.name != "version-1.json"]
CANONICAL = [path for path in CURRENT if path.name != "by-hand.json"]
HEAD = '"format": "nodegraph", "version": 2'

EXTRA = st.dictionaries(st.text(max_size=4).map(lambda text: f"x-{text}"), VALUES, max_size=2)
NODES = st.builds(
    Node,
    IDS,
    st.sampled_from(["filter/threshold", "unknown/type"]),
    st.integers(1, 5),
    st.dictionaries(PARAMS, VALUES, max_size=3),
    st.sampled_from(["normal", "mute", "bypass"]),
    st.text(max_size=5),
    OBJECTS,
    EXTRA,
)
EDGES = st.builds(
    lambda a, p, b, q, extra: Edge(Edge.parse(f"{a}.{p}", "x.y").source, Edge.parse("x.y", f"{b}.{q}").target, extra),
    IDS,
    PORTS,
    IDS,
    PORTS,
    EXTRA,
)
GRAPHS = st.builds(
    lambda title, seed, nodes, edges, knobs, groups, notes, ui, extra: Graph(
        title,
        seed,
        {node.id: node for node in nodes},
        tuple(edges),
        {knob.name: knob for knob in knobs},
        tuple(groups),
        tuple(notes),
        ui,
        "nodegraph 9",
        extra,
    ),
    st.text(max_size=9),
    st.integers(0, 2**63 - 1),
    st.lists(NODES, max_size=4),
    st.lists(EDGES, max_size=4),
    st.lists(st.builds(Knob, PARAMS, IDS, PARAMS, st.text(max_size=3), EXTRA), max_size=2),
    st.lists(st.builds(Group, st.text(max_size=3), st.lists(IDS).map(tuple), OBJECTS, EXTRA), max_size=2),
    st.lists(st.builds(Note, st.text(max_size=3), OBJECTS, EXTRA), max_size=2),
    OBJECTS,
    EXTRA,
)


def _problems(text: str) -> list[Problem]:
    with pytest.raises(ProblemError) as caught:
        loads(text)
    return list(caught.value.problems)


def _file(**blocks: Any) -> str:
    return json.dumps({"format": "nodegraph", "version": 2, **blocks})


@settings(max_examples=100, deadline=None)
@given(GRAPHS)
def test_any_graph_comes_back_equal_and_its_file_byte_for_byte(graph: Graph) -> None:
    text = dumps(graph)
    again = loads(text)
    assert again == graph
    assert canonical(again) == text


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.name)
def test_every_fixture_still_opens(path: Path) -> None:
    assert load(path).nodes


@pytest.mark.parametrize("path", CURRENT, ids=lambda path: path.name)
def test_a_file_that_was_not_edited_is_saved_byte_for_byte(path: Path, tmp_path: Path) -> None:
    save(load(path), tmp_path / "again.json")
    assert (tmp_path / "again.json").read_bytes() == path.read_bytes()


@pytest.mark.parametrize("path", CANONICAL, ids=lambda path: path.name)
def test_a_saved_file_differs_after_an_edit_in_nothing_but_the_edit(path: Path) -> None:
    graph, _ = apply(load(path), SetTitle("Another"))
    before, after = path.read_text(encoding="utf-8").splitlines(), dumps(graph).splitlines()
    assert len(before) == len(after)
    assert [line for line in after if line not in before] == ['  "title": "Another",']


def test_a_file_written_by_hand_gets_the_canonical_form_only_when_it_is_edited() -> None:
    text = next(path for path in FIXTURES if path.name == "by-hand.json").read_text()
    graph = loads(text)
    edited, inverse = apply(graph, SetTitle("Another"))
    assert dumps(edited) == canonical(edited) != text
    assert dumps(apply(edited, inverse)[0]) == text


def test_line_ends_of_another_system_are_kept() -> None:
    text = dumps(small_graph()).replace("\n", "\r\n")
    assert dumps(loads(text)) == text


def test_a_file_of_version_1_is_saved_as_the_current_version() -> None:
    path = next(path for path in FIXTURES if path.name == "version-1.json")
    assert json.loads(dumps(load(path)))["version"] == 2


def test_reading_a_graph_imports_nothing_that_it_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "evil_pack.py").write_text("raise SystemExit('imported')")
    monkeypatch.syspath_prepend(str(tmp_path))
    loads(_file(nodes=[{"id": "a", "type": "evil_pack", "params": {"x": "!!python/object:evil_pack"}}]))
    assert "evil_pack" not in sys.modules


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("", "not-json", "empty"),
        ("{\n  oops", "not-json", "Line 2, column 3"),
        ('{"a": 1}', "not-a-graph", "Line 1"),
        ("[1, 2]", "not-a-graph", "no graph"),
        ('"text"', "not-a-graph", "no graph"),
        ("\ufeff{}", "not-utf-8", "byte order mark"),
        (f'{{{HEAD},\n"seed": NaN}}', "not-a-number", "Line 2: seed is NaN"),
        (f'{{{HEAD},\n"ui": {{"a": [1, -Infinity]}}}}', "not-a-number", r"Line 2: ui.a\[1\] is -Infinity"),
        (f'{{{HEAD},\n"ui": {{"a": 1e999}}}}', "not-a-number", "Line 2: ui.a is 1e999"),
        (f'{{{HEAD},\n"ui": {{"a": {"9" * 5000}}}}}', "not-a-number", "Line 2: ui.a is 999"),
        (f'{{{HEAD},\n"ui": {{"a": 1,\n"a": 2}}}}', "repeated-key", "Line 3: ui.a is there twice"),
        (f'{{{HEAD}, "a\\u0062": 1,\n"ab": 2}}', "repeated-key", "Line 2: ab is there twice"),
        ("[" * 200_000, "too-deep", "nested"),
        (_file(ui={"a": json.loads("[" * 80 + "]" * 80)}), "too-deep", "nested"),
        ('{"format": "nodegraph",\n"version": 3}', "file-from-the-future", "Line 2: it is of version 3"),
        ('{"format": "nodegraph"}', "bad-version", "version is missing"),
        ('{"format": "nodegraph", "version": true}', "bad-version", "version is true"),
        ('{"format": "nodegraph", "version": 0}', "bad-version", "version is 0"),
        (f'{{{HEAD},\n"nodes": {{}}}}', "bad-file", "Line 2: nodes should be a list"),
        (f'{{{HEAD},\n"nodes": [{{"id": "a"}}]}}', "bad-file", r"Line 2: nodes\[0\].type is missing"),
        (f'{{{HEAD}, "nodes": [\n{{"id": "a b", "type": "t"}}]}}', "bad-file", r"Line 2: nodes\[0\].id is no name"),
        (f'{{{HEAD}, "edges": [\n{{"from": "a", "to": "b.c"}}]}}', "bad-file", r'edges\[0\].from .* "node.port"'),
        (f'{{{HEAD}, "edges": [["a.b", "b.c"]]}}', "bad-file", r"edges\[0\] should be an object"),
        (f'{{{HEAD}, "seed": 1.0}}', "bad-file", "seed should be a whole number"),
        (f'{{{HEAD}, "seed": -1}}', "bad-file", "seed should be greater"),
        (f'{{{HEAD}, "title": null}}', "bad-file", "title should be a text"),
        (f'{{{HEAD}, "knobs": {{"a.b": {{"node": "a", "param": "b"}}}}}}', "bad-file", r"knobs.a.b is no name"),
        (f'{{{HEAD}, "nodes": [{{"id":"a","type":"t"}},\n{{"id":"a","type":"t"}}]}}', "repeated-node", "Line 2"),
    ],
)  # fmt: skip
def test_a_broken_file_is_refused_with_its_place_and_reason(text: str, code: str, words: str) -> None:
    found = _problems(text)
    assert [one.code for one in found] == [code]
    with pytest.raises(ProblemError, match=words):
        loads(text)


def test_every_mistake_of_a_file_is_told_in_the_order_of_its_lines() -> None:
    text = f'{{{HEAD},\n"seed": "x",\n"nodes": [{{"id": "a", "type": 3}}, {{"id": "b", "type": "t", "rev": 0}}]}}'
    assert [(one.message.partition(":")[0], one.node) for one in _problems(text)] == [
        ("Line 2", None),
        ("Line 3", "a"),
        ("Line 3", "b"),
    ]


def test_of_a_thousand_mistakes_twenty_are_told() -> None:
    found = _problems(_file(nodes=[{"id": f"n{i}"} for i in range(1000)]))
    assert len(found) == 21
    assert "980 more" in found[-1].message


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=60), st.integers(0, 10_000), st.integers(0, 40))
@example(b'"\xff', 50, 0)
def test_a_damaged_file_opens_or_is_refused_but_never_crashes(
    tmp_path_factory: Any, new: bytes, at: int, cut: int
) -> None:
    whole = dumps(small_graph()).encode()
    at %= len(whole)
    path = tmp_path_factory.getbasetemp() / "damaged.json"
    path.write_bytes(whole[:at] + new + whole[at + cut :])
    try:
        graph = load(path)
    except ProblemError as error:
        assert all(str(path) in found.message for found in error.problems)
    else:
        assert loads(dumps(graph)) == graph


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00", "not-text"),
        (b"\xef\xbb\xbf{}", "not-utf-8"),
        ('{"a": 1}'.encode("utf-16"), "not-utf-8"),
        (b'{"a":\n"\xe9"}', "not-utf-8"),
    ],
    ids=["a picture", "a byte order mark", "UTF-16", "Latin-1"],
)
def test_a_file_that_is_no_utf_8_text_is_refused(data: bytes, code: str, tmp_path: Path) -> None:
    path = tmp_path / "graph.json"
    path.write_bytes(data)
    with pytest.raises(ProblemError, match=r"graph\.json") as caught:
        load(path)
    assert caught.value.problems[0].code == code


def test_the_line_of_a_wrong_byte_is_named(tmp_path: Path) -> None:
    (tmp_path / "graph.json").write_bytes(b'{"a":\n"\xe9"}')
    with pytest.raises(ProblemError, match="line 2"):
        load(tmp_path / "graph.json")


def test_a_file_larger_than_any_graph_is_refused_before_it_is_parsed(tmp_path: Path) -> None:
    path = tmp_path / "graph.json"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(ProblemError, match="larger than"):
        load(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_folder_a_missing_file_and_a_pipe_are_no_graphs(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "gone.json", tmp_path / "pipe", tmp_path / "a\0b"):
        with pytest.raises(ProblemError):
            load(path)


def test_saving_leaves_nothing_beside_the_file(tmp_path: Path) -> None:
    save(small_graph(), tmp_path / "graph.json")
    save(small_graph(), tmp_path / "graph.json")
    assert [path.name for path in tmp_path.iterdir()] == ["graph.json"]


def test_a_failed_save_leaves_the_old_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "graph.json"
    path.write_text("old")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ProblemError, match="No space left"):
        save(small_graph(), path)
    assert path.read_text() == "old"
    assert [one.name for one in tmp_path.iterdir()] == ["graph.json"]


def test_saving_keeps_the_permissions(tmp_path: Path) -> None:
    path = tmp_path / "graph.json"
    path.write_text("old")
    path.chmod(0o664)
    save(small_graph(), path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o664


def test_saving_through_a_link_writes_the_file_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "real.json").write_text("old")
    (tmp_path / "link.json").symlink_to("real.json")
    save(small_graph(), tmp_path / "link.json")
    assert (tmp_path / "link.json").is_symlink()
    assert load(tmp_path / "real.json") == small_graph()


def test_saving_to_where_no_file_can_be_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "gone" / "graph.json", Path(os.devnull)):
        with pytest.raises(ProblemError) as caught:
            save(small_graph(), path)
        assert caught.value.problems[0].code == "cannot-save"
