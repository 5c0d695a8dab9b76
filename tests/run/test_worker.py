"""The worker process: asked in JSON lines, answering in JSON lines, whatever happens."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from nodegraph.graph.io import dumps
from nodegraph.graph.model import Node, graph_of
from nodegraph.models.devices import DeviceUse
from nodegraph.registry import Registry
from nodegraph.run.events import StepProgress
from nodegraph.run.worker import Request, Worker
from tests.run.conftest import draw


class Client:
    """Asks a real worker process."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.process = subprocess.Popen(
            [sys.executable, "-m", "nodegraph.run.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=os.environ | {"NODEGRAPH_CACHE": str(root / "cache")},
        )
        assert self.hear()["event"] == "hello"

    def ask(self, **request: object) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()

    def hear(self) -> dict:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, "the worker ended"
        return json.loads(line)

    def until(self, *names: str) -> list[dict]:
        events = [self.hear()]
        while events[-1]["event"] not in (*names, "failed"):
            events.append(self.hear())
        return events


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    for seed in range(6):
        draw(tmp_path / "pictures" / f"{seed}.png", seed)
    made = Client(tmp_path)
    yield made
    made.process.kill()
    made.process.wait()
    for stream in (made.process.stdin, made.process.stdout):
        stream.close()


def graph_text(folder: str = "pictures") -> str:
    nodes = [
        Node("folder", "source/folder", 1, {"folder": folder}),
        Node("sharpness", "quality/sharpness", 1, {}),
        Node("sharp", "filter/threshold", 2, {"column": "sharpness", "low": 10}),
    ]
    edges = [("folder.images", "sharpness.images"), ("sharpness.images", "sharp.images")]
    return dumps(graph_of(nodes, edges, title="small"))


def test_a_run_tells_its_progress_writes_its_sets_and_ends_with_the_summary(client: Client) -> None:
    tables = client.root / "tables"
    client.ask(do="run", run="1", graph=graph_text(), base=str(client.root), tables=str(tables), device="cpu")
    events = client.until("summary", "problems", "failed")
    assert events[-1]["event"] == "summary"
    assert {event["run"] for event in events} == {"1"}
    ready = {event["node"]: event for event in events if event["event"] == "sets"}
    kept = pl.read_ipc(ready["sharp"]["files"]["kept"])
    assert kept.height == events[-1]["nodes"]["sharp"]["out"]
    assert "sharpness" in kept.columns
    assert any(event["event"] == "preview" for event in events)


def test_a_plan_says_what_is_missing_and_after_a_run_that_nothing_is(client: Client) -> None:
    client.ask(do="plan", run="p", graph=graph_text(), base=str(client.root), device="cpu")
    told = client.until("plan")
    before = told[-1]["nodes"]
    pictures = next(event["pictures"] for event in told if event["event"] == "source" and event["node"] == "folder")
    assert [Path(path).name for path in pictures.values()] == [f"{seed}.png" for seed in range(6)]
    client.ask(do="run", run="r", graph=graph_text(), base=str(client.root), device="cpu")
    client.until("summary")
    client.ask(do="plan", run="q", graph=graph_text(), base=str(client.root), device="cpu")
    after = client.until("plan")[-1]["nodes"]
    assert sum(sum(node["missing"].values()) for node in before) == 6
    assert sum(sum(node["missing"].values()) for node in after) == 0


def test_a_plan_that_is_cancelled_makes_way_for_a_run(client: Client) -> None:
    (client.root / "many").mkdir()
    for number in range(3000):  # looking at them takes longer than to cancel it
        (client.root / "many" / f"{number}.jpg").write_bytes(number.to_bytes(4) * 500)
    client.ask(do="plan", run="p", graph=graph_text("many"), base=str(client.root), device="cpu")
    client.ask(do="plan", run="q", graph=graph_text("many"), base=str(client.root), device="cpu")
    client.ask(do="cancel")
    client.ask(do="run", run="r", graph=graph_text(), base=str(client.root), device="cpu")
    events = client.until("summary", "problems")
    assert [(event["run"], event["event"]) for event in events[:2]] == [("p", "cancelled"), ("q", "cancelled")]
    assert (events[-1]["run"], events[-1]["exit"]) == ("r", 0), "what was asked later is not cancelled"


def test_what_waits_is_cancelled_as_well(client: Client) -> None:
    for run in ("1", "2"):
        client.ask(do="run", run=run, graph=graph_text(), base=str(client.root), device="cpu")
    client.ask(do="cancel")
    ends = [client.until("summary")[-1] for _ in range(2)]
    assert [(end["run"], end["exit"]) for end in ends] == [("1", 130), ("2", 130)]


def test_a_sample_takes_only_some_rows(client: Client) -> None:
    client.ask(do="run", run="s", graph=graph_text(), base=str(client.root), device="cpu", sample=3)
    assert client.until("summary")[-1]["nodes"]["folder"]["out"] == 3


def test_a_wrong_graph_is_answered_with_its_problems(client: Client) -> None:
    client.ask(do="run", run="w", graph=graph_text("nowhere"), base=str(client.root))
    answer = client.until("summary", "problems", "failed")[-1]
    assert answer["event"] == "problems"
    assert answer["problems"][0]["node"] == "folder"


def test_nonsense_is_answered_and_the_worker_goes_on(client: Client) -> None:
    client.ask(nonsense=1)
    assert client.hear()["event"] == "failed"
    client.ask(do="run", run="1", graph=graph_text(), base=str(client.root), device="cpu")
    assert client.until("summary")[-1]["exit"] == 0


def test_a_killed_worker_loses_nothing_that_was_measured(client: Client) -> None:
    client.ask(do="run", run="1", graph=graph_text(), base=str(client.root), device="cpu")
    first = client.until("summary")[-1]
    os.kill(client.process.pid, signal.SIGKILL)
    client.process.wait()
    again = Client(client.root)
    again.ask(do="run", run="2", graph=graph_text(), base=str(client.root), device="cpu")
    second = again.until("summary")[-1]
    again.process.kill()
    again.process.communicate()
    assert (second["decodes"], second["digest"]) == (0, first["digest"])


def test_where_models_run_is_told_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nodegraph.run.worker.device_use", lambda _device: DeviceUse("cuda", "a GPU", 5))
    output = io.StringIO()
    worker, request = Worker(Registry({}), output), Request("run", run="1")
    for done in (1, 2):
        worker._hear(request, StepProgress(0, done, 2, 0.1))
    events = [json.loads(line) for line in output.getvalue().splitlines()]
    assert [event["event"] for event in events] == ["step-progress", "device", "step-progress"]
    assert events[1] == {"event": "device", "run": "1", "device": "cuda", "words": "a GPU", "held": 5}
