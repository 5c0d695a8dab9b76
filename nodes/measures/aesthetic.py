"""Aesthetic heads: the small networks of LAION that give a CLIP image embedding a score."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodegraph import ModelFiles, problem

Matrix = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Head:
    """Linear layers one after the other, without activations between them: weights (out, in) and biases (out,)."""

    layers: tuple[tuple[Matrix, Matrix], ...]

    @property
    def width(self) -> int:
        """How long the embeddings must be that it takes."""
        return self.layers[0][0].shape[1]


def aesthetic_scores(head: Head, embeddings: Matrix) -> NDArray[np.float32]:
    """Scores, shape (n,), of unit embeddings (n, width); about 1 to 10, most pictures 4 to 6.

    LAION-AI/aesthetic-predictor (v1, one layer) and christophschuhmann/improved-aesthetic-predictor (v2, five layers
    with dropout between them, which does nothing when a score is taken).
    """
    values = embeddings
    for weight, bias in head.layers:
        values = values @ weight.T + bias
    return values[:, 0]


def load_head(files: ModelFiles) -> Head:
    """The head in the model's folder. Raises ProblemError for files that hold no such head."""
    path = _weights_file(files)
    try:
        state = _read_state(path)
        layers = tuple(
            (np.asarray(state[f"{name}weight"], np.float32), np.asarray(state[f"{name}bias"], np.float32))
            for name in sorted((key.removesuffix("weight") for key in state if key.endswith("weight")), key=_number)
        )
        if not layers or layers[-1][0].shape[0] != 1:
            raise ValueError("its last layer does not give one number")
    except Exception as error:  # whatever a damaged file makes the reader raise, the answer is the same
        raise _broken(files, f"{path.name}: {error}") from error
    return Head(layers)


def _weights_file(files: ModelFiles) -> Path:
    named = files.entry.details.get("weights")
    patterns = [str(named)] if named else [*files.entry.files, "*.safetensors", "*.pth"]
    for pattern in patterns:
        for path in sorted(files.folder.rglob("*")):
            relative = path.relative_to(files.folder).as_posix()
            if path.suffix in (".pth", ".safetensors") and fnmatch(relative, pattern):
                return path
    raise _broken(files, f"there is no file {' or '.join(patterns)} in {files.folder}")


def _read_state(path: Path) -> dict[str, Any]:
    if path.suffix == ".safetensors":
        from safetensors.numpy import load_file

        return load_file(path)
    import torch

    # weights_only: a pickle that holds anything but tensors is refused, so no code of the file ever runs
    return {name: tensor.numpy() for name, tensor in torch.load(path, map_location="cpu", weights_only=True).items()}


def _number(name: str) -> int:
    found = re.search(r"\d+", name)
    return int(found.group()) if found else 0


def _broken(files: ModelFiles, why: str) -> Exception:
    return problem(
        "broken-model",
        f"The aesthetic head {files.entry.id} cannot be loaded: {why}.",
        f"Delete {files.folder} so that it is fetched again.",
        param="head",
        value=files.entry.id,
    )
