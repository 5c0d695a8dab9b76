"""Edited pictures in a run: measured as edited, remembered as edited, exported as edited."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from nodegraph import registry_of
from nodegraph.data.pixels import decode_full
from nodegraph.data.recipe import Recipe
from nodegraph.graph.model import End, Graph, Node, graph_of
from nodegraph.run.executor import run
from nodegraph.run.options import RunOptions
from nodegraph.run.results import RunResult
from nodes.arrange.choice import split
from nodes.balance.buckets import buckets
from nodes.export import imagefolder
from nodes.inspect.probe import probe
from nodes.quality.sharpness import NODES as SHARPNESS
from nodes.shape import NODES as SHAPE
from nodes.sources import NODES as SOURCES
from tests.data.pictures import encoded, noise
from tests.nodes.exporting import pictures_in


@pytest.fixture
def graph(tmp_path: Path) -> Graph:
    """folder -> buckets -> resize -> probe -> sharpness -> split -> augment -> export, on four pictures."""
    (tmp_path / "in").mkdir()
    for number, size in enumerate([(900, 600), (600, 900), (640, 640), (300, 300)]):
        (tmp_path / "in" / f"{number}.png").write_bytes(encoded(noise(*size, seed=number), "PNG"))
        (tmp_path / "in" / f"{number}.txt").write_text("a picture")
    types: dict[str, tuple[str, dict[str, Any]]] = {
        "folder": ("source/folder", {"folder": str(tmp_path / "in")}),
        "buckets": ("balance/buckets", {"model": "sd15"}),
        "resize": ("shape/resize", {}),
        "probe": ("inspect/probe", {}),
        "sharpness": ("quality/sharpness", {}),
        "split": ("arrange/split", {"amount": "count", "count": 1}),
        "augment": ("shape/augment", {}),
        "export": ("export/imagefolder", {"folder": str(tmp_path / "out")}),
    }
    names = list(types)
    edges = [(f"{before}.images", f"{after}.images") for before, after in pairwise(names)]
    registry = {spec.type: spec.rev for spec in specs()}
    return graph_of([Node(id, type, registry[type], params) for id, (type, params) in types.items()], edges)


def specs() -> list[Any]:
    return [*SOURCES, buckets, *SHAPE, probe, *SHARPNESS, split, imagefolder]


def ran(graph: Graph, folder: Path) -> RunResult:
    return run(graph, registry_of(specs()), RunOptions(device="cpu", cache=folder / "cache"), lambda _event: None, None)


def test_edited_pictures_are_probed_copied_and_written_in_their_new_size(graph: Graph, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in (tmp_path / "in").iterdir()}
    result = ran(graph, tmp_path)
    rows = {row["rid"]: row for row in result.sets[End("augment", "images")].rows()}
    # of the buckets of SD1.5, 640 / 384 = 1.67 is nearer to 1.5 than 576 / 448 = 1.29
    sizes = {rid: (row["width"], row["height"]) for rid, row in rows.items() if "#" not in rid}
    assert sizes == {"0.png": (640, 384), "1.png": (384, 640), "2.png": (512, 512), "3.png": (300, 300)}
    copies = sorted(rid for rid in rows if "#" in rid)
    assert copies == sorted(f"{rid}#flip1" for rid, row in rows.items() if row["split"] == "train" and "#" not in rid)
    written = sorted(decode_full(path, Recipe()).size for path in pictures_in(tmp_path / "out"))
    assert written == sorted((row["width"], row["height"]) for row in rows.values())
    assert {path: path.read_bytes() for path in (tmp_path / "in").iterdir()} == before


def test_what_was_measured_of_edited_pictures_is_remembered(graph: Graph, tmp_path: Path) -> None:
    first = ran(graph, tmp_path).summary
    second = ran(graph, tmp_path).summary
    assert first.cache_misses > 0
    assert (second.decodes, second.cache_misses, second.digest) == (0, 0, first.digest)
