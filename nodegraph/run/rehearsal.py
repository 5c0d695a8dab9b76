"""The rehearsal: what a run would do, found by doing all of it that costs no decode and no model call.

Sources list their files, nodes work on the rows whose values are remembered, and the other rows are carried through as
unknown: at each node they count as rows that may come, and the values they lack are counted exactly. Pictures that a
source has yet to fetch or unpack are unknown, too: each may come, with a content of its own.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from nodegraph.cache.location import cache_folder
from nodegraph.cache.measures import MeasureCache, MeasureKey
from nodegraph.cache.thumbnails import ThumbnailStore
from nodegraph.context import Context
from nodegraph.data.imageset import BASE_SCHEMA, ImageSet
from nodegraph.data.journal import Decisions
from nodegraph.graph.model import End, Graph
from nodegraph.plan.stages import Active, SourceStep, Stage, Steps, steps_of
from nodegraph.registry import Registry
from nodegraph.results import NOT_HERE_YET
from nodegraph.run.cancel import Cancel
from nodegraph.run.decisions import decided, decisions_of
from nodegraph.run.evaluate import Outcome, evaluate, passed_through
from nodegraph.run.models import known_models
from nodegraph.run.options import RunOptions
from nodegraph.run.source import run_source
from nodegraph.run.stage import Batching, StageRun
from nodegraph.run.taking import Taker, contents_of, taken_inputs
from nodegraph.run.tools import Device, Tools


@dataclass(frozen=True, slots=True)
class NodePlan:
    """What a node would do: rows that come, whether that is exact or at most, values missing a measure, time if known.

    `model` names the models it uses, `download` is the size in bytes of those that are not on this machine yet. What an
    earlier node lacks, too, is counted at both as missing, its time and its download at the earlier one alone.
    """

    node: str
    type: str
    label: str
    rows: int
    exact: bool
    missing: Mapping[str, int]
    model: str = ""
    download: int = 0
    seconds: float | None = None


@dataclass(frozen=True)
class _Told:
    """The values and models that the plans of earlier nodes have told the time and the download of."""

    values: defaultdict[MeasureKey, set[str]] = field(default_factory=lambda: defaultdict(set))
    models: set[str] = field(default_factory=set[str])


@dataclass
class _Known:
    """Rows of ports: those whose values are all remembered, and those that may come.

    `arrived` are rows known to reach a node, with all their columns; `listed` how many rows a source has, and whether
    those are all that it will have.
    """

    sets: dict[End, pl.DataFrame] = field(default_factory=dict[End, pl.DataFrame])
    unknown: dict[End, pl.DataFrame] = field(default_factory=dict[End, pl.DataFrame])
    arrived: dict[str, pl.DataFrame] = field(default_factory=dict[str, pl.DataFrame])
    listed: dict[str, tuple[int, bool]] = field(default_factory=dict[str, tuple[int, bool]])

    def may_come(self, end: End) -> pl.DataFrame:
        """Base columns of the rows that may come through this port."""
        return self.unknown.get(end, pl.DataFrame(schema=BASE_SCHEMA))

    def rows(self, end: End) -> pl.DataFrame:
        """Base columns of all rows of this port, known ones first."""
        return pl.concat([self.sets[end].select(list(BASE_SCHEMA)), self.may_come(end)])


def rehearse(
    graph: Graph,
    registry: Registry,
    options: RunOptions,
    cancel: Cancel | None = None,
    on_source: Callable[[str, pl.DataFrame], None] | None = None,
) -> list[NodePlan]:
    """The plan of every node that would take part, in order. Reads files' names and bytes, decodes and writes nothing.

    `on_source(node, rows)` is told what each source would give. Raises ProblemError for what a user can mend, and
    Cancelled soon after `cancel` was asked for.
    """
    cancel = cancel or Cancel()
    folder = options.cache or cache_folder()
    device = Device(options.device)
    steps = steps_of(graph, registry, options.targets)
    files = known_models(steps, registry)
    with (
        MeasureCache.open(folder) as cache,
        ThumbnailStore.open(folder) as thumbnails,
        Tools(cache, thumbnails, device, options.threads, fresh=options.fresh) as tools,
    ):
        taker = Taker(tools.measuring, files)
        known = _walk(graph, steps, taker, cache, options, cancel, on_source)
        told = _Told()
        return [_plan(item, known, taker, cache, device, told) for item in steps.active.values()]


def _walk(
    graph: Graph,
    steps: Steps,
    taker: Taker,
    cache: MeasureCache,
    options: RunOptions,
    cancel: Cancel,
    on_source: Callable[[str, pl.DataFrame], None] | None,
) -> _Known:
    known = _Known()
    decisions = decisions_of(options, lambda _text: None)
    for step in steps.steps:
        cancel.check()
        if isinstance(step, SourceStep):
            item = steps.active[step.node]
            context = _context(graph, item, decisions, cancel)
            outcome = run_source(item, context, cache, lambda _done, _total: cancel.check(), sample=options.sample)
            outcome = decided(outcome, item.id, decisions)
            if on_source is not None:
                on_source(item.id, outcome.outputs[item.spec.outputs[0]])
            end = End(item.id, item.spec.outputs[0])
            known.sets[end] = outcome.outputs[end.port]
            known.unknown[end] = later = _not_here_yet(outcome, item.id, options.sample)
            known.listed[item.id] = (known.rows(end).height, not later.height)
        elif isinstance(step, Stage):
            _stage(graph, step, steps, taker, known, decisions, cancel)
        else:
            _barrier(graph, steps.active[step.node], taker, known, decisions, cancel)
    cancel.check()
    return known


def _not_here_yet(outcome: Outcome, node: str, sample: int | None) -> pl.DataFrame:
    """Base columns of the pictures that a run would fetch or unpack first, each with a content that nobody knows."""
    count = outcome.dropped.filter(pl.col("rule") == NOT_HERE_YET).height
    if sample:
        count = min(count, max(0, sample - sum(table.height for table in outcome.outputs.values())))
    names = [f"{NOT_HERE_YET}/{node}/{number}" for number in range(count)]
    columns = dict.fromkeys(BASE_SCHEMA, [""] * count) | {"rid": names, "cid": names}
    return pl.DataFrame(columns, schema=BASE_SCHEMA)


def _stage(
    graph: Graph, stage: Stage, steps: Steps, taker: Taker, known: _Known, decisions: Decisions, cancel: Cancel
) -> None:
    contexts = {node: _context(graph, steps.active[node], decisions, cancel) for node in stage.nodes}
    run = StageRun(
        stage,
        steps,
        taker,
        contexts.__getitem__,
        batching=Batching,
        progress=lambda _done, _counts, _latest: None,
        cancelled=lambda: cancel.asked,
        after_part=lambda: None,
        decisions=decisions,
    )
    result, waiting = run.missing(known.sets[stage.root])
    unknown = pl.concat([known.may_come(stage.root), waiting.select(list(BASE_SCHEMA))])
    whole = known.sets[stage.root]
    known.sets |= result.tables
    known.arrived |= result.arrived
    for node in stage.nodes:
        for port in steps.active[node].spec.outputs:
            known.unknown[End(node, port)] = unknown
    stays = ~pl.col("rid").is_in(waiting["rid"].implode())
    known.sets[stage.root] = whole.filter(stays)
    known.unknown[stage.root] = unknown


def _barrier(graph: Graph, item: Active, taker: Taker, known: _Known, decisions: Decisions, cancel: Cancel) -> None:
    ends = [item.inputs[port] for port in item.spec.inputs if port in item.inputs]
    first = known.rows(ends[0])
    unknown = any(known.may_come(end).height for end in ends)
    if unknown:
        for port in item.spec.outputs:
            known.sets[End(item.id, port)] = known.sets[ends[0]].clear()
            known.unknown[End(item.id, port)] = first
        return
    inputs = {port: ImageSet(known.sets[end]) for port, end in item.inputs.items()}
    table = known.sets[ends[0]]
    if item.node.mode == "bypass":
        outputs = passed_through(item.spec, table).outputs
    elif item.spec.kind in ("export", "review"):
        outputs = dict.fromkeys(item.spec.outputs, table)
    else:
        inputs, values, _failed = taken_inputs(item, inputs, taker.known)
        context = _context(graph, item, decisions, cancel)
        outputs = evaluate(item.spec, item.node, item.params, inputs, values, context).outputs
    for port, out in outputs.items():
        known.sets[End(item.id, port)] = out


def _context(graph: Graph, item: Active, decisions: Decisions, cancel: Cancel) -> Context:
    return Context(
        node=item.id,
        title=graph.title,
        seed=graph.seed,
        rehearsal=True,
        decisions=decisions,
        cancelled=lambda: cancel.asked,
    )


def _plan(
    item: Active,
    known: _Known,
    taker: Taker,
    cache: MeasureCache,
    device: Device,
    told: _Told,
) -> NodePlan:
    label = item.node.label or item.spec.title
    if not item.inputs:
        return NodePlan(item.id, item.spec.type, label, *known.listed[item.id], {})
    end = item.inputs[item.spec.inputs[0]]
    arrived = known.arrived.get(item.id, known.sets[end])
    others = known.rows(end).filter(~pl.col("rid").is_in(arrived["rid"].implode()))
    rows, exact = arrived.height + others.height, others.height == 0
    if not item.measures:
        return NodePlan(item.id, item.spec.type, label, rows, exact, {})
    lacking = taker.missing(item, arrived, contents_of(others))
    missing: Counter[str] = Counter()
    seconds: float | None = 0.0
    for name, contents in lacking.items():
        request = taker.request(item, item.spec.takes[name])
        missing[request.measure.name] += len(contents)
        first = contents - told.values[request.key]
        told.values[request.key] |= first
        # what uses no model runs on the processor, and to ask what else there is takes seconds
        each = cache.seconds_per_item(request.work, device.name if request.files else "cpu") if first else 0.0
        seconds = None if seconds is None or each is None else seconds + each * len(first)
    models, download = _models(item, taker, told)
    return NodePlan(item.id, item.spec.type, label, rows, exact, dict(missing), models, download, seconds)


def _models(item: Active, taker: Taker, told: _Told) -> tuple[str, int]:
    """The ids of the models that the node's measures use, and the bytes of those still to be told that are not here."""
    requests = [taker.request(item, take) for take in item.spec.takes.values()]
    used = {request.files.entry.id: request.files for request in requests if request.files is not None}
    download = sum(files.entry.bytes for id, files in used.items() if files.folder == Path() and id not in told.models)
    told.models.update(used)
    return ", ".join(used), download
