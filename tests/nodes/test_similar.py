"""Likeness to examples: the nearest or the average, with the name of the nearest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from nodegraph import Context, ImageSet, Values, registry_of
from nodegraph.graph.model import End, Node, graph_of
from nodegraph.registry import installed_registry
from nodegraph.run.executor import run
from nodegraph.run.options import RunOptions
from nodegraph.run.prepare import prepare_graph
from nodes.clip import similar as module
from nodes.clip.similar import similar
from tests.nodes.tables import images

EAST, NORTH, BOTH = (np.array(v, np.float16) for v in ([1, 0], [0, 1], [0.8, 0.6]))


def found(pictures: list[Any], examples: list[Any], names: list[str], aggregate: str = "max") -> dict[str, list[Any]]:
    said: list[str] = []
    result = similar.function(
        images(len(pictures)),
        images(names),
        context=Context("node", notice=said.append),
        vectors=Values(pictures),
        example_vectors=Values(examples),
        model="demo-clip",
        aggregate=aggregate,
    )
    return {name: values.to_list() for name, values in result.items()} | {"said": said}


def test_the_nearest_example_gives_the_similarity_and_its_name() -> None:
    result = found([EAST, BOTH], [NORTH, EAST], ["n.png", "e.png"])
    assert result["similarity"] == pytest.approx([1.0, 0.8], abs=1e-3)
    assert result["similar_to"] == ["e.png", "e.png"]


def test_the_mean_is_over_all_examples() -> None:
    result = found([BOTH], [NORTH, EAST], ["n.png", "e.png"], aggregate="mean")
    assert result["similarity"] == pytest.approx([0.7], abs=1e-3)
    assert result["similar_to"] == ["e.png"]


def test_equally_near_examples_are_named_by_their_order_of_name_alone() -> None:
    for names in (["b.png", "a.png"], ["a.png", "b.png"]):
        assert found([EAST], [EAST, EAST], names)["similar_to"] == ["a.png"]


def test_examples_that_agree_to_four_decimals_are_equally_near() -> None:
    examples = np.array([[0.99999, 0.00447], [1, 0]], np.float32)
    cosines, nearest = module.similarities(np.array([[1, 0]], np.float32), examples, "max")
    assert (cosines.tolist(), nearest.tolist()) == ([1.0], [0])


def test_without_examples_there_is_no_similarity_and_the_log_says_so() -> None:
    result = found([EAST], [], [])
    assert (result["similarity"], result["similar_to"], len(result["said"])) == ([None], [None], 1)


def test_blocks_give_what_one_piece_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    generator = np.random.default_rng(0)
    pictures, examples = (generator.normal(size=(count, 8)).astype(np.float32) for count in (23, 5))
    for aggregate in ("max", "mean"):
        whole = module.similarities(pictures, examples, aggregate)
        monkeypatch.setattr(module, "BLOCK", 12)
        parts = module.similarities(pictures, examples, aggregate)
        monkeypatch.undo()
        assert whole[0] == pytest.approx(parts[0], abs=1e-6)
        assert (whole[1] == parts[1]).all()


def test_the_examples_are_measured_in_a_run(tmp_path: Path) -> None:
    for folder, colours in (("all", ["red", "blue"]), ("examples", ["red"])):
        for colour in colours:
            (tmp_path / folder).mkdir(exist_ok=True)
            Image.new("RGB", (64, 64), colour).save(tmp_path / folder / f"{colour}.png")
    registry = registry_of([similar, installed_registry().nodes["source/folder"]], installed_registry().models.values())
    nodes = [
        Node("all", "source/folder", params={"folder": str(tmp_path / "all")}),
        Node("examples", "source/folder", params={"folder": str(tmp_path / "examples")}),
        Node("similar", "clip/similar"),
    ]
    wires = [("all.images", "similar.images"), ("examples.images", "similar.examples")]
    graph = prepare_graph(graph_of(nodes, wires), registry, base=tmp_path).graph
    result = run(graph, registry, RunOptions(device="cpu", cache=tmp_path / "cache"), lambda _event: None)
    table = ImageSet(result.sets[End("similar", "images")].table)
    like = dict(zip(table.rids, table["similarity"].to_list(), strict=True))
    assert like["red.png"] == pytest.approx(1, abs=1e-3)
    assert like["blue.png"] < like["red.png"]
    assert table["similar_to"].to_list() == ["red.png", "red.png"]
