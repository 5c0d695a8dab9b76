"""A run that a test can kill: `SLOW_LOG=file SLOW_SECONDS=0.001 python -m tests.acceptance.slow_run PICTURES CACHE`.

It says "ready" when it begins and ends with its summary as a line of JSON. Every measurement is a line in the log
before its value is handed on, so that a test can count what was measured twice.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from nodegraph import ImageSet, ModelOf, ModelUse, Pixels, Take, Values, measure, registry_of, score, scorer
from nodegraph.graph.model import Graph, Node, graph_of
from nodegraph.run.executor import run
from nodegraph.run.options import RunOptions
from tests.run.pack import FAKE_MODEL, above, folder, load_fake, split


def note(name: str, image: NDArray[np.uint8]) -> None:
    """Takes its time over a measurement and writes it down."""
    time.sleep(float(os.environ["SLOW_SECONDS"]))
    with Path(os.environ["SLOW_LOG"]).open("a") as log:
        log.write(f"{name} {image.mean():.9f} {image.std():.9f}\n")


@measure("slow_brightness", rev=1, takes=Pixels())
def brightness(image: NDArray[np.uint8]) -> float:
    """Mean grey."""
    note("brightness", image)
    return float(image.mean())


@measure("slow_embedding", rev=1, takes=Pixels(), model=ModelUse(load=load_fake))
def embedding(_handle: object, batch: list[NDArray[np.uint8]], *, model: str) -> list[NDArray[np.float16]]:
    """Mean colour."""
    for image in batch:
        note("embedding", image)
    return [image.reshape(-1, 3).mean(axis=0).astype(np.float16) for image in batch]


@scorer("slow/brightness", rev=1, gives={"brightness": score()})
def brightness_score(images: ImageSet, *, values: Annotated[Values, Take(brightness)]) -> dict[str, object]:
    """Mean grey."""
    return {"brightness": values.list()}


@scorer("slow/colour", rev=1, gives={"colour": score()})
def colour(
    images: ImageSet, *, vectors: Annotated[Values, Take(embedding)], model: Annotated[str, ModelOf("fake")] = "fake"
) -> dict[str, object]:
    """Mean colour."""
    return {"colour": [float(vector.mean()) for vector in vectors.list()]}


def graph(pictures: str) -> Graph:
    """folder -> brightness -> above -> colour -> split."""
    nodes = [
        Node("folder", "test/folder", 1, {"folder": pictures}),
        Node("brightness", "slow/brightness", 1),
        Node("above", "test/above", 1, {"low": 40}),
        Node("colour", "slow/colour", 1),
        Node("split", "test/split", 1),
    ]
    edges = [
        ("folder.images", "brightness.images"),
        ("brightness.images", "above.images"),
        ("above.kept", "colour.images"),
        ("colour.images", "split.images"),
    ]
    return graph_of(nodes, edges)


def main(pictures: str, cache: str) -> None:
    """Runs the graph and prints its summary."""
    registry = registry_of((folder, above, split, brightness_score, colour), (FAKE_MODEL,))
    options = RunOptions(device="cpu", cache=Path(cache), threads=2)
    print("ready", flush=True)
    summary = run(graph(pictures), registry, options, lambda _event: None).summary
    print(json.dumps({"exit": summary.exit, "digest": summary.digest, "misses": summary.cache_misses}), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
