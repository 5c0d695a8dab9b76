"""Tags of pictures by the WD taggers of SmilingWolf, on onnxruntime: Danbooru's tags, each with a probability."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from nodegraph import ModelFiles, ModelOf, ModelUse, Pixels, ProblemError, measure, problem
from nodes.extras import needed

TAGS_FILE = "selected_tags.csv"
MODEL_FILE = "model.onnx"
CATEGORIES: Mapping[str, str] = {"0": "general", "4": "character", "9": "rating"}
"""The numbers of categories in a list of tags; tags of others are passed over."""

FLOOR = 0.1
"""Tags below this are not remembered: no one asks for them, and there are ten thousand."""

MOST_BYTES = 16 << 20

Tag = tuple[str, str]
"""Category and name."""


@dataclass(frozen=True, eq=False)
class Tagger:
    """A loaded tagger: its session, the name of its input, the side of its pictures in px, and its tags in order."""

    session: Any
    input: str
    side: int
    tags: tuple[Tag, ...]


def load_tagger(files: ModelFiles, device: str) -> Tagger:
    """Loads the tagger in `files.folder`. Raises ProblemError where onnxruntime or a file is missing or broken."""
    runtime = needed("onnxruntime", "tagger")
    tags = _tags_in(files)
    options = runtime.SessionOptions()
    options.log_severity_level = 3
    wanted = ["CUDAExecutionProvider"] if device.startswith("cuda") else []
    providers = [name for name in wanted if name in runtime.get_available_providers()]
    try:
        session = runtime.InferenceSession(
            str(files.folder / MODEL_FILE), options, providers=[*providers, "CPUExecutionProvider"]
        )
        (given,), (answer,) = session.get_inputs(), session.get_outputs()
        _, height, width, channels = given.shape
        if height != width or channels != 3 or answer.shape[-1] != len(tags):
            raise ValueError(f"it takes {given.shape} and gives {answer.shape[-1]} of {len(tags)} tags")
    except Exception as error:  # onnxruntime has exceptions of its own for each kind of broken file
        raise _broken(files, f"{type(error).__name__}: {error}") from error
    return Tagger(session, given.name, int(height), tags)


def prepare_tagger(handle: Tagger, image: NDArray[np.uint8], *, model: str) -> NDArray[np.float32]:
    """The picture (h, w, 3) as the taggers were trained on it: (1, side, side, 3) float32, BGR, 0 to 255.

    It is padded to a square with white, in its middle, and resized with a bicubic filter.
    """
    from PIL import Image

    height, width = image.shape[:2]
    side = max(height, width)
    square = np.full((side, side, 3), 255, np.uint8)
    top, left = (side - height) // 2, (side - width) // 2
    square[top : top + height, left : left + width] = image
    sized = Image.fromarray(square).resize((handle.side, handle.side), Image.Resampling.BICUBIC)
    return np.ascontiguousarray(np.asarray(sized, np.float32)[None, :, :, ::-1])


@measure("tagger", rev=1, takes=Pixels("RGB", 720), model=ModelUse(load_tagger, prepare_tagger))
def picture_tags(
    handle: Tagger, batch: Sequence[NDArray[np.float32]], *, model: Annotated[str, ModelOf("tagger")]
) -> Sequence[dict[str, Any]]:
    """For each picture {"general": {name: p}, "character": {...}, "rating": {...}}, names as Danbooru writes them.

    Probabilities from 0 to 1 to 4 decimals, the most likely first; those under 0.1 are left out, but for ratings. One
    picture at a time goes through the model, so that none changes the answer to another.
    """
    return [_told(handle, handle.session.run(None, {handle.input: picture})[0][0]) for picture in batch]


def _told(handle: Tagger, values: NDArray[np.float32]) -> dict[str, Any]:
    found: dict[str, dict[str, float]] = {category: {} for category in CATEGORIES.values()}
    for index in np.argsort(-values, kind="stable"):
        category, name = handle.tags[index]
        likely = round(float(values[index]), 4)
        if category in found and (likely >= FLOOR or category == "rating"):
            found[category][name] = likely
    return found


def _tags_in(files: ModelFiles) -> tuple[Tag, ...]:
    """The tags of the model, in the order of its outputs, from the list that comes with it."""
    path = files.folder / TAGS_FILE
    data = _read(path, files)
    try:
        rows = list(csv.DictReader(io.StringIO(data.decode("utf-8"), newline="")))
        return tuple((CATEGORIES.get(row["category"], "other"), row["name"]) for row in rows)
    except (ValueError, KeyError, TypeError, csv.Error) as error:
        raise _broken(files, f"{TAGS_FILE} is no list of tags: {error}") from error


def _read(path: Path, files: ModelFiles) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise problem(
            "no-tags",
            f"The model {files.entry.id} lacks its list of tags: {path} cannot be read ({error.strerror}).",
            f"Put {MODEL_FILE} and {TAGS_FILE} of {files.entry.origin or 'the model'} into the folder {files.entry.id} "
            "of your models folder (docs/models.md says where that is).",
            param="model",
            value=files.entry.id,
        ) from error
    if len(data) > MOST_BYTES:
        raise _broken(files, f"{TAGS_FILE} is larger than {MOST_BYTES >> 20} MB")
    return data


def _broken(files: ModelFiles, why: str) -> ProblemError:
    return problem(
        "broken-model",
        f"The model {files.entry.id} cannot be loaded: {why}.",
        f"Delete {files.folder} so that it is fetched again, or choose another model.",
        param="model",
        value=files.entry.id,
    )
