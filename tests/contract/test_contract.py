"""The contract of a node: whatever it gets, it is deterministic, loses no row, changes no input and never crashes."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from nodegraph.data.imageset import BASE_SCHEMA
from nodegraph.graph.columns import columns_at
from nodegraph.graph.model import End, Graph
from nodegraph.graph.validate import errors_of, validate
from nodegraph.parameters import with_defaults
from nodegraph.problems import ProblemError
from nodegraph.registry import Registry, installed_registry
from nodegraph.run.executor import run
from nodegraph.run.options import RunOptions
from nodegraph.run.results import RunResult
from nodegraph.run.stage import Batching
from nodegraph.specs import NodeSpec
from tests.contract.settings import SETTINGS
from tests.contract.stand_ins import save_all
from tests.contract.world import Rule, around, paint, params_of, with_world

REGISTRY = installed_registry()
SPECS = [spec for spec in REGISTRY.nodes.values() if REGISTRY.packs[spec.type] == "nodegraph"]
FED = [spec for spec in SPECS if spec.inputs]
ROUNDING = 2e-4  # a model's sums end in another last bit in a batch of another size; no digest holds such numbers
RULES: tuple[Rule, ...] = ("full", "nulls", "none")


def by_type(spec: NodeSpec) -> str:
    return spec.type


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """All nodes, those of the world, and small models where the real ones are large."""
    home = tmp_path_factory.mktemp("models")
    entries = save_all(home)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NODEGRAPH_MODELS", str(home))
        yield replace(with_world(REGISTRY), models={**REGISTRY.models, **entries})


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pictures") / "in"
    paint(folder)
    return folder


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache for all nodes: they share most measures."""
    return tmp_path_factory.mktemp("cache")


def runnable(graph: Graph, registry: Registry) -> Graph:
    """The graph, which must have nothing wrong with it; skips where a library is not on this machine."""
    wrong = errors_of(validate(graph, registry))
    if any(found.code == "missing-extra" for found in wrong):
        pytest.skip(wrong[0].message)
    assert wrong == []
    return graph


def go(graph: Graph, registry: Registry, cache: Path, **options: Any) -> RunResult:
    """Runs it, without any download."""
    return run(graph, registry, RunOptions("cpu", cache=cache, allow_download=False, **options), lambda _event: None)


def outcome(result: RunResult, spec: NodeSpec) -> dict[str, pl.DataFrame]:
    """What the node gave: a table a port, and its part of the ledger."""
    given = {port: result.sets[End("node", port)].table.sort("rid") for port in spec.outputs}
    ledger = result.sets[End("node", spec.outputs[0])].ledger
    return {**given, "the ledger": ledger.filter(pl.col("node") == "node").sort("rid")}


def written(folder: Path) -> dict[str, str]:
    """The digest of every file below a folder."""
    return {
        path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def sources_of(pictures: Path) -> dict[str, str]:
    return written(pictures)


@pytest.mark.parametrize("spec", SPECS, ids=by_type)
def test_a_node_explains_itself(spec: NodeSpec) -> None:
    assert 15 < len(spec.summary) <= 160, spec.summary
    assert spec.summary.endswith((".", "?", ":")), spec.summary
    unexplained = [name for name, parameter in spec.parameters.items() if not parameter.help]
    assert unexplained == []
    hidden = [name for name, info in spec.gives(with_defaults(spec.parameters, {})).items() if not info.help]
    assert hidden == []


@pytest.mark.parametrize("spec", SPECS, ids=by_type)
def test_its_migrations_lead_from_past_revisions_to_parameters_that_there_are(spec: NodeSpec) -> None:
    assert set(spec.migrations) <= set(range(1, spec.rev))
    params: dict[str, Any] = {}
    for rev in range(1, spec.rev):
        params = spec.migrations[rev](dict(params)) if rev in spec.migrations else params
    assert set(params) <= set(spec.parameters)
    assert [found for name, value in params.items() if (found := spec.parameters[name].check(value))] == []


@pytest.mark.parametrize("spec", FED, ids=by_type)
@pytest.mark.parametrize("rule", RULES)
def test_rows_are_accounted_for_and_batches_make_no_difference(
    spec: NodeSpec, rule: Rule, registry: Registry, pictures: Path, cache: Path, tmp_path: Path
) -> None:
    params = params_of(spec, tmp_path, SETTINGS.get(spec.type, {}))
    graph = runnable(around(spec, pictures, params, rule), registry)
    before = sources_of(pictures)
    try:
        one = go(graph, registry, cache, batching=Batching(rows=1, parts=1), fresh=True)
    except ProblemError as error:  # a user can mend it, and it is not the full world
        assert rule != "full", error
        return
    files = written(tmp_path)
    many = go(graph, registry, tmp_path / "cache", batching=Batching(rows=64, parts=3))
    again = go(graph, registry, cache)

    first, second, third = (outcome(result, spec) for result in (one, many, again))
    for port in first:
        assert_frame_equal(first[port], second[port], abs_tol=ROUNDING)
        assert_frame_equal(first[port], third[port])
    if spec.kind == "export":
        assert {name: digest for name, digest in written(tmp_path).items() if not name.startswith("cache/")} == files
    assert sources_of(pictures) == before
    balanced(one, spec, registry, graph)


def balanced(result: RunResult, spec: NodeSpec, registry: Registry, graph: Graph) -> None:
    """No row of the first input vanishes, rids are unique, and the columns are those that were announced."""
    world = set(result.sets[End("world", "images")].rids)
    given = outcome(result, spec)
    out, dropped = given[spec.outputs[0]], given["the ledger"]
    assert world <= set(out["rid"]) | set(dropped["rid"])
    assert dropped["reason"].is_not_null().all()
    announced = columns_at(graph, registry)[End("node", spec.outputs[0])]
    for port in spec.outputs:
        assert not given[port]["rid"].is_duplicated().any()
        assert set(announced.known) == set(given[port].columns), port
        assert given[port].select(list(BASE_SCHEMA)).null_count().row(0) == (0, 0, 0, 0)


@pytest.mark.parametrize("spec", FED, ids=by_type)
def test_after_everything_was_dropped_it_gives_nothing_and_says_nothing_wrong(
    spec: NodeSpec, registry: Registry, pictures: Path, cache: Path, tmp_path: Path
) -> None:
    params = params_of(spec, tmp_path, SETTINGS.get(spec.type, {}))
    graph = runnable(around(spec, pictures, params, "full", dropped=True), registry)
    result = go(graph, registry, cache)
    assert result.summary.exit == 0
    if not spec.joins:
        assert len(result.sets[End("node", spec.outputs[0])]) == 0


@pytest.mark.parametrize("spec", FED, ids=by_type)
def test_its_inputs_are_as_they_were(
    spec: NodeSpec, registry: Registry, pictures: Path, cache: Path, tmp_path: Path
) -> None:
    params = params_of(spec, tmp_path, SETTINGS.get(spec.type, {}))
    graph = runnable(around(spec, pictures, params, "full"), registry)
    seen: dict[str, pl.DataFrame] = {}

    def remember(node: str, sets: Mapping[str, Any]) -> None:
        if node == "world":
            seen["table"] = sets["images"].table.clone()
            seen["bytes"] = pl.DataFrame({"ipc": [sets["images"].table.write_ipc(None).getvalue()]})

    options = RunOptions("cpu", cache=cache, allow_download=False)
    result = run(graph, registry, options, lambda _event: None, on_sets=remember)
    after = result.sets[End("world", "images")].table
    assert_frame_equal(after, seen["table"])
    assert after.write_ipc(None).getvalue() == seen["bytes"]["ipc"][0]


def test_settings_name_nodes_that_there_are() -> None:
    assert set(SETTINGS) <= set(REGISTRY.nodes)


@pytest.fixture(autouse=True)
def _no_surprise_on_the_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A node that writes somewhere else than it was told writes into a folder that is looked at."""
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    yield
    assert os.listdir(here) == []  # noqa: PTH208
    here.rmdir()
