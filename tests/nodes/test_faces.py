"""Faces: OpenCV runs a detector made here, for which bright squares are faces, and the node counts boxes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph import ModelFiles, ProblemError, Values
from nodegraph.parameters import with_defaults
from nodes.measures.faces import OVERLAP, face_boxes, load_face_detector, overlap
from nodes.scores.faces import faces, framing
from tests.nodes.tables import images
from tests.nodes.tiny_models import files_of

pytest.importorskip("cv2", reason="OpenCV (the extra faces) is not installed")
pytest.importorskip("onnx", reason="onnx, which makes the detector of these tests, is not installed")

CELLS = (8, 16, 32)


def save_detector(folder: Path) -> ModelFiles:
    """A detector with YuNet's inputs and outputs: a face is a cell of 32 px that is white all over."""
    from onnx import TensorProto, helper, numpy_helper, save

    nodes: list[Any] = []
    weights: list[Any] = []
    outputs: list[Any] = []
    for cell in CELLS:
        for name, count in (("cls", 1), ("obj", 1), ("bbox", 4), ("kps", 10)):
            kernel = np.zeros((count, 3, cell, cell), np.float32)
            bias = np.zeros(count, np.float32)
            if name in ("cls", "obj") and cell == 32:
                kernel[:] = 10 / (255 * kernel[0].size)
                bias[:] = -9  # white gives 1, three quarters of white nothing
            if name == "bbox":
                bias[:2] = 0.5  # the middle of the cell
            weights += [
                numpy_helper.from_array(kernel, f"{name}{cell}w"),
                numpy_helper.from_array(bias, f"{name}{cell}b"),
                numpy_helper.from_array(np.array([1, -1, count]), f"{name}{cell}s"),
            ]
            inputs = ["input", f"{name}{cell}w", f"{name}{cell}b"]
            nodes += [
                helper.make_node("Conv", inputs, [f"{name}{cell}c"], strides=[cell, cell]),
                helper.make_node("Transpose", [f"{name}{cell}c"], [f"{name}{cell}t"], perm=[0, 2, 3, 1]),
                helper.make_node("Reshape", [f"{name}{cell}t", f"{name}{cell}s"], [f"{name}_{cell}"]),
            ]
    for name, count in (("cls", 1), ("obj", 1), ("bbox", 4), ("kps", 10)):
        for cell in CELLS:
            outputs.append(helper.make_tensor_value_info(f"{name}_{cell}", TensorProto.FLOAT, [1, None, count]))
    given = helper.make_tensor_value_info("input", TensorProto.FLOAT, [1, 3, None, None])
    graph = helper.make_graph(nodes, "detector", [given], outputs, weights)
    save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 12)], ir_version=8), folder / "faces.onnx")
    files = files_of(folder, "face-detector")
    return replace(files, entry=replace(files.entry, files=("faces.onnx",)))


def test_a_face_is_found_where_it_is(tmp_path: Path) -> None:
    picture = np.zeros((320, 640, 3), np.uint8)
    picture[64:96, 128:160] = 255
    (found,) = face_boxes(load_face_detector(save_detector(tmp_path), "cpu"), [picture], model="tiny")
    (box,) = found["boxes"]
    assert box[:4] == pytest.approx([128 / 640, 64 / 320, 32 / 640, 32 / 320], abs=1e-3)
    assert box[4] == pytest.approx(1, abs=1e-3)


def test_a_face_that_is_too_large_for_the_large_picture_is_found_in_the_small_one(tmp_path: Path) -> None:
    from PIL import Image

    small = Image.fromarray(np.zeros((240, 240, 3), np.uint8))
    small.paste((255, 255, 255), (64, 96, 96, 128))
    picture = np.asarray(small.resize((720, 720), Image.Resampling.NEAREST))
    (found,) = face_boxes(load_face_detector(save_detector(tmp_path), "cpu"), [picture], model="tiny")
    assert [64 / 240, 96 / 240, 32 / 240, 32 / 240] in [pytest.approx(box[:4], abs=1e-3) for box in found["boxes"]]


def test_boxes_do_not_depend_on_what_else_is_in_the_batch_and_none_is_no_box(tmp_path: Path) -> None:
    handle = load_face_detector(save_detector(tmp_path), "cpu")
    rng = np.random.default_rng(2)
    pictures = [np.kron(rng.integers(0, 2, (h, w, 1)) * 255, np.ones((32, 32, 3))).astype(np.uint8)
                for h, w in ((3, 5), (6, 2), (1, 1))]  # fmt: skip
    pictures.append(np.zeros((90, 70, 3), np.uint8))
    together = face_boxes(handle, pictures, model="tiny")
    assert together == [face_boxes(handle, [picture], model="tiny")[0] for picture in pictures]
    assert together[-1] == {"boxes": []}
    assert any(record["boxes"] for record in together)
    for record in together:
        for left, top, width, height, score in record["boxes"]:
            assert 0 <= left < left + width <= 1 + 1e-9
            assert 0 <= top < top + height <= 1 + 1e-9
            assert 0.5 <= score <= 1
        boxes = record["boxes"]
        assert all(overlap(a, b) <= OVERLAP for at, a in enumerate(boxes) for b in boxes[:at])


class OneFace:
    """Sees a face in the middle, and a little beside it at the smaller size, surer at the larger."""

    def setInputSize(self, size: tuple[int, int]) -> None:
        self.size = size

    def detect(self, image: Any) -> tuple[int, Any]:
        width, height = self.size
        assert image.shape == (height, width, 3)
        shift, score = (0.25, 0.9) if max(self.size) > 240 else (0.28, 0.7)
        face = [shift * width, 0.25 * height, 0.5 * width, 0.5 * height, *[0.0] * 10, score]
        outside = [-0.2 * width, 0.0, 0.1 * width, 0.1 * height, *[0.0] * 10, 0.99]
        return 1, np.array([face, outside], np.float32)


def test_a_face_that_both_sizes_show_is_one_face_and_one_outside_the_picture_is_none() -> None:
    (found,) = face_boxes(OneFace(), [np.zeros((400, 600, 3), np.uint8)], model="tiny")
    (box,) = found["boxes"]
    assert box == pytest.approx([0.25, 0.25, 0.5, 0.5, 0.9], abs=1e-6)


def test_a_file_that_is_no_detector_is_a_problem(tmp_path: Path) -> None:
    files = save_detector(tmp_path)
    (tmp_path / "faces.onnx").write_bytes(b"nothing")
    with pytest.raises(ProblemError) as raised:
        load_face_detector(files, "cpu")
    assert [(problem.code, problem.param) for problem in raised.value.problems] == [("broken-model", "model")]


BOXES = st.lists(st.floats(0, 1, width=32), min_size=4, max_size=4)


@given(BOXES, BOXES)
def test_overlap_is_a_share_and_the_same_both_ways(one: list[float], other: list[float]) -> None:
    assert 0 <= overlap(one, other) <= 1 + 1e-6
    assert overlap(one, other) == pytest.approx(overlap(other, one))


def test_half_of_a_box_overlaps_by_half() -> None:
    assert overlap([0, 0, 1, 1], [0, 0, 0.5, 1]) == 0.5
    assert overlap([0, 0, 0.2, 0.2], [0.5, 0.5, 0.2, 0.2]) == 0


def node_columns(boxes: list[list[list[float]]], size: tuple[int, int], **given: Any) -> dict[str, list[Any]]:
    params = with_defaults(faces.parameters, given)
    values = Values([{"boxes": row} for row in boxes])
    header = Values([{"width": size[0], "height": size[1]}] * len(boxes))
    found = faces.function(images(len(boxes)), found=values, header=header, **params)
    return {name: column.to_list() for name, column in found.items()}


def test_faces_are_counted_and_their_areas_added() -> None:
    two = [[0, 0, 0.5, 0.5, 0.9], [0.6, 0.6, 0.2, 0.1, 0.95]]
    assert node_columns([two, []], (1000, 800)) == {
        "faces": [2, 0],
        "face_area": [0.27, 0.0],
        "largest_face": [0.25, 0.0],
        "framing": ["close-up", "no face"],
    }


def test_small_and_unsure_faces_are_not_counted() -> None:
    boxes = [[[0, 0, 0.04, 0.1, 0.9], [0.5, 0.5, 0.3, 0.3, 0.7]]]
    assert node_columns(boxes, (1000, 1000))["faces"] == [1]
    assert node_columns(boxes, (1000, 1000), min_face=41)["faces"] == [0]
    assert node_columns(boxes, (1000, 1000), confidence=0.6)["faces"] == [2]


@pytest.mark.parametrize(
    ("height", "name"), [(0.5, "close-up"), (0.3, "head and shoulders"), (0.15, "half body"), (0.05, "full body")]
)
def test_framing_goes_by_the_largest_face(height: float, name: str) -> None:
    assert framing([[0, 0, 0.01, 0.01, 1], [0, 0, 0.1, height, 1]]) == name


def test_an_empty_set_has_empty_columns() -> None:
    assert node_columns([], (10, 10)) == {"faces": [], "face_area": [], "largest_face": [], "framing": []}
