"""Triage: three ways by score, a queue as long as asked for, and people have the last word."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph import Context, ImageSet, Keep
from nodegraph.data.journal import Entry, append
from nodegraph.graph.model import End, Node, graph_of
from nodegraph.parameters import with_defaults
from nodegraph.registry import registry_of
from nodegraph.run.executor import run
from nodegraph.run.options import RunOptions
from nodes.flow.triage import triage
from nodes.sources import NODES as SOURCES
from tests.nodes.tables import images, shuffled
from tests.run.conftest import draw

NUMBERS = st.none() | st.integers(-3, 3).map(float) | st.floats()


def judged(rows: ImageSet, said: dict[str, str] | None = None, **given_params: Any) -> Keep:
    params = with_defaults(triage.parameters, {"column": "score", **given_params})
    context = Context("node", decisions={"node": {"verdict": said or {}}})
    return triage.function(rows, context=context, **params)


def verdicts(rows: ImageSet, said: dict[str, str] | None = None, **given_params: Any) -> list[str]:
    keep = judged(rows, said, **given_params)
    found = keep.columns["triage"].to_list()
    assert keep.review is not None
    assert found == [
        "accept" if kept else "review" if waits else "reject"
        for kept, waits in zip(keep.mask.to_list(), keep.review.to_list(), strict=True)
    ]
    return found


ROWS = images(5, score=[1.0, 4.0, 4.5, 5.0, None])


def test_two_limits_part_the_set_in_three_and_what_was_not_measured_waits() -> None:
    keep = judged(ROWS, accept=5.0, reject=4.0)
    assert verdicts(ROWS, accept=5.0, reject=4.0) == ["reject", "review", "review", "accept", "review"]
    assert keep.reason.to_list() == [
        "score 1 is under 4",
        "score 4 is between 4 and 5, so a person has to look",
        "score 4.5 is between 4 and 5, so a person has to look",
        None,
        "score was not measured, so a person has to look",
    ]
    assert keep.rule.to_list() == ["rejected", "undecided", "undecided", None, "not-measured"]


def test_the_lowest_can_be_the_best() -> None:
    assert verdicts(ROWS, accept=1.0, reject=4.0, best="low") == ["accept", "review", "reject", "reject", "review"]


def test_without_a_limit_its_side_is_left_to_people() -> None:
    assert verdicts(ROWS, accept=5.0) == ["review", "review", "review", "accept", "review"]
    assert verdicts(ROWS, reject=4.0) == ["reject", "review", "review", "review", "review"]


def test_a_queue_takes_the_unmeasured_and_then_those_nearest_to_the_cut() -> None:
    assert verdicts(ROWS, band="queue", queue=2, cut=4.4) == ["reject", "reject", "review", "accept", "review"]
    assert verdicts(ROWS, band="queue", queue=0, cut=4.4)[4] == "review"


def test_without_a_cut_the_middle_of_the_set_is_the_cut() -> None:
    rows = images(5, score=[0.0, 10.0, 11.0, 12.0, 30.0])
    assert verdicts(rows, band="queue", queue=1) == ["reject", "reject", "review", "accept", "accept"]


def test_what_a_person_decided_counts_whatever_the_score() -> None:
    said = {"c-0000.jpg": "accept", "c-0003.jpg": "reject", "c-0004.jpg": "accept", "c-0002.jpg": "nonsense"}
    keep = judged(ROWS, said, accept=5.0, reject=4.0)
    assert keep.columns["triage"].to_list() == ["accept", "review", "review", "reject", "accept"]
    assert keep.columns["triage_by"].to_list() == ["person", "score", "score", "person", "person"]
    assert keep.reason.to_list()[3] == "a person rejected it"


def test_no_other_picture_takes_the_place_of_a_decided_one() -> None:
    queue = {"band": "queue", "queue": 2, "cut": 4.4}
    after = verdicts(ROWS, {"c-0002.jpg": "accept"}, **queue)
    assert after == ["reject", "reject", "accept", "accept", "review"]


@pytest.mark.parametrize(
    ("params", "codes"),
    [
        ({}, ["no-limit"]),
        ({"accept": 1.0}, []),
        ({"accept": 1.0, "reject": 2.0}, ["limits-crossed"]),
        ({"accept": 1.0, "reject": 2.0, "best": "low"}, []),
        ({"accept": 2.0, "reject": 1.0, "best": "low"}, ["limits-crossed"]),
        ({"accept": 1.0, "reject": 2.0, "band": "queue"}, []),
    ],
)
def test_limits_are_checked_while_wiring(params: dict[str, Any], codes: list[str]) -> None:
    found = triage.check(with_defaults(triage.parameters, {"column": "score", **params}))
    assert [problem.code for problem in found] == codes


@given(
    st.lists(NUMBERS, max_size=9),
    st.integers(0, 10),
    st.none() | st.floats(-3, 3),
    st.sampled_from(["high", "low"]),
    st.randoms(use_true_random=False),
)
def test_the_queue_is_as_long_as_asked_for_in_any_order(
    values: list[float | None], queue: int, cut: float | None, best: str, random: Any
) -> None:
    rows = images(len(values), score=pl.Series(values, dtype=pl.Float64))
    params = {"band": "queue", "queue": queue, "cut": cut, "best": best}
    found = verdicts(rows, **params)
    unknown = sum(value is None or value != value for value in values)
    assert found.count("review") == max(unknown, min(queue, len(values)))
    order = list(range(len(values)))
    random.shuffle(order)
    assert verdicts(shuffled(rows, order), **params) == [found[row] for row in order]


@given(
    st.lists(st.tuples(NUMBERS, st.sampled_from(["", "accept", "review", "reject"])), max_size=9),
    st.none() | st.integers(-2, 2).map(float),
    st.none() | st.integers(-2, 2).map(float),
)
def test_every_row_is_accepted_or_has_a_rule_and_a_reason(
    given_rows: list[tuple[float | None, str]], accept: float | None, reject: float | None
) -> None:
    rows = images(len(given_rows), score=pl.Series([value for value, _ in given_rows], dtype=pl.Float64))
    said = {cid: verdict for cid, (_, verdict) in zip(rows.cids, given_rows, strict=True) if verdict}
    keep = judged(rows, said, accept=accept, reject=reject)
    for kept, rule, reason in zip(keep.mask, keep.rule, keep.reason, strict=True):
        assert bool(kept) != bool(rule and reason)
    for cid, verdict in zip(rows.cids, keep.columns["triage"], strict=True):
        assert verdict == said.get(cid, verdict)


def test_a_run_goes_by_the_journal(tmp_path: Path) -> None:
    for number in range(3):
        draw(tmp_path / "in" / f"{number}.png", number)
    nodes = [
        Node("folder", "source/folder", params={"folder": str(tmp_path / "in")}),
        Node("triage", "flow/triage", params={"column": "bytes", "reject": 0.0}),
    ]
    graph = graph_of(nodes, [("folder.images", "triage.images")])
    registry, journal = registry_of([*SOURCES, triage]), tmp_path / "graph.journal.jsonl"
    options = RunOptions(device="cpu", cache=tmp_path / "cache", journal=journal)
    first = run(graph, registry, options, lambda _event: None)
    assert len(first.sets[End("triage", "review")]) == 3
    cids = first.sets[End("triage", "review")].cids
    append(journal, [Entry("triage", cids[0], "verdict", "accept"), Entry("triage", cids[1], "verdict", "reject")])
    second = run(graph, registry, options, lambda _event: None)
    ports = {port: second.sets[End("triage", port)].rids for port in ("kept", "review", "dropped")}
    assert ports == {"kept": ["0.png"], "review": ["2.png"], "dropped": ["1.png"]}
