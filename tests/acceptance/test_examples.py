"""Every example graph runs as it is, offline, on the pictures that come along."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nodegraph.graph.io import dumps, load
from nodegraph.registry import installed_registry
from nodegraph.run.options import RunOptions
from nodegraph.run.prepare import prepare
from nodegraph.run.replay import run_with_receipt

EXAMPLES = sorted((Path(__file__).parents[2] / "example_graphs").glob("*.json"))


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache for all examples: they share most measures."""
    return tmp_path_factory.mktemp("cache")


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_runs_and_gives_pictures(path: Path, cache: Path, tmp_path: Path) -> None:
    registry = installed_registry()
    prepared = prepare(path, registry, out=tmp_path)
    assert [problem for problem in prepared.warnings if problem.severity == "error"] == []
    options = RunOptions(device="cpu", cache=cache, allow_download=False)
    result = run_with_receipt(prepared.graph, registry, options, lambda _event: None)
    assert result.summary.exit == 0
    assert all(count["out"] > 0 for count in result.summary.nodes.values())
    assert result.written
    assert all(written.exists() for written in result.written)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_in_canonical_form_with_a_title_and_knobs_that_exist(path: Path) -> None:
    graph = load(path)
    assert dumps(graph) == path.read_text("utf-8")
    assert graph.title
    assert json.loads(path.read_text("utf-8"))["format"] == "nodegraph"
    for knob in graph.knobs.values():
        assert knob.node in graph.nodes
        assert knob.help
