"""`nodegraph run --plan`: says what would be done and does nothing."""

from __future__ import annotations

from tests.cli.conftest import Desk


def test_a_plan_counts_the_values_that_are_missing(desk: Desk) -> None:
    done = desk.call("run", "graph.json", "--plan", "--json")
    assert done.code == 0
    (event,) = done.events
    missing = {node["node"]: node["missing"] for node in event["nodes"]}
    assert event["event"] == "plan"
    assert missing["readable"] == {"readability": 6}
    assert missing["sharpness"] == {"sharpness": 6}
    assert missing["export"] == {}


def test_a_plan_writes_and_measures_nothing(desk: Desk) -> None:
    desk.call("run", "graph.json", "--plan")
    assert not (desk.root / "set").exists()
    assert desk.call("run", "graph.json", "--json").summary["decodes"] == 6


def test_after_a_run_nothing_is_missing_and_every_number_of_rows_is_exact(desk: Desk) -> None:
    summary = desk.call("run", "graph.json", "--json").summary
    (event,) = desk.call("run", "graph.json", "--plan", "--json").events
    for node in event["nodes"]:
        assert node["exact"]
        assert not any(node["missing"].values())
        assert node["rows"] == summary["nodes"][node["node"]]["in"]


def test_one_picture_added_is_one_value_missing_and_rows_that_may_come(desk: Desk) -> None:
    desk.call("run", "graph.json")
    (desk.root / "pictures" / "new.png").write_bytes((desk.root / "pictures" / "1.png").read_bytes() + b"x")
    (event,) = desk.call("run", "graph.json", "--plan", "--json").events
    plans = {node["node"]: node for node in event["nodes"]}
    assert plans["readable"]["missing"] == {"readability": 1}
    assert (plans["folder"]["rows"], plans["folder"]["exact"]) == (7, True)
    assert (plans["sharp"]["rows"], plans["sharp"]["exact"]) == (7, False)


def test_the_table_has_a_line_a_node(desk: Desk) -> None:
    done = desk.call("run", "graph.json", "--plan")
    header, *lines = done.out.splitlines()
    assert header.split() == ["node", "rows", "to", "measure", "model", "time"]
    assert len(lines) == 6
    assert "6 sharpness" in done.out


def test_the_time_of_all_is_told_once_it_is_known_of_each(desk: Desk) -> None:
    assert "Together" not in desk.call("run", "graph.json", "--plan").out
    desk.call("run", "graph.json")
    assert "Together" not in desk.call("run", "graph.json", "--plan").out
    last = desk.call("run", "graph.json", "--plan", "--fresh").out.splitlines()[-1]
    assert last.startswith("Together at most about ")
    assert last.endswith(" s")
