"""What must always hold, tried on random graphs, pictures and edits.

That loading and saving leaves a file as it is byte for byte is tried in tests/graph/test_io.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nodegraph.graph.model import Edge, End, Graph, Node, graph_of
from nodegraph.graph.validate import errors_of, validate
from nodegraph.run.cancel import Cancel
from nodegraph.run.events import Event
from nodegraph.run.executor import run
from nodegraph.run.options import RunOptions
from nodegraph.run.results import RunResult
from nodegraph.run.stage import Batching
from tests.run.conftest import draw
from tests.run.pack import small_registry

REGISTRY = small_registry()
BROKEN = -1  # stands for a file that is no picture
CHOICES: dict[str, dict[str, list[Any]]] = {
    "test/brightness": {"column": ["brightness", "second"]},
    "test/likeness": {"prompt": ["a", "bcd"]},
    "test/above": {"low": [0, 60, 100, 150]},
    "test/top": {"k": [0, 1, 3, 50]},
    "test/split": {},
}
PORTS = {type: REGISTRY.nodes[type].outputs for type in CHOICES}
TYPES = sorted(CHOICES)


def property_test(examples: int) -> settings:
    """Settings of a property that runs graphs."""
    return settings(
        max_examples=examples,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
    )


@dataclass(frozen=True)
class Part:
    """A node of a random graph. It hangs below the port `port` of the node `parent`, both counted round."""

    type: str
    params: Mapping[str, Any]
    mode: str
    parent: int
    port: int


@dataclass(frozen=True)
class World:
    """A random graph and a random folder: the seed of each picture's content by name."""

    parts: tuple[Part, ...]
    files: Mapping[str, int]


@st.composite
def parts(draw: st.DrawFn) -> Part:
    """A node of any type, mostly in the normal mode."""
    type = draw(st.sampled_from(TYPES))
    params = {name: draw(st.sampled_from(values)) for name, values in CHOICES[type].items()}
    mode = draw(st.sampled_from(["normal"] * 6 + ["bypass", "mute"]))
    return Part(type, params, mode, draw(st.integers(0, 9)), draw(st.integers(0, 2)))


NAMES = st.sampled_from(["a.png", "b.png", "c.png", "d.png", "sub/a.png", "sub/e.png", "sub/f.png", "z.png"])
SEEDS = st.sampled_from([BROKEN, 0, 1, 2, 3, 4, 5])
WORLDS = st.builds(
    World, st.lists(parts(), min_size=1, max_size=5).map(tuple), st.dictionaries(NAMES, SEEDS, min_size=1)
)


def graph_in(world: World, folder: Path) -> Graph:
    """The world's graph on this folder: folder -> brightness, and below it every part that has what it needs there."""
    nodes = [
        Node("folder", "test/folder", 1, {"folder": str(folder)}),
        Node("brightness", "test/brightness", 1),
    ]
    ends = [End("brightness", "images")]
    edges = [Edge(End("folder", "images"), End("brightness", "images"))]
    for number, part in enumerate(world.parts):
        node = Node(f"n{number}", part.type, 1, part.params, part.mode)  # type: ignore[arg-type]
        below = ends[part.parent % len(ends)]
        graph = graph_of([*nodes, node], [])
        graph = replace(graph, edges=(*edges, Edge(below, End(node.id, "images"))))
        if errors_of(validate(graph, REGISTRY)):
            continue
        nodes.append(node)
        edges.append(graph.edges[-1] if graph.edges[-1].target.node == node.id else Edge(below, End(node.id, "images")))
        ends += [End(node.id, PORTS[part.type][part.port % len(PORTS[part.type])]), End(node.id, PORTS[part.type][0])]
    return replace(graph_of(nodes, []), edges=tuple(edges))


@dataclass
class Bench:
    """A folder of pictures that follows the world, and caches beside it."""

    root: Path
    caches: int = 0
    now: dict[str, int] = field(default_factory=dict[str, int])

    def follow(self, files: Mapping[str, int]) -> None:
        """Makes the folder what the world says."""
        folder = self.root / "pictures"
        folder.mkdir(exist_ok=True)
        for name in self.now.keys() - files.keys():
            (folder / name).unlink()
        for name, seed in files.items():
            if self.now.get(name) == seed:
                continue
            if seed == BROKEN:
                (folder / name).parent.mkdir(exist_ok=True)
                (folder / name).write_bytes(b"no picture, whatever the name says")
            else:
                draw(folder / name, seed * 11, size=(12, 9))
        self.now = dict(files)

    def run(
        self,
        world: World,
        cache: str | None = None,
        *,
        cancel_at: int | None = None,
        batching: Batching | None = None,
        threads: int = 2,
    ) -> RunResult:
        """Runs the world's graph; without a named cache in one of its own."""
        self.follow(world.files)
        self.caches += 1
        place = self.root / (cache or f"cache-{self.caches}")
        cancel, heard = Cancel(), 0

        def hear(_event: Event) -> None:
            nonlocal heard
            heard += 1
            if heard == cancel_at:
                cancel.ask()

        options = RunOptions(device="cpu", cache=place, batching=batching, threads=threads)
        return run(graph_in(world, self.root / "pictures"), REGISTRY, options, hear, cancel)

    def digests(self) -> dict[str, tuple[str, int]]:
        """Hash and time of every file of the folder."""
        folder = self.root / "pictures"
        return {
            str(path.relative_to(folder)): (sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
            for path in folder.rglob("*")
            if path.is_file()
        }


@contextmanager
def opened_bench() -> Iterator[Bench]:
    """A bench that is gone afterwards."""
    with TemporaryDirectory() as root:
        yield Bench(Path(root))


def tables(result: RunResult) -> dict[str, tuple[pl.DataFrame, pl.DataFrame]]:
    """Rows and ledger of every port."""
    return {str(end): (images.table, images.ledger) for end, images in result.sets.items()}


def assert_same(one: RunResult, other: RunResult) -> None:
    """The same rows and drops at every port, in the same order, with the same counts and digest."""
    assert one.summary.digest == other.summary.digest
    assert one.counts == other.counts
    mine, others = tables(one), tables(other)
    assert mine.keys() == others.keys()
    for port, (rows, ledger) in mine.items():
        assert rows.equals(others[port][0]), port
        assert ledger.equals(others[port][1]), port


@given(WORLDS)
@property_test(30)
def test_at_every_node_each_row_goes_out_or_is_dropped_for_a_reason(world: World) -> None:
    with opened_bench() as bench:
        result = bench.run(world)
        graph = graph_in(world, bench.root / "pictures")
        for id, count in result.counts.items():
            assert count.rows_in == count.rows_out + count.dropped
            inputs = graph.inputs_of(id)
            if not inputs:
                continue
            rows_in = result.sets[inputs["images"]].rids
            out = result.sets[End(id, REGISTRY.nodes[graph.nodes[id].type].outputs[0])]
            drops = out.ledger.filter(out.ledger["node"] == id)
            assert sorted([*out.rids, *drops["rid"]]) == sorted(rows_in)
            assert all(drops["reason"].to_list())
            assert all(drops["rule"].to_list())
            assert drops.height == count.dropped
            assert drops.filter(drops["rule"] == "error").height == count.errors


@st.composite
def edited(draw: st.DrawFn, world: World) -> World:
    """The world after one edit of its graph or its folder."""
    kind = draw(st.sampled_from(["param", "mode", "rewire", "add node", "remove node", "picture", "no picture"]))
    number = draw(st.integers(0, 9)) % max(1, len(world.parts))
    files = dict(world.files)
    if kind == "picture":
        return replace(world, files=files | {draw(NAMES): draw(SEEDS)})
    if kind == "no picture":
        files.pop(draw(st.sampled_from(sorted(files))))
        return replace(world, files=files) if files else world
    if kind == "add node" or not world.parts:
        return replace(world, parts=(*world.parts, draw(parts())))
    before, part, after = world.parts[:number], world.parts[number], world.parts[number + 1 :]
    if kind == "remove node":
        return replace(world, parts=(*before, *after))
    if kind == "rewire":
        part = replace(part, parent=draw(st.integers(0, 9)), port=draw(st.integers(0, 2)))
    elif kind == "mode":
        part = replace(part, mode=draw(st.sampled_from(["normal", "bypass", "mute"])))
    else:
        params = {name: draw(st.sampled_from(values)) for name, values in CHOICES[part.type].items()}
        part = replace(part, params=params)
    return replace(world, parts=(*before, part, *after))


@st.composite
def histories(draw: st.DrawFn) -> Sequence[World]:
    """A world and what becomes of it by a few edits."""
    worlds = [draw(WORLDS)]
    for _ in range(draw(st.integers(1, 4))):
        worlds.append(draw(edited(worlds[-1])))
    return worlds


@given(histories())
@property_test(15)
def test_after_any_edits_a_warm_cache_gives_what_a_cold_run_gives(worlds: Sequence[World]) -> None:
    with opened_bench() as bench:
        for world in worlds:
            warm = bench.run(world, "warm")
            assert_same(warm, bench.run(world))
            again = bench.run(world, "warm")
            assert_same(warm, again)
            assert (again.summary.decodes, again.summary.model_calls, again.summary.cache_misses) == (0, 0, 0)


@given(WORLDS, st.integers(1, 25), st.integers(1, 4))
@property_test(20)
def test_cancelled_anywhere_and_run_again_gives_the_same(world: World, moment: int, rows: int) -> None:
    with opened_bench() as bench:
        cancelled = bench.run(world, "cache", cancel_at=moment, batching=Batching(rows, 1))
        assert cancelled.summary.exit in (0, 3, 130)
        again = bench.run(world, "cache")
        plain = bench.run(world)
        assert_same(again, plain)
        spent = cancelled.summary.cache_misses + again.summary.cache_misses
        assert spent == plain.summary.cache_misses


@given(WORLDS, st.integers(1, 9), st.integers(1, 4), st.integers(1, 5))
@property_test(20)
def test_batch_size_and_threads_change_nothing(world: World, rows: int, at_once: int, threads: int) -> None:
    with opened_bench() as bench:
        plain = bench.run(world)
        assert_same(plain, bench.run(world, batching=Batching(rows, at_once), threads=threads))


@given(histories(), st.integers(1, 25))
@property_test(8)
def test_no_run_changes_a_source_file(worlds: Sequence[World], moment: int) -> None:
    with opened_bench() as bench:
        for world in worlds:
            bench.follow(world.files)
            before = bench.digests()
            bench.run(world, "cache", cancel_at=moment)
            bench.run(world, "cache")
            assert bench.digests() == before
