"""What a person can get wrong: one line each that says what, where and what to do, exit code 2, never a traceback."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import EDGES, NODES, Desk, Done

Spoil = Callable[[Desk], None]


def said(done: Done) -> str:
    """The one line that a wrong call is answered with."""
    assert done.code == 2
    assert done.out == ""
    assert "Traceback" not in done.err
    (line,) = done.err.splitlines()
    assert line.startswith("error: ")
    return line


def put(data: bytes | str) -> Spoil:
    """Puts this where the graph was."""
    return lambda desk: (
        (desk.root / "graph.json").write_bytes(data.encode() if isinstance(data, str) else data) and None
    )


def as_folder(desk: Desk) -> None:
    (desk.root / "graph.json").unlink()
    (desk.root / "graph.json").mkdir()


def gone(desk: Desk) -> None:
    (desk.root / "graph.json").unlink()


def with_unknown_type(desk: Desk) -> None:
    desk.write(nodes=NODES | {"sharpness": ("quality/sharpnes", 1, {})})


def with_loop(desk: Desk) -> None:
    edges = [edge for edge in EDGES if edge[1] != "sharpness.images"]
    desk.write(edges=[*edges, ("words.images", "sharpness.images")])


def without_column(desk: Desk) -> None:
    desk.write(sharp={"column": "sharpnes"})


FILES: dict[str, tuple[Spoil, str]] = {
    "no such file": (gone, "There is no file graph.json."),
    "a folder": (as_folder, "graph.json is no file."),
    "empty": (put(""), "graph.json: It is empty."),
    "binary": (put(b"\x89PNG\r\n\x1a\n\x00\x00"), "It is a binary file"),
    "not UTF-8": (put(b'{"title": "caf\xe9"}'), "it is not UTF-8"),
    "not JSON": (put("{nodes: []}"), "graph.json, line 1, column 2: it is not JSON"),
    "another JSON": (put("[1, 2]"), "it is JSON, but no graph"),
    "NaN": (put('{"format": "nodegraph", "version": 2, "seed": NaN, "nodes": []}'), "seed is NaN"),
    "deep nesting": (put("[" * 100_000 + "]" * 100_000), "nested more than"),
    "a newer version": (put('{"format": "nodegraph", "version": 99, "nodes": []}'), "99"),
    "unknown type": (with_unknown_type, 'Did you mean "quality/sharpness"?'),
    "a loop": (with_loop, "The nodes form a loop: sharp -> words -> sharpness -> sharp."),
    "unknown column": (without_column, '"sharpness"'),
}


@pytest.mark.parametrize("command", ["run", "check", "migrate"])
@pytest.mark.parametrize("name", list(FILES)[:10])
def test_a_file_that_is_no_graph_is_one_line(desk: Desk, command: str, name: str) -> None:
    spoil, expected = FILES[name]
    spoil(desk)
    done = desk.call(command, "graph.json")
    if command == "check":  # what is wrong is what it was asked for
        done = Done(done.code, "", done.out)
    assert expected in said(done)


@pytest.mark.parametrize("name", list(FILES)[10:])
def test_a_graph_that_cannot_run_is_one_line(desk: Desk, name: str) -> None:
    spoil, expected = FILES[name]
    spoil(desk)
    assert expected in said(desk.call("run", "graph.json"))


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["run"], "Missing argument"),
        (["run", "graph.json", "--fres"], "--fresh"),
        (["run", "graph.json", "--device", "tpu"], "'tpu' is not one of"),
        (["run", "graph.json", "--set", "least"], "KNOB=VALUE"),
        (["run", "graph.json", "--set", "=1"], "KNOB=VALUE"),
        (["run", "graph.json", "--set", "leest=1"], "no knob 'leest'. Did you mean \"least\"?"),
        (["run", "graph.json", "--set", "least=high"], "sharp.low: Low cannot be 'high'"),
        (["run", "graph.json", "--set", "least=NaN"], "sharp.low: Low cannot be"),
        (["run", "graph.json", "--set", "sharp.lo=1"], 'Did you mean "low"?'),
        (["run", "graph.json", "--set", "shark.low=1"], "no node 'shark'. Did you mean \"sharp\"?"),
        (["run", "graph.json", "--set", "folder=elsewhere"], "folder.folder: The folder"),
        (["run", "graph.json", "--set", "folder=graph.json"], "is a file, not a folder"),
        (["run", "graph.json", "--to", "shar"], "no node 'shar'. Did you mean \"sharp\"?"),
        (["run", "graph.json", "--receipt", "pictures"], "pictures"),
        (["run", "graph.json", "--receipt", "graph.json"], "graph.json is there already, and it is no receipt."),
        (["run", "graph.json", "--receipt", "pictures/0.png"], "pictures/0.png is there already"),
        (["run", "graph.json", "--receipt", "pictures/0.png/receipt.json"], "cannot be written"),
        (["run", "graph.json", "--out", "graph.json/out"], "export.folder: Nothing can be written to"),
        (["run", "graph.json", "--out", "pictures"], "sources are only read"),
        (["run", "graph.json", "--out", "graph.json"], "graph.json"),
        (["rum", "graph.json"], "Did you mean 'run'? `nodegraph --help`"),
        (["nodes", "quality/sharp"], "no node 'quality/sharp'. Did you mean \"quality/sharpness\"?"),
        (["new", "quickstrat"], "no example 'quickstrat'. Did you mean \"quickstart\"?"),
        (["verify", "elsewhere.json"], "cannot be read"),
        (["verify", "pictures"], "is no file"),
        (["verify", "graph.json"], "is no receipt"),
        (["migrate", "graph.json", "--out", "elsewhere/graph.json"], "could not be saved"),
        (["migrate", "graph.json", "--out", "pictures/0.png"], "pictures/0.png is there already."),
        (["new", "quickstart", "pictures/0.png/mine.json"], "could not be written"),
        (["cache", "colect"], "colect"),
        (["cache", "collect", "--limit-gb", "-1"], "-1"),
    ],
    ids=lambda value: " ".join(value[:4]) if isinstance(value, list) else "",
)
def test_a_wrong_call_is_one_line(desk: Desk, arguments: list[str], expected: str) -> None:
    before = sorted(path for path in desk.root.rglob("*") if "cache" not in path.parts)
    assert expected in said(desk.call(*arguments))
    assert sorted(path for path in desk.root.rglob("*") if "cache" not in path.parts) == before


def test_all_wrong_values_are_said_at_once(desk: Desk) -> None:
    done = desk.call("run", "graph.json", "--set", "least=high", "--set", "sharp.on_null=no", "--set", "wrods=x")
    assert done.code == 2
    assert [line.split()[1] for line in done.err.splitlines()] == ["sharp.low:", "sharp.on_null:", "The"]


def test_a_cache_folder_that_cannot_be_is_one_line(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NODEGRAPH_CACHE", str(desk.root / "graph.json"))
    for arguments in (["run", "graph.json"], ["cache", "stats"], ["cache", "collect"]):
        assert "NODEGRAPH_CACHE" in said(desk.call(*arguments))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda receipt: receipt.pop("rows"),
        lambda receipt: receipt.update(rows={"export": [["one"]]}),
        lambda receipt: receipt.update(summary=[]),
        lambda receipt: receipt.update(targets=3),
        lambda receipt: receipt.update(version="1"),
        lambda receipt: receipt.update(version=99),
        lambda receipt: receipt.update(format="other"),
        lambda receipt: receipt.update(graph={}),
    ],
    ids=["no rows", "short rows", "no summary", "no targets", "version a text", "newer", "other format", "no graph"],
)
def test_a_receipt_that_somebody_changed_is_one_line(desk: Desk, spoil: Callable[[dict[str, object]], object]) -> None:
    path = Path(desk.call("run", "graph.json", "--json").summary["receipt"])
    receipt = json.loads(path.read_text("utf-8"))
    spoil(receipt)
    path.write_text(json.dumps(receipt), "utf-8")
    said(desk.call("verify", path))


def test_a_receipt_nested_too_deep_is_one_line(desk: Desk) -> None:
    (desk.root / "deep.json").write_text("[" * 100_000 + "]" * 100_000)
    assert "is no receipt" in said(desk.call("verify", "deep.json"))


def test_a_process_says_the_same_and_leaves_with_the_same_code(desk: Desk) -> None:
    assert "no knob" in said(desk.process("run", "graph.json", "--set", "leest=1"))


@pytest.mark.parametrize("value", ["\x1b]0;owned\x07\x1b[2J", "two\nlines", "\u202egnp.exe", "\x9b31m"])
def test_what_is_told_never_steers_the_terminal(desk: Desk, value: str) -> None:
    desk.write(folder={"folder": value})
    line = said(desk.call("run", "graph.json"))
    assert line.isprintable()


def test_what_is_told_is_short_however_long_the_value(desk: Desk) -> None:
    desk.write(sharp={"column": "x" * 100_000})
    line = said(desk.call("run", "graph.json"))
    assert line.startswith("error: sharp.column: ")
    assert len(line) < 1200


def test_titles_and_names_of_a_run_never_steer_the_terminal(desk: Desk) -> None:
    (desk.root / "pictures" / "0.png").rename(desk.root / "pictures" / "a\x1b[2J.png")
    graph = json.loads((desk.root / "graph.json").read_text("utf-8"))
    for node in graph["nodes"]:
        node["label"] = "red \x1b[31m"
    (desk.root / "graph.json").write_text(json.dumps(graph), "utf-8")
    done = desk.call("run", "graph.json")
    assert done.code == 0
    assert "\x1b" not in done.out + done.err
    assert "\x1b" not in desk.call("run", "graph.json", "--plan").out


@pytest.mark.parametrize("more", [[], ["--plan"]], ids=["run", "plan"])
def test_a_program_reads_the_problems_where_it_reads_the_events(desk: Desk, more: list[str]) -> None:
    done = desk.call("run", "graph.json", "--json", "--set", "folder=elsewhere", *more)
    assert done.code == done.summary["exit"] == 2
    (problem,) = done.summary["problems"]
    assert (problem["code"], problem["node"], problem["param"]) == ("no-such-folder", "folder", "folder")
    assert done.err.startswith("error: folder.folder: The folder ")
