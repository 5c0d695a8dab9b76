"""Two exports of a graph never write to one place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nodegraph.graph.edit import AddNode, Connect, Edit, SetMode, applied
from nodegraph.graph.model import Edge, Mode, Node
from nodegraph.graph.validate import validate
from nodegraph.problems import Problem
from tests.graph.specs import small_graph, small_registry

REGISTRY = small_registry()


def found(first: dict[str, Any], second: dict[str, Any], *edits: Edit, base: Path | None = None) -> list[Problem]:
    graph = applied(
        small_graph(),
        [
            AddNode(Node("one", "export/kohya", params=first)),
            AddNode(Node("two", "export/kohya", params=second)),
            Connect(Edge.parse("threshold.kept", "one.images")),
            Connect(Edge.parse("threshold.kept", "two.images")),
            *edits,
        ],
    )
    return validate(graph, REGISTRY, base=base)


def test_places_of_their_own_are_no_problem() -> None:
    assert found({"folder": "out/a"}, {"folder": "out/b"}) == []
    assert found({"folder": "out"}, {"folder": "outer"}) == []


@pytest.mark.parametrize("other", ["out", "./out", "x/../out", "out/"])
def test_one_folder_for_two_exports_is_told_at_the_second(other: str) -> None:
    (problem,) = found({"folder": "out"}, {"folder": other})
    assert (problem.code, problem.place, problem.value) == ("shared-target", "two.folder", other)
    assert "one writes to 'out', too" in problem.message
    assert problem.severity == "error"


@pytest.mark.parametrize(("first", "second"), [("out", "out/deep"), ("out/deep", "out")])
def test_a_folder_inside_of_anothers_is_told(first: str, second: str) -> None:
    (problem,) = found({"folder": first}, {"folder": second})
    assert (problem.code, problem.node) == ("shared-target", "two")


def test_defaults_count() -> None:
    assert [problem.node for problem in found({}, {})] == ["one", "two"]  # the small graph has one such export


def test_exports_that_do_not_run_are_no_problem() -> None:
    same = {"folder": "out"}
    assert found(same, same, SetMode("two", "mute")) == []
    assert found(same, same, SetMode("one", "bypass")) == []


def test_a_link_is_what_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    problems = found({"folder": "real"}, {"folder": str(tmp_path / "link" / "set")}, base=tmp_path)
    assert [problem.node for problem in problems if problem.code == "shared-target"] == ["two"]


def test_a_home_that_is_not_known_is_no_target() -> None:
    assert found({"folder": "~nobody-has-this-name/a"}, {"folder": "out/b"}) == []


@pytest.mark.parametrize("other", ["pictures", "pictures/out", "x/../pictures"])
def test_an_export_into_a_source_is_told_before_the_run(other: str) -> None:
    source = Node("more", "source/folder", params={"path": "pictures"})
    problems = found({"folder": "elsewhere"}, {"folder": other}, AddNode(source))
    told = [(problem.code, problem.place) for problem in problems if problem.code == "target-in-source"]
    assert told == [("target-in-source", "two.folder")]
    problems = found({"folder": "elsewhere"}, {"folder": other}, AddNode(source), SetMode("more", "mute"))
    assert "target-in-source" not in {problem.code for problem in problems}


def test_an_export_around_a_source_is_told_before_the_run() -> None:
    problems = found({"folder": "elsewhere"}, {"folder": "."})
    assert "target-in-source" in {problem.code for problem in problems if problem.node == "two"}


def test_a_source_that_would_unpack_into_what_another_reads_is_told(tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    reader = Node("reader", "source/folder", params={"path": "pictures"})

    def told(folder: str, *, out: Path | None = None, mode: Mode = "normal") -> list[str]:
        fetched = Node("fetched", "source/fetched", params={"folder": folder}, mode=mode)
        graph = applied(small_graph(), [AddNode(reader), AddNode(fetched)])
        problems = validate(graph, REGISTRY, base=tmp_path, out=out)
        found = [problem for problem in problems if problem.code == "target-in-source"]
        return [problem.place for problem in found if problem.node == "fetched"]

    assert told("pictures/new") == told("pictures") == ["fetched.folder"]
    assert told("elsewhere") == told(".") == told("pictures/new", mode="mute") == []
    assert told("new", out=tmp_path / "pictures") == ["fetched.folder"]
    assert told("pictures/new", out=tmp_path / "out") == []


def test_two_sources_may_share_the_folder_they_unpack_to() -> None:
    sources = [Node(id, "source/fetched", params={"folder": "heap"}) for id in ("one", "two")]
    problems = validate(applied(small_graph(), map(AddNode, sources)), REGISTRY)
    assert [problem for problem in problems if problem.code == "target-in-source"] == []
