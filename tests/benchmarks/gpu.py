"""The stream against the bare model: images a second of a whole run, and of the model's forward pass alone.

The stream is the engine on a folder: read, decode, resize, embed, score, remember, with a cold cache. The bare model
is the same one, with the same precision and batch size, on tensors that lie ready on the device. What a run of one
picture takes, mostly to load the model, is taken off the stream's time; the rate with it is printed as well.
Without a CUDA device nothing is measured. Usage: python -m tests.benchmarks.gpu [--model ID] [--folder FOLDER]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nodegraph import Registry, installed_registry
from nodegraph.cache.measures import MeasureCache
from nodegraph.graph.model import Graph, Node, graph_of
from nodegraph.models.devices import device_summary
from nodegraph.plan.stages import steps_of
from nodegraph.run.events import Event, StepDone
from nodegraph.run.executor import run
from nodegraph.run.lanes import CPU_BATCH
from nodegraph.run.models import resolve_models
from nodegraph.run.options import RunOptions
from nodes.measures.clip import ClipModel, clip_image, load_clip
from tests.benchmarks.conditions import machine
from tests.benchmarks.pictures import PHOTOS, linked, pictures_of

STAGE = 1
WARM_UP = 3


@dataclass(frozen=True, slots=True)
class Stream:
    """Seconds of the stage that measures, how many images went through, and the batch size that was found."""

    seconds: float
    images: int
    batch: int


def graph(folder: Path, model: str) -> Graph:
    """folder -> CLIP score."""
    nodes = [
        Node("folder", "source/folder", params={"folder": str(folder), "captions": False}),
        Node("prompt", "clip/score", params={"model": model, "prompts": ["a photo of a fish"]}),
    ]
    return graph_of(nodes, [("folder.images", "prompt.images")], title="stream benchmark")


def stream(folder: Path, model: str, device: str, given: Registry) -> Stream:
    """One cold run of the graph."""
    stage: list[float] = []

    def hear(event: Event) -> None:
        if isinstance(event, StepDone) and event.index == STAGE:
            stage.append(event.seconds)

    with tempfile.TemporaryDirectory(prefix="nodegraph-gpu-") as scratch:
        result = run(graph(folder, model), given, RunOptions(device=device, cache=Path(scratch)), hear)
        with MeasureCache.open(Path(scratch)) as cache:
            batch = cache.batch_size(f"{clip_image.name}:{model}", device) or CPU_BATCH
    return Stream(stage[0], result.summary.nodes["prompt"]["out"], batch)


def bare(model: str, device: str, batch: int, seconds: float, given: Registry, folder: Path) -> float:
    """Images a second of the forward pass alone, on a batch that lies on the device."""
    import torch

    steps = steps_of(graph(folder, model), given)
    handle = load_clip(resolve_models(steps, given, lambda _event: None, allow_download=True)[model], device)
    pixels = torch.randn(batch, 3, handle.side, handle.side, device=device)
    pixels = pixels.to(memory_format=torch.channels_last)
    with torch.inference_mode(), torch.autocast(device, dtype=handle.dtype, enabled=handle.dtype is not None):
        for _ in range(WARM_UP):
            handle.model.encode_image(pixels)
        _wait(handle)
        began, images = time.perf_counter(), 0
        while time.perf_counter() - began < seconds:
            for _ in range(WARM_UP):
                handle.model.encode_image(pixels)
            _wait(handle)
            images += WARM_UP * batch
        return images / (time.perf_counter() - began)


def _wait(handle: ClipModel) -> None:
    """A GPU works behind the caller's back: the clock is read when it is done."""
    import torch

    cuda: Any = torch.cuda
    if handle.device == "cuda":
        cuda.synchronize()


def arguments(given: list[str] | None = None) -> argparse.Namespace:
    """The options of the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--device", choices=["cuda", "cpu"], default="cuda", help="cpu only tries the script out")
    parser.add_argument("--model", default="demo-clip", help="a CLIP of the catalogue (default: %(default)s)")
    parser.add_argument("--folder", type=Path, default=PHOTOS, help="pictures (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=5.0, help="how long the bare model runs (default: 5)")
    return parser.parse_args(given)


def main(given: list[str] | None = None) -> int:
    """Prints both rates and their ratio. 0, also where there is no GPU; 2 without pictures."""
    import torch

    options = arguments(given)
    if options.device == "cuda" and not torch.cuda.is_available():
        print("no GPU here: nothing measured")
        return 0
    if not pictures_of(options.folder):
        print(f"no pictures in {options.folder}: nothing measured", file=sys.stderr)
        return 2
    there = installed_registry()
    with tempfile.TemporaryDirectory(prefix="nodegraph-one-") as one:
        single = linked(pictures_of(options.folder)[:1], options.folder, Path(one))
        stream(single, options.model, options.device, there)  # imports and the device's own start
        start = stream(single, options.model, options.device, there).seconds
    found = stream(options.folder, options.model, options.device, there)
    steady = found.images / max(found.seconds - start, 1e-9)
    alone = bare(options.model, options.device, found.batch, options.seconds, there, options.folder)
    print(f"{machine()}; {device_summary(options.device)}; {options.model}, batch {found.batch}")
    with_start = found.images / found.seconds
    print(f"  whole stream {steady:9.1f} images/s ({found.images} images; {with_start:.1f} with the start)")
    print(f"  bare model   {alone:9.1f} images/s")
    print(f"  ratio        {steady / alone:9.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
