"""The engine alone: a graph of six nodes on many rows whose values are all remembered, so that nothing is measured.

The rows are tiny files that are no pictures; a source made for this lists them, and values are put for their content
ids into a cache in bulk, through the cache's own interface. So every step is the real one, content ids included, and
any attempt to measure would show as a dropped row. Usage: python -m tests.benchmarks.engine [--rows N] [--targets]
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from typing import Annotated

import numpy as np
import polars as pl

from nodegraph import Folder, Found, Registry, installed_registry, source
from nodegraph.cache.measures import MeasureCache
from nodegraph.data.content import content_ids
from nodegraph.graph.model import Graph, Node, graph_of
from nodegraph.plan.stages import steps_of
from nodegraph.run.events import Event, StepDone, StepStarted
from nodegraph.run.executor import run
from nodegraph.run.measuring import request_of, text_content
from nodegraph.run.models import known_models
from nodegraph.run.options import RunOptions
from tests.benchmarks.conditions import machine

MOVED_TARGET_SECONDS = 3.0
WIDTH = 128
RACY_SECONDS = 2.1  # a file changed less than two seconds ago is not remembered by its times


@source("benchmark/files", rev=1)
def files(*, folder: Annotated[str, Folder()]) -> Found:
    """Every file of a folder, by name, whatever it holds."""
    names = sorted(os.listdir(folder))  # noqa: PTH208  (only names are wanted)
    return Found(pl.DataFrame({"rid": names, "path": [f"{folder}/{name}" for name in names]}))


def registry() -> Registry:
    """The installed nodes and the source of this benchmark."""
    there = installed_registry()
    return Registry({**there.nodes, files.type: files}, there.models)


def graph(folder: Path, limit: float) -> Graph:
    """files -> probe -> quality -> CLIP score -> threshold at `limit` -> top-k."""
    nodes = [
        Node("files", "benchmark/files", params={"folder": str(folder)}),
        Node("probe", "inspect/probe"),
        Node("quality", "quality/issues"),
        Node("prompt", "clip/score", params={"prompts": ["a fish"]}),
        Node("limit", "filter/threshold", params={"column": "clip_score", "low": limit}),
        Node("best", "arrange/top_k", params={"column": "clip_score", "k": 1000}),
    ]
    pairs = pairwise(nodes)
    edges = [(f"{one.id}.{'kept' if one.id == 'limit' else 'images'}", f"{other.id}.images") for one, other in pairs]
    return graph_of(nodes, edges, title="engine benchmark")


def fill(cache_folder: Path, folder: Path, given: Registry) -> None:
    """Remembers made-up values of every measure that the graph takes, for every file of the folder."""
    generator = np.random.default_rng(0)
    steps = steps_of(graph(folder, 0.0), given)
    models = known_models(steps, given)
    paths = [str(path) for path in sorted(folder.iterdir())]
    with MeasureCache.open(cache_folder) as cache:
        cids = [cid for cid in content_ids(paths, cache) if isinstance(cid, str)]
        for item in steps.active.values():
            for take in item.spec.takes.values():
                model = models[item.params[take.measure.model.setting]] if take.measure.model else None
                request = request_of(take.measure, item.params, model)
                contents = [text_content("a fish")] if take.texts else cids
                for content in contents:
                    value = _value(take.measure.name, generator)
                    cache.put(request.key, take.measure.gives, content, value)


def _value(measure: str, generator: np.random.Generator) -> object:
    if measure in ("clip_image", "clip_text"):
        vector = generator.normal(size=WIDTH)
        return (vector / np.linalg.norm(vector)).astype(np.float16)
    if measure == "quality":
        return dict(zip(("brightness_5", "brightness_99", "entropy"), generator.random(3).tolist(), strict=True))
    if measure == "blur":
        return dict(zip(("edges", "histogram"), generator.random(2).tolist(), strict=True))
    side = int(generator.integers(256, 4096))
    return {
        "width": side, "height": 512, "megapixels": side * 512 / 1e6, "aspect": side / 512, "format": "JPEG",
        "mode": "RGB", "has_alpha": False, "icc": None, "srgb": True, "orientation": 1, "frames": 1, "bytes": 100_000,
        "jpeg_quality": 90, "subsampling": "4:2:0",
    }  # fmt: skip


def replay(title: str, cache: Path, folder: Path, given: Registry, limit: float) -> float:
    """Runs the graph and prints how long it took, steps too. Raises RuntimeError where anything was measured."""
    starts: dict[int, tuple[str, ...]] = {}
    steps: list[str] = []

    def hear(event: Event) -> None:
        if isinstance(event, StepStarted):
            starts[event.index] = event.nodes
        elif isinstance(event, StepDone):
            steps.append(f"{'+'.join(starts[event.index])} {event.seconds:.2f}")

    began, processor = time.perf_counter(), time.process_time()
    result = run(graph(folder, limit), given, RunOptions(device="cpu", cache=cache), hear)
    seconds, processor = time.perf_counter() - began, time.process_time() - processor
    summary = result.summary
    if summary.decodes or summary.model_calls or summary.cache_misses or summary.exit:
        raise RuntimeError(f"something was measured or failed: {summary}")
    kept = summary.nodes["limit"]["out"]
    print(f"  {title:24}{seconds:7.2f} s {processor:7.2f} CPU s   {kept:,} kept; {', '.join(steps)} s", flush=True)
    return seconds


def arguments(given: list[str] | None = None) -> argparse.Namespace:
    """The options of the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rows", type=int, default=100_000, help="rows (default: %(default)s)")
    parser.add_argument("--targets", action="store_true", help="exit 1 unless a moved threshold takes under 3 s")
    return parser.parse_args(given)


def main(given: list[str] | None = None) -> int:
    """Fills a cache, replays twice. 0, or 1 where `--targets` is given and missed."""
    options = arguments(given)
    print(f"{machine()}; {options.rows:,} rows, 6 nodes, everything remembered")
    with tempfile.TemporaryDirectory(prefix="nodegraph-engine-") as scratch:
        folder, cache, there = Path(scratch) / "files", Path(scratch) / "cache", registry()
        folder.mkdir()
        for number in range(options.rows):
            (folder / f"{number:07d}.txt").write_text(str(number))
        time.sleep(RACY_SECONDS)
        began = time.perf_counter()
        fill(cache, folder, there)
        print(f"  {'values put':24}{time.perf_counter() - began:7.2f} s")
        replay("first replay", cache, folder, there, 0.0)
        moved = replay("threshold moved", cache, folder, there, 0.05)
    print(f"  largest memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MiB")
    return 1 if options.targets and moved > MOVED_TARGET_SECONDS else 0


if __name__ == "__main__":
    sys.exit(main())
