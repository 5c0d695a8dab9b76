"""Faces of one picture: where they are, by OpenCV's YuNet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from nodegraph import ModelFiles, ModelOf, ModelUse, Pixels, measure, problem
from nodes.extras import needed

Box = Sequence[float]

SIDES = (640, 240)
"""Longer sides at which a picture is looked at: YuNet knows faces of 10 to 300 px, so close-ups need the small one."""

LEAST_SCORE = 0.5
"""Boxes with a lower score are not kept at all; the node's limit lies above."""

OVERLAP = 0.3
"""Two boxes that share more than this of their area together are one face (OpenCV's own default)."""

MOST_FACES = 1000


def load_face_detector(files: ModelFiles, device: str) -> Any:
    """The detector in `files.folder`, OpenCV's `FaceDetectorYN`. It runs on the CPU.

    Raises ProblemError where OpenCV is not installed or the model cannot be loaded.
    """
    cv2: Any = needed("cv2", "faces")
    path = files.folder / next((name for name in files.entry.files if name.endswith(".onnx")), "model.onnx")
    try:
        # from bytes, because OpenCV cannot open every path on Windows
        model = np.frombuffer(path.read_bytes(), np.uint8)
        nothing = np.zeros(0, np.uint8)
        return cv2.FaceDetectorYN.create("onnx", model, nothing, (32, 32), LEAST_SCORE, OVERLAP, MOST_FACES)
    except (OSError, cv2.error) as error:
        raise problem(
            "broken-model",
            f"The face detector {files.entry.id} cannot be loaded: {error}.",
            f"Delete {files.folder} so that it is fetched again.",
            param="model",
            value=files.entry.id,
        ) from error


@measure("faces.boxes", rev=1, takes=Pixels("RGB", 720), model=ModelUse(load_face_detector))
def face_boxes(
    handle: Any, batch: Sequence[NDArray[np.uint8]], *, model: Annotated[str, ModelOf("face-detector")]
) -> Sequence[dict[str, Any]]:
    """Faces as {"boxes": [[x, y, width, height, score], ...]}, the surest first.

    Left and top edge, width and height are shares of the picture's width and height, in 0 to 1; scores are 0.5 to 1.
    """
    return [{"boxes": _distinct([box for side in SIDES for box in _boxes(handle, image, side)])} for image in batch]


def _boxes(detector: Any, image: NDArray[np.uint8], side: int) -> list[list[float]]:
    """The faces that are seen with the longer side at most this."""
    from PIL import Image

    picture = Image.fromarray(image)
    picture.thumbnail((side, side), Image.Resampling.BILINEAR)
    width, height = picture.size
    detector.setInputSize((width, height))
    _, found = detector.detect(np.ascontiguousarray(np.asarray(picture)[:, :, ::-1]))
    boxes: list[list[float]] = []
    for x, y, across, down, score in [] if found is None else found[:, [0, 1, 2, 3, 14]].tolist():
        left, right = (min(max(edge / width, 0.0), 1.0) for edge in (x, x + across))
        top, bottom = (min(max(edge / height, 0.0), 1.0) for edge in (y, y + down))
        if right > left and bottom > top:
            boxes.append([left, top, right - left, bottom - top, min(score, 1.0)])
    return boxes


def _distinct(boxes: Sequence[list[float]]) -> list[list[float]]:
    """The boxes without those that lie mostly on a surer one."""
    kept: list[list[float]] = []
    for box in sorted(boxes, key=lambda box: (-box[4], box)):
        if all(overlap(box, other) <= OVERLAP for other in kept):
            kept.append(box)
    return kept


def overlap(one: Box, other: Box) -> float:
    """The area that two boxes share, as a share of the area that they cover together, 0 to 1."""
    width = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    height = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    shared = max(0.0, width) * max(0.0, height)
    together = one[2] * one[3] + other[2] * other[3] - shared
    return shared / together if together else 0.0
