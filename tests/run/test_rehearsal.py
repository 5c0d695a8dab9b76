"""The plan that `run --plan` prints."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import pytest

from nodegraph import NOT_HERE_YET, Context, Folder, Found, Skipped, source
from nodegraph.graph.edit import AddNode, Connect, applied
from nodegraph.graph.model import Edge, Node
from nodegraph.registry import Registry
from nodegraph.run import stage
from nodegraph.run.cancel import Cancel, Cancelled
from nodegraph.run.options import RunOptions
from nodegraph.run.rehearsal import NodePlan, rehearse
from nodegraph.run.tools import Device
from tests.run import pack
from tests.run.conftest import Bench


def plan_of(bench: Bench, **params) -> dict[str, NodePlan]:
    options = RunOptions(device="cpu", cache=bench.root / "cache")
    return {plan.node: plan for plan in rehearse(bench.graph(**params), bench.registry, options)}


def test_a_cold_plan_counts_every_value_that_may_be_missing_by_content(bench: Bench) -> None:
    plan = plan_of(bench)
    assert plan["brightness"].rows == 12
    assert plan["brightness"].exact
    assert plan["brightness"].missing == {"test_brightness": 9}
    assert plan["likeness"].missing == {"test_embedding": 9}
    assert not plan["likeness"].exact


def test_a_plan_measures_and_writes_nothing(bench: Bench) -> None:
    plan_of(bench)
    assert bench.run().summary.cache_hits == 0
    assert bench.run().summary.out == (str(bench.root / "out" / "names.txt"),)


def test_a_plan_after_a_run_is_exact_to_the_end_and_lacks_nothing(bench: Bench) -> None:
    result = bench.run()
    plan = plan_of(bench)
    for node, count in result.counts.items():
        assert (plan[node].rows, plan[node].exact) == (count.rows_in, True), node
        assert not any(plan[node].missing.values()), node


def test_a_plan_after_a_loosened_threshold_counts_exactly_the_values_the_run_then_measures(bench: Bench) -> None:
    bench.run()
    plan = plan_of(bench, above={"low": 50.0})
    result = bench.run(bench.graph(above={"low": 50.0}))
    assert plan["likeness"].missing["test_embedding"] == result.summary.measures["test_embedding"]["misses"] > 0


def test_a_plan_that_is_cancelled_asks_no_further_node(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.run()
    asked, cancel = list[str](), Cancel()
    plain = stage.evaluate

    def evaluate(spec: Any, node: Node, *rest: Any) -> Any:
        asked.append(node.id)
        cancel.ask()
        assert rest[-1].cancelled(), "the node can see it"
        return plain(spec, node, *rest)

    monkeypatch.setattr(stage, "evaluate", evaluate)
    with pytest.raises(Cancelled):
        rehearse(bench.graph(), bench.registry, RunOptions(device="cpu", cache=bench.root / "cache"), cancel)
    assert asked == ["brightness"]


def test_time_is_known_once_a_measure_was_timed(bench: Bench) -> None:
    assert plan_of(bench)["brightness"].seconds is None
    bench.run()
    bench.draw("new.png", 77)
    assert plan_of(bench)["brightness"].seconds is not None


def test_the_time_of_a_model_is_not_taken_for_that_of_another(bench: Bench) -> None:
    other = replace(pack.FAKE_MODEL, id="other", asset="models/demo-captioner")
    bench.registry = Registry(bench.registry.nodes, {"fake": pack.FAKE_MODEL, "other": other})
    bench.run()
    bench.draw("new.png", 77)
    assert plan_of(bench, above={"low": 0.0})["likeness"].seconds is not None
    assert plan_of(bench, above={"low": 0.0}, likeness={"model": "other"})["likeness"].seconds is None


def test_the_time_of_what_uses_no_model_is_known_whatever_the_device(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.run()
    bench.draw("new.png", 77)
    monkeypatch.setattr(Device, "name", "cuda")
    plan = plan_of(bench, above={"low": 0.0})
    assert plan["brightness"].seconds is not None
    assert plan["likeness"].seconds is None


def test_a_value_that_two_nodes_lack_takes_its_time_once(bench: Bench) -> None:
    bench.run()
    bench.draw("new.png", 77)
    second = Node("again", "test/brightness", params={"column": "again"})
    graph = applied(bench.graph(), [AddNode(second), Connect(Edge.parse("brightness.images", "again.images"))])
    options = RunOptions(device="cpu", cache=bench.root / "cache")
    plan = {plan.node: plan for plan in rehearse(graph, bench.registry, options)}
    assert plan["brightness"].missing == plan["again"].missing == {"test_brightness": 1}
    assert plan["brightness"].seconds
    assert plan["again"].seconds == 0


def test_models_that_are_not_here_are_named_with_what_they_weigh(bench: Bench) -> None:
    far = replace(pack.FAKE_MODEL, id="far", asset="", repo="someone/far", revision="0" * 40, bytes=7)
    bench.registry = Registry(bench.registry.nodes, {"fake": pack.FAKE_MODEL, "far": far})
    plan = plan_of(bench, likeness={"model": "far"})["likeness"]
    assert (plan.model, plan.download) == ("far", 7)
    plan = plan_of(bench)["likeness"]
    assert (plan.model, plan.download) == ("fake", 0)


def with_pictures_to_fetch(registry: Registry, count: int) -> Registry:
    """The small pack with a folder that has to fetch `count` more pictures before a run can see them."""
    listed: Callable[..., Found] = registry.nodes["test/folder"].function

    @source("test/folder", rev=1, gives=pack.folder.gives)
    def folder(*, folder: Annotated[str, Folder(writes=True)], context: Context) -> Found:
        """A folder that is fetched to."""
        found = listed(folder=folder)
        later = [Skipped(f"far {number}", NOT_HERE_YET, "it is fetched when the graph runs") for number in range(count)]
        return Found(found.table, [*found.skipped, *later, Skipped("gone", "http-status", "404")])

    return Registry({**registry.nodes, "test/folder": folder}, registry.models)


def test_pictures_that_are_not_here_yet_are_rows_that_may_come_at_every_node(bench: Bench) -> None:
    bench.registry = with_pictures_to_fetch(bench.registry, 5)
    plan = plan_of(bench)
    for node in ("folder", "brightness", "likeness", "split", "export"):
        assert (plan[node].rows, plan[node].exact) == (12 + 5, False), node
    assert plan["brightness"].missing == {"test_brightness": 9 + 5}


def test_a_sample_is_not_larger_for_pictures_that_are_not_here_yet(bench: Bench, tmp_path: Path) -> None:
    bench.registry = with_pictures_to_fetch(bench.registry, 500)
    options = RunOptions(device="cpu", cache=tmp_path / "cache", sample=20)
    plan = {one.node: one for one in rehearse(bench.graph(), bench.registry, options)}
    assert (plan["folder"].rows, plan["folder"].exact) == (20, False)
