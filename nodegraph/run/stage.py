"""A stage: rows stream through the row-wise nodes between two barriers, each picture opened at most once.

First every row whose values are all remembered goes through in one piece. The others follow in small parts, a few
at a time, while decoders, measures and the model lane work. A row's results never depend on which way it went.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field

import polars as pl

from nodegraph.context import Context
from nodegraph.data.imageset import ImageSet
from nodegraph.data.journal import Decisions
from nodegraph.data.ledger import joined
from nodegraph.graph.model import End
from nodegraph.plan.stages import Active, Stage, Steps
from nodegraph.run.decisions import decided
from nodegraph.run.evaluate import Outcome, error_rows, evaluate, passed_through, without_rows
from nodegraph.run.taking import Taken, Taker, contents_of

POSITION = "_position"
PREVIEWS = 8
Counts = dict[str, tuple[int, int, int]]
Latest = dict[str, tuple[str, ...]]
TakeRows = Callable[[Active, pl.DataFrame, str], Taken]


@dataclass(frozen=True, slots=True)
class Batching:
    """At most `rows` rows are in flight at a time, in `parts` parts. What is in flight is what a kill can cost."""

    rows: int = 64
    parts: int = 2

    @property
    def part_rows(self) -> int:
        """Rows of one part."""
        return max(1, self.rows // self.parts)


def default_batching(device: str) -> Batching:
    """Small enough that a kill costs little, large enough that a GPU has full batches waiting."""
    return Batching() if device == "cpu" else Batching(rows=1024, parts=8)


@dataclass
class StageResult:
    """Tables by port, ledger rows by node, and `arrived`: the rows that came to each node that takes measures."""

    tables: dict[End, pl.DataFrame] = field(default_factory=dict[End, pl.DataFrame])
    drops: dict[str, pl.DataFrame] = field(default_factory=dict[str, pl.DataFrame])
    arrived: dict[str, pl.DataFrame] = field(default_factory=dict[str, pl.DataFrame])


@dataclass
class _Walk:
    """What one passage of rows through the stage's nodes gave."""

    tables: dict[End, list[pl.DataFrame]] = field(default_factory=dict[End, list[pl.DataFrame]])
    drops: dict[str, list[pl.DataFrame]] = field(default_factory=dict[str, list[pl.DataFrame]])
    arrived: dict[str, pl.DataFrame] = field(default_factory=dict[str, pl.DataFrame])
    waiting: set[int] = field(default_factory=set[int])  # positions of rows that lack a value somewhere

    def add(self, other: _Walk) -> None:
        """Appends what another passage gave."""
        for end, tables in other.tables.items():
            self.tables.setdefault(end, []).extend(tables)
        for node, drops in other.drops.items():
            self.drops.setdefault(node, []).extend(drops)


class StageRun:
    """Runs one stage. `context_of` gives a node's context; `progress` hears rows done and what each node did so far."""

    def __init__(
        self,
        stage: Stage,
        steps: Steps,
        taker: Taker,
        context_of: Callable[[str], Context],
        *,
        batching: Callable[[], Batching],
        progress: Callable[[int, Counts, Latest], None],
        cancelled: Callable[[], bool],
        after_part: Callable[[], None],
        decisions: Decisions | None = None,
    ) -> None:
        self._stage = stage
        self._steps = steps
        self._taker = taker
        self._context_of = context_of
        self._batching = batching
        self._progress = progress
        self._cancelled = cancelled
        self._after_part = after_part
        self._decisions = decisions or {}
        self._lock = threading.Lock()

    def run(self, table: pl.DataFrame) -> StageResult:
        """The tables of all ports below the root, and the drops of all nodes, for the rows of `table`, in its order.

        Once the run is cancelled no further node is asked, and what is given is not whole.
        """
        table = table.with_row_index(POSITION)
        walk = self._pass(table, self._taker.known)
        if self._cancelled():
            return _result(walk)
        later = pl.Series(sorted(walk.waiting), dtype=table[POSITION].dtype)
        _forget(walk, later)
        done = table.height - later.len()
        counts = _counts(self._stage, self._steps, walk)
        self._progress(done, counts, _latest(self._stage, self._steps, walk))
        if later.len():
            rest = table.filter(pl.col(POSITION).is_in(later.implode()))
            for node in (*self._stage.nodes, *self._stage.demands):
                self._taker.preload(self._steps.active[node], rest)
            self._run_parts(rest, walk, done, counts)
        return _result(walk)

    def missing(self, table: pl.DataFrame) -> tuple[StageResult, pl.DataFrame]:
        """What remembered values alone give, and the rows of `table` that lack one. Measures nothing."""
        table = table.with_row_index(POSITION)
        walk = self._pass(table, self._taker.known)
        later = pl.Series(sorted(walk.waiting), dtype=table[POSITION].dtype)
        _forget(walk, later)
        return _result(walk), table.filter(pl.col(POSITION).is_in(later.implode())).drop(POSITION)

    def _run_parts(self, table: pl.DataFrame, walk: _Walk, done: int, counts: Counts) -> None:
        batching = self._batching()
        size = batching.part_rows
        parts = [table.slice(start, size) for start in range(0, table.height, size)]
        with ThreadPoolExecutor(batching.parts, thread_name_prefix="stage") as threads:
            futures = {threads.submit(self._part, part): part.height for part in parts}
            try:
                for future in as_completed(futures):
                    found = future.result()
                    if found is None:
                        continue
                    walk.add(found)
                    done += futures[future]
                    for node, more in _counts(self._stage, self._steps, found).items():
                        counts[node] = tuple(map(sum, zip(counts[node], more, strict=True)))  # type: ignore[assignment]
                    self._progress(done, counts, _latest(self._stage, self._steps, found))
            except BaseException:
                threads.shutdown(wait=True, cancel_futures=True)
                raise

    def _part(self, table: pl.DataFrame) -> _Walk | None:
        if self._cancelled():
            return None
        walk = self._pass(table, self._taker.measured)
        self._after_part()
        return walk

    def _pass(self, table: pl.DataFrame, take: TakeRows) -> _Walk:
        walk = _Walk()
        pending = [(self._stage.root, table)]
        walk.tables[self._stage.root] = []
        while pending and not self._cancelled():
            end, rows = pending.pop()
            if end != self._stage.root:
                walk.tables.setdefault(end, []).append(rows)
            for node in self._steps.readers.get(end, ()):
                item = self._steps.active[node]
                if item.inputs[item.spec.inputs[0]] == end:
                    walk.arrived[node] = rows
                if node in self._stage.nodes:
                    pending += [(End(node, port), out) for port, out in self._step(item, rows, take, walk).items()]
                elif node in self._stage.demands:
                    for port in item.measured_ports(end):
                        _wait_for(take(item, rows, port), rows, walk)
        return walk

    def _step(self, item: Active, rows: pl.DataFrame, take: TakeRows, walk: _Walk) -> Mapping[str, pl.DataFrame]:
        if item.node.mode == "bypass":
            return passed_through(item.spec, rows).outputs
        taken = take(item, rows, item.spec.inputs[0])
        _wait_for(taken, rows, walk)
        outcome = self._outcome(item, taken)
        positions = pl.concat([taken.failed, taken.table]).select("rid", POSITION)
        dropped = joined([error_rows(item.id, taken.failed, taken.reasons), outcome.dropped])
        walk.drops.setdefault(item.id, []).append(dropped.join(positions, on="rid", how="left", maintain_order="left"))
        return outcome.outputs

    def _outcome(self, item: Active, taken: Taken) -> Outcome:
        if not taken.table.height:
            return decided(without_rows(item.spec, item.params, taken.table), item.id, self._decisions)
        inputs = {item.spec.inputs[0]: ImageSet(taken.table)}
        outcome = evaluate(item.spec, item.node, item.params, inputs, taken.values, self._context_of(item.id))
        return decided(outcome, item.id, self._decisions)


def _wait_for(taken: Taken, rows: pl.DataFrame, walk: _Walk) -> None:
    walk.waiting.update(rows.filter(taken.missing)[POSITION].to_list())


def _forget(walk: _Walk, positions: pl.Series) -> None:
    """Takes the rows at `positions` out of all that the walk gave: they will go through again."""
    if not positions.len():
        return
    stays = ~pl.col(POSITION).is_in(positions.implode())
    walk.tables = {end: [table.filter(stays) for table in tables] for end, tables in walk.tables.items()}
    walk.drops = {node: [table.filter(stays) for table in tables] for node, tables in walk.drops.items()}


def _counts(stage: Stage, steps: Steps, walk: _Walk) -> Counts:
    """Rows in, out and dropped, a node."""
    counts: Counts = {}
    for node in stage.nodes:
        first = End(node, steps.active[node].spec.outputs[0])
        out = sum(table.height for table in walk.tables.get(first, ()))
        dropped = sum(table.height for table in walk.drops.get(node, ()))
        counts[node] = (out + dropped, out, dropped)
    return counts


def _latest(stage: Stage, steps: Steps, walk: _Walk) -> Latest:
    """Content keys of a few of the rows that each node gave last."""
    latest: Latest = {}
    for node in stage.nodes:
        tables = walk.tables.get(End(node, steps.active[node].spec.outputs[0]), ())
        filled = [table for table in tables if table.height]
        if filled:
            latest[node] = tuple(contents_of(filled[-1].tail(PREVIEWS)))
    return latest


def _result(walk: _Walk) -> StageResult:
    return StageResult(
        {end: _ordered(tables) for end, tables in walk.tables.items() if tables},
        {node: _ordered(tables) for node, tables in walk.drops.items() if tables},
        {node: table.drop(POSITION) for node, table in walk.arrived.items()},
    )


def _ordered(tables: list[pl.DataFrame]) -> pl.DataFrame:
    """The tables as one, in the order of the rows that came in: parts finish in any order."""
    filled = [table for table in tables if table.height] or tables[:1]
    return pl.concat(filled, how="diagonal_relaxed").sort(POSITION, maintain_order=True).drop(POSITION)
