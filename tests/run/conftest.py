"""Pictures and a workbench for tests of the engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from nodegraph.graph.model import Graph, Node, graph_of
from nodegraph.registry import Registry
from nodegraph.run.cancel import Cancel
from nodegraph.run.events import Event
from nodegraph.run.executor import run
from nodegraph.run.options import RunOptions
from nodegraph.run.results import RunResult
from tests.run.pack import small_registry


def draw(path: Path, seed: int, size: tuple[int, int] = (80, 60)) -> Path:
    """A picture of noise around a grey that depends on `seed` alone."""
    generator = np.random.default_rng(seed)
    grey = (seed * 37) % 200
    pixels = np.clip(generator.normal(grey, 20, (size[1], size[0], 3)), 0, 255).astype(np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)
    return path


@dataclass
class Bench:
    """Runs graphs of the small pack on a folder of pictures, with a cache of its own."""

    root: Path
    registry: Registry = field(default_factory=small_registry)
    events: list[Event] = field(default_factory=list)

    @property
    def pictures(self) -> Path:
        return self.root / "pictures"

    def draw(self, name: str, seed: int, **more: Any) -> Path:
        return draw(self.pictures / name, seed, **more)

    def graph(self, **params: dict[str, Any]) -> Graph:
        """folder -> brightness -> above -> likeness -> split -> export, with parameters by node."""
        given = {
            "folder": {"folder": str(self.pictures)},
            "export": {"folder": str(self.root / "out")},
            **params,
        }
        types = {
            "folder": "test/folder",
            "brightness": "test/brightness",
            "above": "test/above",
            "likeness": "test/likeness",
            "split": "test/split",
            "export": "test/export",
        }
        nodes = [Node(id, type, 1, given.get(id, {})) for id, type in types.items()]
        edges = [
            ("folder.images", "brightness.images"),
            ("brightness.images", "above.images"),
            ("above.kept", "likeness.images"),
            ("likeness.images", "split.images"),
            ("split.images", "export.images"),
        ]
        return graph_of(nodes, edges, title="bench")

    def run(
        self, graph: Graph | None = None, *, cache: str = "cache", cancel: Cancel | None = None, **options: Any
    ) -> RunResult:
        self.events = []
        chosen = RunOptions(device="cpu", cache=self.root / cache, **options)
        return run(graph or self.graph(), self.registry, chosen, self.events.append, cancel)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """Twelve pictures, three of them copies of others, and a workbench."""
    made = Bench(tmp_path)
    for seed in range(9):
        made.draw(f"{seed}.png", seed)
    for seed in range(3):
        made.draw(f"copies/{seed}.png", seed)
    return made


Draw = Callable[..., Path]
