"""Folding a run's events: whatever came in since the last time becomes one change a node."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from gui.freshness import Freshness
from gui.results import NodeResult, NodeState, Results
from gui.run_progress import RunProgress
from gui.tables import contents_of, row_count
from gui.titles import title_of
from gui.translation import marked, words
from nodegraph.graph.model import Graph
from nodegraph.registry import Registry

STRIP = 8
"""So many content keys a node: what its strip of thumbnails shows."""

NOT_WRITTEN = marked("Not written: this was a trial. Run the whole graph to write it.")
STOPPED = marked("Stopped before it was done. Run again to go on.")


@dataclass(frozen=True)
class Job:
    """What was asked of the engine: a run or a plan of this graph, as it was then."""

    id: str
    do: str
    graph: Graph
    base: Path
    fingerprints: Mapping[str, str]
    title: str = ""
    targets: tuple[str, ...] = ()
    sample: int | None = None
    live: bool = False
    write: bool = True

    @property
    def active(self) -> tuple[str, ...]:
        """The nodes that take part."""
        muted = self.graph.muted()
        return tuple(id for id in self.graph.nodes if id not in muted)


@dataclass
class RunFold:
    """The state of one run, folded from its events; `flush` hands it to the results."""

    job: Job
    results: Results
    registry: Registry
    freshness: Freshness
    times: Mapping[str, float] = field(default_factory=dict[str, float])
    working: tuple[str, ...] = ()
    _changes: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    _begun: set[str] = field(default_factory=set[str])
    _over: set[str] = field(default_factory=set[str])
    _strips: dict[str, Path] = field(default_factory=dict[str, Path])
    _spent: dict[str, float] = field(default_factory=dict[str, float])
    _measuring_took: dict[str, float] = field(default_factory=dict[str, float])
    _measured: bool = False

    def __post_init__(self) -> None:
        self._before = {id: self.results.of(id) for id in self.job.active}
        weights = {id: 1.0 + (known.missing or 0) for id, known in self._before.items()}
        self.progress = RunProgress(weights, self.times)

    def take(self, event: Mapping[str, Any]) -> None:
        """Folds in one event."""
        match event["event"]:
            case "step-started":
                self.working = tuple(event["nodes"])
                self._begun |= set(self.working)
                for node in self.working:
                    self._change(node, state="running", progress=0.0 if event["rows"] else None, message="")
                self.progress.step(self._verb(event["kind"]), self.working, event["rows"])
            case "step-progress":
                share = event["done"] / event["rows"] if event["rows"] else None
                for node in self.working:
                    self._change(node, progress=share)
                self.progress.at(event["done"], event["rows"], event["seconds"])
            case "step-done":
                if len(self.working) == 1:  # else nobody knows whose time it was
                    self._spend(self.working[0], event["seconds"])
                self.working = ()
            case "node":
                counts = {"rows_in": event["in"], "rows_out": event["out"]}
                self._change(event["node"], **counts, dropped=event["dropped"], errors=event["errors"])
                self._measuring_took[event["node"]] = event["seconds"]
                self._spend(event["node"], 0.0)
                if event["done"]:
                    self._done(event["node"])
            case "preview":
                self._measured = True
                self._change(event["node"], contents=tuple(event["contents"][:STRIP]))
            case "sets":
                files = {port: Path(path) for port, path in event["files"].items()}
                self._change(event["node"], files=files, ledger=Path(event["ledger"]))
                if files:
                    self._strips[event["node"]] = next(iter(files.values()))
            case "model-progress":
                self.progress.download(event["id"], event["done"], event["total"])
            case _:
                pass

    def flush(self) -> None:
        """Applies what was folded."""
        for node in list(self._strips):
            # pictures of a source are remembered only once something below it opened them
            if self._measured or not self._is_source(node):
                self._change(node, contents=contents_of(self._strips.pop(node), STRIP))
        changes, self._changes = self._changes, {}
        for node, change in changes.items():
            self.results.update(node, **change)

    def end(self, *, stopped: bool) -> None:
        """The run is over. Nodes that it did not finish show again what they had, or that they were stopped."""
        self._measured = True
        self.flush()
        for node in self._begun - self._over:
            before, now = self._before.get(node, NodeResult()), self.results.of(node)
            if now.state != "running":
                continue
            if before.files or not (stopped and now.rows_in):
                self.results.update(node, **{item.name: getattr(before, item.name) for item in fields(NodeResult)})
            else:
                self.freshness.settle(node, self.job.fingerprints[node], "partial", words(STOPPED))
                self.results.update(node, state="partial", progress=None, message=words(STOPPED))

    def blame(self, node: str, message: str) -> None:
        """Shows an error on a node."""
        if node in self.job.fingerprints:
            self._over.add(node)
            self.freshness.settle(node, self.job.fingerprints[node], "error", message)
            self._change(node, state="error", progress=None, message=message)

    def suspect(self) -> str | None:
        """The node that the engine was most likely at: in a stage, the last one that still has something to measure."""
        measuring = [node for node in self.working if self._takes(node)]
        busy = [node for node in measuring if self._before[node].missing]
        return next((nodes[-1] for nodes in (busy, measuring, list(self.working)) if nodes), None)

    def title_of(self, node: str) -> str:
        """What the node is called on the canvas."""
        return title_of(self.job.graph, self.registry, node)

    def _done(self, node: str) -> None:
        state, message = self._outcome(node)
        self._over.add(node)
        self.freshness.settle(node, self.job.fingerprints.get(node, ""), state, message)
        missing = None if self.job.sample else 0
        self._change(node, state=state, progress=None, message=message, missing=missing)

    def _outcome(self, node: str) -> tuple[NodeState, str]:
        one = self.job.graph.nodes[node]
        spec = self.registry.nodes[one.type]
        if spec.kind == "export" and not self.job.write and one.mode == "normal":
            known = self.freshness.settled.get(node)
            same = known is not None and known.fingerprint == self.job.fingerprints[node]
            if known is not None and same and known.state == "done" and not self.job.sample:
                return "done", ""  # an earlier run wrote exactly this
            return "partial", words(NOT_WRITTEN)
        if self.job.sample:
            return "partial", ""
        files = self._changes.get(node, {}).get("files") or self.results.of(node).files
        waiting = row_count(files["review"]) if "review" in files else 0
        if waiting:
            return "review", words("{n} wait for review.").format(n=f"{waiting:,}")
        errors = self._changes.get(node, {}).get("errors", 0)
        return "done", words("{n} could not be used.").format(n=f"{errors:,}") if errors else ""

    def _spend(self, node: str, seconds: float) -> None:
        """The steps of a node alone, and what measuring for it took among others: the larger is its time."""
        self._spent[node] = self._spent.get(node, 0.0) + seconds
        self._change(node, seconds=max(self._spent[node], self._measuring_took.get(node, 0.0)))

    def _change(self, node: str, **changes: Any) -> None:
        self._changes.setdefault(node, {}).update(changes)

    def _is_source(self, node: str) -> bool:
        return self.registry.nodes[self.job.graph.nodes[node].type].kind == "source"

    def _takes(self, node: str) -> bool:
        return bool(self.registry.nodes[self.job.graph.nodes[node].type].takes)

    def _verb(self, kind: str) -> str:
        if kind == "source":
            return words("Reading files")
        if kind == "barrier":
            return self.title_of(self.working[0])
        measures = any(self._takes(node) for node in self.working)
        return words("Measuring") if measures else words("Filtering")
