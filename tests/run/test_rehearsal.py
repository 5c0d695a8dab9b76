"""The plan that `run --plan` prints."""

from __future__ import annotations

from nodegraph.run.options import RunOptions
from nodegraph.run.rehearsal import NodePlan, rehearse
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


def test_time_is_known_once_a_measure_was_timed(bench: Bench) -> None:
    assert plan_of(bench)["brightness"].seconds is None
    bench.run()
    bench.draw("new.png", 77)
    assert plan_of(bench)["brightness"].seconds is not None
