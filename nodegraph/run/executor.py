"""The executor: carries out the steps of a graph one by one and says how it goes. Every client runs through here."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from nodegraph.cache.location import cache_folder
from nodegraph.context import Context, NodeCount
from nodegraph.data.imageset import ImageSet, empty_set
from nodegraph.data.journal import Decisions
from nodegraph.data.ledger import ERROR_RULE, joined
from nodegraph.graph.model import End, Graph
from nodegraph.models.catalogue import ModelFiles
from nodegraph.parameters import ModelOf
from nodegraph.plan.stages import Active, Barrier, SourceStep, Stage, Step, Steps, steps_of
from nodegraph.registry import Registry
from nodegraph.run.cancel import Cancel, Cancelled
from nodegraph.run.decisions import decided, decisions_of
from nodegraph.run.evaluate import evaluate, passed_through
from nodegraph.run.events import (
    Listener,
    NodePreview,
    NodeProgress,
    Notice,
    StepDone,
    StepProgress,
    StepStarted,
    Summary,
)
from nodegraph.run.models import resolve_models
from nodegraph.run.options import RunOptions
from nodegraph.run.results import RunResult, digest, result_rows
from nodegraph.run.source import read_folders, run_source
from nodegraph.run.stage import Batching, Counts, Latest, StageRun, default_batching
from nodegraph.run.taking import Taker, taken_inputs
from nodegraph.run.tools import Device, Tools, opened_caches
from nodegraph.run.writable import require_writable

EXIT_OK, EXIT_ROW_ERRORS, EXIT_CANCELLED = 0, 3, 130
PROGRESS_SECONDS = 1 / 20

OnSets = Callable[[str, Mapping[str, ImageSet]], None]


def run(
    graph: Graph,
    registry: Registry,
    options: RunOptions,
    listener: Listener,
    cancel: Cancel | None = None,
    *,
    on_sets: OnSets = lambda _node, _sets: None,
) -> RunResult:
    """Runs a graph whose paths are absolute and which `validate` found no errors in.

    `on_sets` gets the image sets of a node by port as soon as it is done.
    Raises ProblemError for what a user can mend. Rows that fail are dropped with the rule "error" and the run goes on.
    """
    folder = options.cache or cache_folder()
    steps = steps_of(graph, registry, options.targets)
    device = Device(options.device)
    cancel = cancel or Cancel()
    if options.write:
        require_writable(steps)
    files: Mapping[str, ModelFiles] = {}
    with suppress(Cancelled):  # the run then ends before its first step; what came of a model is kept
        files = resolve_models(steps, registry, listener, cancel, allow_download=options.allow_download)
    with (
        opened_caches(folder, lambda text: listener(Notice("", text))) as (cache, thumbnails),
        Tools(cache, thumbnails, device, options.threads, fresh=options.fresh) as tools,
    ):
        taker = Taker(tools.measuring, files)
        decisions = decisions_of(options, lambda text: listener(Notice("", text)))
        return _Run(graph, registry, steps, options, listener, cancel, tools, taker, files, decisions, on_sets).all()


class _Run:
    """The state of one run: the image sets of the ports so far, and what is done with them."""

    def __init__(
        self,
        graph: Graph,
        registry: Registry,
        steps: Steps,
        options: RunOptions,
        listener: Listener,
        cancel: Cancel,
        tools: Tools,
        taker: Taker,
        files: Mapping[str, ModelFiles],
        decisions: Decisions,
        on_sets: OnSets,
    ) -> None:
        self._graph = graph
        self._registry = registry
        self._steps = steps
        self._options = options
        self._say = listener
        self._cancel = cancel
        self._tools = tools
        self._taker = taker
        self._files = files
        self._decisions = decisions
        self._on_sets = on_sets
        self._sets: dict[End, ImageSet] = {}
        self._counts: dict[str, NodeCount] = {}
        self._written: list[Path] = []
        self._sources = tuple(read_folders(graph, registry))
        self._contexts: dict[str, Context] = {}
        self._last_progress = 0.0
        self._index, self._started = 0, 0.0

    def all(self) -> RunResult:
        """Every step, then the summary."""
        started = time.perf_counter()
        with suppress(Cancelled):
            for index, step in enumerate(self._steps.steps):
                self._cancel.check()
                self._step(index, step)
        return self._result(time.perf_counter() - started)

    def _step(self, index: int, step: Step) -> None:
        self._index, self._started = index, (started := time.perf_counter())
        nodes = step.nodes or step.demands if isinstance(step, Stage) else (step.node,)
        kind = {SourceStep: "source", Stage: "stage", Barrier: "barrier"}[type(step)]
        if isinstance(step, Stage) and not step.nodes:
            kind = "measures"
        self._say(StepStarted(index, len(self._steps.steps), kind, nodes, self._rows_of(step)))
        if isinstance(step, SourceStep):
            self._source(index, self._steps.active[step.node])
        elif isinstance(step, Stage):
            self._stage(index, step)
        else:
            self._barrier(self._steps.active[step.node])
        self._tools.cache.flush()
        self._say(StepDone(index, time.perf_counter() - started))

    def _rows_of(self, step: Step) -> int | None:
        if isinstance(step, SourceStep):
            return None
        end = step.root if isinstance(step, Stage) else self._first_input(self._steps.active[step.node])
        return len(self._sets.get(end, empty_set()))

    def _source(self, index: int, item: Active) -> None:
        started = time.perf_counter()

        def progress(done: int, total: int) -> None:
            self._cancel.check()
            self._progress(index, done, total, started)

        outcome = run_source(
            item,
            self._context(item),
            self._tools.cache,
            progress,
            sample=self._options.sample,
        )
        self._cancel.check()  # what stopped half-way is not shown as done
        outcome = decided(outcome, item.id, self._decisions)
        end = End(item.id, item.spec.outputs[0])
        table = outcome.outputs[item.spec.outputs[0]]
        self._sets[end] = ImageSet(table, outcome.dropped)
        self._done(item, table.height + outcome.dropped.height, outcome.dropped)

    def _stage(self, index: int, stage: Stage) -> None:
        images = self._sets[stage.root]
        started = time.perf_counter()

        def progress(done: int, counts: Counts, latest: Latest) -> None:
            if done < len(images) and not self._time_for_progress():
                return
            for node, contents in latest.items():
                self._say(NodePreview(node, contents))
            for node, (rows_in, out, dropped) in counts.items():
                item = self._steps.active[node]
                count = NodeCount(node, item.spec.type, item.node.label or item.spec.title, rows_in, out, dropped, 0)
                self._say(NodeProgress(count, done=False, seconds=self._taker.seconds(node)))
            self._say(StepProgress(index, done, len(images), time.perf_counter() - started))

        for node in stage.nodes:
            self._context(self._steps.active[node])
        self._tools.expect(images.cids)
        result = StageRun(
            stage,
            self._steps,
            self._taker,
            self._contexts.__getitem__,
            batching=self._batching,
            progress=progress,
            cancelled=lambda: self._cancel.asked,
            after_part=self._after_part,
            decisions=self._decisions,
        ).run(images.table)
        if self._cancel.asked:
            return
        for node in stage.nodes:
            item = self._steps.active[node]
            tables = {port: result.tables[End(node, port)] for port in item.spec.outputs}
            self._finish(item, tables, result.drops.get(node, images.ledger.clear()))

    def _after_part(self) -> None:
        """A part ends when its values are on the disk, so that a kill costs no more than the parts under way."""
        self._tools.cache.flush()
        self._tools.images.trim(2 * self._batching().rows)

    def _batching(self) -> Batching:
        return self._options.batching or default_batching(self._tools.device.name)

    def _barrier(self, item: Active) -> None:
        inputs = {port: self._sets[end] for port, end in item.inputs.items()}
        images = inputs[item.spec.inputs[0]]
        if item.node.mode == "bypass":
            self._finish(item, passed_through(item.spec, images.table).outputs, images.ledger.clear())
            return
        if item.spec.kind == "export" and not self._options.write:
            self._finish(item, dict.fromkeys(item.spec.outputs, images.table), images.ledger.clear())
            return
        inputs, values, failed = taken_inputs(item, inputs, self._taker.measured)
        outcome = evaluate(item.spec, item.node, item.params, inputs, values, self._context(item))
        if item.spec.kind != "export":  # what it wrote cannot be changed any more
            outcome = decided(outcome, item.id, self._decisions)
        if outcome.written:
            self._written += outcome.written.paths
            self._say(Notice(item.id, outcome.written.summary))
        else:
            self._cancel.check()  # as above
        self._finish(item, outcome.outputs, joined([failed, outcome.dropped]), outcome.added)

    def _finish(self, item: Active, tables: Mapping[str, Any], dropped: Any, added: int = 0) -> None:
        """Keeps the node's sets: the ledger of the first port holds its own drops, those of the others do not.

        A row that one input dropped and another brings back goes on, so its old drop is left out. Inputs that rows are
        only compared with leave nothing behind.
        """
        several = item.spec.joins and item.node.mode != "bypass"
        ports = item.spec.inputs if several else item.spec.inputs[:1]
        above = joined(self._sets[item.inputs[port]].ledger for port in ports if port in item.inputs)
        above = above.unique(maintain_order=True) if several else above
        for port, table in tables.items():
            gone = above.join(table, on=["rid", "cid"], how="anti", maintain_order="left") if several else above
            ledger = joined([gone, dropped]) if port == item.spec.outputs[0] else gone
            self._sets[End(item.id, port)] = ImageSet(table, ledger)
        self._done(item, len(self._sets[self._first_input(item)]) + added, dropped)

    def _done(self, item: Active, rows_in: int, dropped: Any) -> None:
        out = len(self._sets[End(item.id, item.spec.outputs[0])])
        errors = int((dropped["rule"] == ERROR_RULE).sum())
        label = item.node.label or item.spec.title
        count = NodeCount(item.id, item.spec.type, label, rows_in, out, dropped.height, errors)
        if len(item.inputs) <= 1 and rows_in != out + dropped.height:
            raise RuntimeError(f"{item.id}: {rows_in} rows in are not {out} out and {dropped.height} dropped")
        self._counts[item.id] = count
        self._on_sets(item.id, {port: self._sets[End(item.id, port)] for port in item.spec.outputs})
        self._say(NodeProgress(count, done=True, seconds=self._taker.seconds(item.id)))

    def _first_input(self, item: Active) -> End:
        return item.inputs[item.spec.inputs[0]]

    def _context(self, item: Active) -> Context:
        above = self._graph.upstream(item.id)
        models = {
            name: self._files[item.params[name]]
            for name, parameter in item.spec.parameters.items()
            if parameter.facet(ModelOf) and item.params[name] in self._files
        }
        self._contexts[item.id] = Context(
            node=item.id,
            title=self._graph.title,
            seed=self._graph.seed,
            upstream=tuple(count for node, count in self._counts.items() if node in above),
            sources=self._sources,
            decisions=self._decisions,
            thumbnail=self._tools.thumbnails.get,
            notice=lambda text: self._say(Notice(item.id, text)),
            progress=lambda done, total: self._progress(self._index, done, total, self._started),
            cancelled=lambda: self._cancel.asked,
            models=models,
        )
        return self._contexts[item.id]

    def _progress(self, index: int, done: int, rows: int, started: float) -> None:
        if done == rows or self._time_for_progress():
            self._say(StepProgress(index, done, rows, time.perf_counter() - started))

    def _time_for_progress(self) -> bool:
        now = time.perf_counter()
        if now - self._last_progress < PROGRESS_SECONDS:
            return False
        self._last_progress = now
        return True

    def _result(self, seconds: float) -> RunResult:
        finals = {
            node: result_rows(self._sets[end])
            for node in self._steps.targets
            if (end := End(node, self._steps.active[node].spec.outputs[0])) in self._sets
        }
        measuring = self._tools.measuring
        errors = any(count.errors for count in self._counts.values())
        code = EXIT_CANCELLED if self._cancel.asked else EXIT_ROW_ERRORS if errors else EXIT_OK
        summary = Summary(
            exit=code,
            decodes=self._tools.images.decodes,
            model_calls=self._tools.lane.calls,
            cache_hits=measuring.hits.total(),
            cache_misses=measuring.misses.total(),
            nodes={
                node: {"in": c.rows_in, "out": c.rows_out, "dropped": c.dropped, "errors": c.errors}
                for node, c in self._counts.items()
            },
            measures={
                name: {"hits": measuring.hits[name], "misses": measuring.misses[name]}
                for name in sorted({*measuring.hits, *measuring.misses})
            },
            digest=digest(finals.values()),
            out=tuple(str(path) for path in self._written),
            receipt="",
            seconds=round(seconds, 3),
        )
        return RunResult(self._sets, self._counts, tuple(self._written), summary, finals, self._decisions)
