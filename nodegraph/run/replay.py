"""Replaying: a run that leaves a receipt, and the replay of a receipt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nodegraph.cache.location import cache_folder
from nodegraph.graph.model import Graph
from nodegraph.plan.stages import steps_of
from nodegraph.problems import ProblemError
from nodegraph.registry import Registry
from nodegraph.run.cancel import Cancel
from nodegraph.run.events import Event, Listener, Notice, Summary
from nodegraph.run.executor import OnSets, run
from nodegraph.run.models import known_models
from nodegraph.run.options import RunOptions
from nodegraph.run.prepare import prepare_graph
from nodegraph.run.receipt import (
    decisions_in,
    default_name,
    forget_old_receipts,
    graph_in,
    receipt_of,
    write_receipt,
)
from nodegraph.run.results import RunResult
from nodegraph.run.writable import require_receipt


def run_with_receipt(
    graph: Graph,
    registry: Registry,
    options: RunOptions,
    listener: Listener,
    cancel: Cancel | None = None,
    *,
    path: Path | None = None,
    on_sets: OnSets = lambda _node, _sets: None,
) -> RunResult:
    """Runs a prepared graph, writes the receipt to `path` (by default into the cache folder), says the summary last.

    A receipt that was asked for and cannot be written raises ProblemError; any other is told and left out.
    """
    if path is not None:
        require_receipt(path)
    started = datetime.now(UTC)
    result = run(graph, registry, options, listener, cancel, on_sets=on_sets)
    receipt = _receipt(graph, registry, options, result, started)
    try:
        place = str((path or _default_path(graph, options, started)).absolute())
        write_receipt(receipt, Path(place))
        if path is None:
            forget_old_receipts(Path(place).parent)
    except ProblemError as error:
        if path is not None:
            raise
        listener(Notice("", str(error)))
        place = ""
    summary = replace(result.summary, receipt=place)
    listener(summary)
    return replace(result, summary=summary)


def replay(receipt: Mapping[str, Any], registry: Registry, options: RunOptions, listener: Listener) -> dict[str, Any]:
    """Runs the graph of a receipt again without writing what its exports wrote, and gives the receipt of that."""
    started = datetime.now(UTC)
    prepared = prepare_graph(graph_in(receipt), registry, base=Path.cwd())
    options = replace(options, targets=tuple(receipt["targets"]), write=False, decisions=decisions_in(receipt))
    result = run(prepared.graph, registry, options, _without_summary(listener))
    return _receipt(prepared.graph, registry, options, result, started)


def _receipt(
    graph: Graph, registry: Registry, options: RunOptions, result: RunResult, started: datetime
) -> dict[str, Any]:
    steps = steps_of(graph, registry, options.targets)
    return receipt_of(
        graph, steps, known_models(steps, registry), result, started=started.isoformat(timespec="seconds")
    )


def _default_path(graph: Graph, options: RunOptions, started: datetime) -> Path:
    return (options.cache or cache_folder()) / "receipts" / default_name(graph.title, started)


def _without_summary(listener: Listener) -> Listener:
    def hear(event: Event) -> None:
        if not isinstance(event, Summary):
            listener(event)

    return hear
