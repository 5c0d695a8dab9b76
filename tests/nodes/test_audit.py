"""The audit: a sample of both sides, and how sure the share of wrong decisions is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph import Context, ImageSet, Rows
from nodegraph.data.journal import Entry, append
from nodegraph.graph.model import End, Node, graph_of
from nodegraph.registry import registry_of
from nodegraph.run.executor import run
from nodegraph.run.options import RunOptions
from nodegraph.run.prepare import prepare_graph
from nodes.filters.limits import threshold
from nodes.flow.audit import audit
from nodes.sources import NODES as SOURCES
from tests.nodes.tables import images, shuffled
from tests.run.conftest import draw


def audited(
    kept: ImageSet, dropped: ImageSet, said: dict[str, str] | None = None, **params: Any
) -> tuple[Rows, list[str]]:
    heard: list[str] = []
    context = Context("node", seed=1, notice=heard.append, decisions={"node": {"verdict": said or {}}})
    return audit.function(kept, dropped, context=context, **{"count": 50, "seed": 0, **params}), heard


def sampled(result: Rows, side: str) -> list[str]:
    table = result.tables["sample"]
    return table.filter(table["audit_side"] == side)["rid"].to_list()


def named(prefix: str, count: int) -> ImageSet:
    return images([f"{prefix}{number:02}.png" for number in range(count)])


def test_as_many_are_drawn_from_each_side_as_asked_for() -> None:
    result, heard = audited(named("k", 9), named("d", 3), count=5)
    assert (len(sampled(result, "kept")), len(sampled(result, "dropped"))) == (5, 3)
    assert {left.rid for left in result.dropped} == set(named("k", 9).rids) - set(sampled(result, "kept"))
    assert {left.reason for left in result.dropped} == {"not among the 5 drawn of 9 kept"}
    assert heard == [
        "kept: none of 5 drawn from 9 was looked at yet; dropped: none of 3 drawn from 3 was looked at yet."
    ]


def test_the_share_of_wrong_decisions_comes_with_the_interval_of_wilson() -> None:
    kept, dropped = named("k", 10), named("d", 10)
    said = {cid: "reject" if number == 0 else "accept" for number, cid in enumerate(kept.cids)}
    said |= dict.fromkeys(dropped.cids[:4], "reject") | {dropped.cids[4]: "review"}
    result, heard = audited(kept, dropped, said)
    first, last = (result.tables["sample"].row(row, named=True) for row in (0, -1))
    # 1 of 10: (0.1 + 1.9208/10 -+ 1.96 sqrt(0.009 + 0.009604)) / 1.38416 = 0.0179, 0.4042; 0 of 4: 0, 3.8416/7.8416
    assert (first["audit_rate"], first["audit_low"], first["audit_high"]) == pytest.approx(
        (0.1, 0.0179, 0.4042), abs=1e-4
    )
    assert (last["audit_rate"], last["audit_low"], last["audit_high"]) == pytest.approx((0, 0, 0.4899), abs=1e-4)
    assert result.tables["sample"]["audit_error"].to_list() == [True, *[False] * 9, *[False] * 4, *[None] * 6]
    (line,) = heard
    assert line == (
        "kept: 1 of 10 decided wrongly, 10.0% (95% interval 1.8% to 40.4% of 10); "
        "dropped: 0 of 4 decided wrongly, 0.0% (95% interval 0.0% to 49.0% of 10), 6 not looked at yet."
    )


def test_a_dropped_picture_that_is_accepted_is_an_error() -> None:
    dropped = named("d", 2)
    result, _ = audited(named("k", 0), dropped, {dropped.cids[0]: "accept"})
    assert result.tables["sample"]["audit_error"].to_list() == [True, None]
    assert result.tables["sample"]["audit_rate"].to_list() == [1.0, 1.0]


def test_copies_are_drawn_once_and_dropped_copies_of_what_is_kept_never() -> None:
    kept = images(["a.png", "b.png"], ["1", "1"])
    dropped = images(["c.png", "d.png", "a.png"], ["1", "2", "3"])
    result, _ = audited(kept, dropped)
    assert (sampled(result, "kept"), sampled(result, "dropped")) == (["a.png"], ["d.png", "a~2.png"])


def test_when_pictures_change_sides_the_others_are_drawn_as_before() -> None:
    everything = named("p", 40)
    before, _ = audited(everything.slice(0, 20), everything.slice(20, 20), count=10)
    after, _ = audited(everything.slice(0, 22), everything.slice(22, 18), count=10)
    assert len(set(sampled(before, "kept")) & set(sampled(after, "kept"))) >= 8


SIDES = st.lists(st.sampled_from("123456"), max_size=6)
VERDICTS = st.dictionaries(st.sampled_from("123456"), st.sampled_from(["accept", "reject", "review", "?"]))


@given(SIDES, SIDES, VERDICTS, st.integers(1, 7), st.integers(0, 2), st.randoms(use_true_random=False))
def test_every_kept_row_is_drawn_or_told_and_the_same_in_any_order(
    one: list[str], other: list[str], said: dict[str, str], count: int, seed: int, random: Any
) -> None:
    kept = images([f"{number}.png" for number in range(len(one))], one)
    dropped = images([f"{number}.png" for number in range(len(other))], other)
    result, heard = audited(kept, dropped, said, count=count, seed=seed)
    table = result.tables["sample"]
    assert not table["rid"].is_duplicated().any()
    assert sorted([*sampled(result, "kept"), *(left.rid for left in result.dropped)]) == sorted(kept.rids)
    assert len(sampled(result, "kept")) == min(count, len(set(one)))
    assert len(sampled(result, "dropped")) == min(count, len(set(other) - set(one)))
    for row in table.drop_nulls("audit_rate").iter_rows(named=True):
        assert 0 <= row["audit_low"] <= row["audit_rate"] <= row["audit_high"] <= 1
    orders = [random.sample(range(len(each)), len(each)) for each in (kept, dropped)]
    again, told = audited(shuffled(kept, orders[0]), shuffled(dropped, orders[1]), said, count=count, seed=seed)
    assert again.tables["sample"].sort("rid").equals(table.sort("rid"))
    assert told == heard


def test_a_run_goes_by_the_verdicts_of_the_journal(tmp_path: Path) -> None:
    for number in range(6):
        draw(tmp_path / "in" / f"{number}.png", number, size=(20 + 10 * number, 20))
    nodes = [
        Node("folder", "source/folder", params={"folder": str(tmp_path / "in")}),
        Node("cut", "filter/threshold", rev=2, params={"column": "bytes", "low": 2500.0}),
        Node("audit", "flow/audit"),
    ]
    wires = [("folder.images", "cut.images"), ("cut.kept", "audit.kept"), ("cut.dropped", "audit.dropped")]
    registry, journal = registry_of([*SOURCES, threshold, audit]), tmp_path / "graph.journal.jsonl"
    graph = prepare_graph(graph_of(nodes, wires), registry, base=tmp_path).graph
    options = RunOptions(device="cpu", cache=tmp_path / "cache", journal=journal)
    sample = run(graph, registry, options, lambda _event: None).sets[End("audit", "sample")]
    assert len(sample) == 6
    assert 0 < sample["audit_side"].to_list().count("dropped") < 6
    append(journal, [Entry("audit", cid, "verdict", "accept") for cid in sample.cids])
    table = run(graph, registry, options, lambda _event: None).sets[End("audit", "sample")].table
    assert table["audit_error"].to_list() == [side == "dropped" for side in table["audit_side"]]
