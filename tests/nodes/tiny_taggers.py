"""A tagger small enough to make in a test: what each tag gets depends on the mean colour of the picture alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from nodegraph import ModelFiles
from tests.nodes.tiny_models import files_of

TAGS = [
    ("general", 9), ("sensitive", 9), ("questionable", 9), ("explicit", 9),
    ("blue_sky", 0), ("red_hair", 0), ("^_^", 0), ("(o)_(o)", 0), ("green", 0),
    ("someone_(of_something)", 4), ("odd", 7),
]  # fmt: skip
"""Names and categories in the order of the outputs."""

SIDE = 16


def save_tagger(
    folder: Path, weights: Sequence[Sequence[float]], offsets: Sequence[float], **details: Any
) -> ModelFiles:
    """sigmoid(mean over the picture of BGR / 255 @ weights + offsets): weights (3, tags), one offset a tag."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    constants = {
        "scale": np.array(255, np.float32),
        "axes": np.array([1, 2], np.int64),
        "weights": np.array(weights, np.float32),
        "offsets": np.array(offsets, np.float32),
    }
    steps = [
        helper.make_node("Div", ["input", "scale"], ["shares"]),
        helper.make_node("ReduceMean", ["shares", "axes"], ["mean"], keepdims=0),
        helper.make_node("MatMul", ["mean", "weights"], ["products"]),
        helper.make_node("Add", ["products", "offsets"], ["sums"]),
        helper.make_node("Sigmoid", ["sums"], ["output"]),
    ]
    graph = helper.make_graph(
        steps,
        "tiny",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["batch", SIDE, SIDE, 3])],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, ["batch", len(offsets)])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    folder.mkdir(parents=True, exist_ok=True)
    onnx.save(model, str(folder / "model.onnx"))
    lines = [f"{number},{name},{category},1" for number, (name, category) in enumerate(TAGS[: len(offsets)])]
    (folder / "selected_tags.csv").write_text("\n".join(["tag_id,name,category,count", *lines, ""]), "utf-8")
    return files_of(folder, "tagger", **details)
