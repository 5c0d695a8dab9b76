"""NSFW models: LAION's heads over CLIP embeddings, and classifiers that look at the picture itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from nodegraph import ModelFiles, ModelOf, ModelUse, Picture, measure, problem
from nodes.measures.classifier import LabelScorer, label_scores, load_label_scorer, prepare_scored
from nodes.measures.saved_model import SavedModel, read_saved_model

Matrix = NDArray[np.float32]

UNSAFE = ("nsfw", "unsafe", "porn", "hentai", "sexy", "explicit")
"""Labels that count as not safe where a model's catalogue entry does not name its own."""


@dataclass(frozen=True, slots=True)
class NsfwHead:
    """LAION's CLIP-NSFW head: some numbers of an embedding stand for categories, then all are normalised, then layers.

    `categories` maps a position of the embedding to what its number, written with six decimals, stands for; a number
    that is not there stands for 0. `layers` are weights (in, out) and biases (out,) with ReLU between them.
    """

    categories: dict[int, dict[str, int]]
    mean: Matrix
    deviation: Matrix
    layers: tuple[tuple[Matrix, Matrix], ...]

    @property
    def width(self) -> int:
        """How long the embeddings must be that it takes."""
        return self.layers[0][0].shape[0]


def nsfw_scores(head: NsfwHead, embeddings: Matrix) -> Matrix:
    """Probabilities, shape (n,), 0 to 1, that pictures with these unit embeddings (n, width) are not safe for work.

    LAION-AI/CLIP-based-NSFW-Detector, as AutoKeras runs it.
    """
    values = embeddings.astype(np.float32, copy=True)
    for place, numbers in head.categories.items():
        values[:, place] = [numbers.get(f"{number:f}", 0) for number in embeddings[:, place].tolist()]
    values = (values - head.mean) / head.deviation
    for weight, bias in head.layers[:-1]:
        values = np.maximum(values @ weight + bias, 0)
    weight, bias = head.layers[-1]
    half = np.float32(0.5)
    return half + half * np.tanh(half * (values @ weight + bias)[:, 0])  # the sigmoid, without exp's overflow


def load_nsfw_head(files: ModelFiles) -> NsfwHead:
    """The head in the model's folder, a zip as LAION published it. Raises ProblemError for what holds no such head."""
    path = files.folder / next((name for name in files.entry.files if name.endswith(".zip")), "head.zip")
    try:
        return _head_of(read_saved_model(path))
    except Exception as error:  # whatever a damaged file makes the reader raise, the answer is the same
        raise problem(
            "broken-model",
            f"The NSFW head {files.entry.id} cannot be loaded: {_said(path, error)}.",
            f"Delete {files.folder} so that it is fetched again.",
            param="head",
            value=files.entry.id,
        ) from error


def _said(path: Path, error: Exception) -> str:
    return f"there is no file {path}" if isinstance(error, FileNotFoundError) else f"{path.name}: {error}"


def _head_of(saved: SavedModel) -> NsfwHead:
    encoded = [place for place, how in enumerate(saved.settings["MultiCategoryEncoding"]["encoding"]) if how != "none"]
    if len(encoded) != len(saved.lookups):
        raise ValueError(f"{len(encoded)} numbers stand for categories and {len(saved.lookups)} tables say for which")
    variables, layers, number = saved.variables, [], 2
    while f"layer_with_weights-{number}/kernel" in variables:
        layers.append(
            (variables[f"layer_with_weights-{number}/kernel"], variables[f"layer_with_weights-{number}/bias"])
        )
        number += 1
    mean, variance = (variables[f"layer_with_weights-1/{name}"] for name in ("mean", "variance"))
    widths = [weight.shape[1] for weight, _bias in layers]
    taken = [weight.shape[0] for weight, _bias in layers]
    if not layers or widths[-1] != 1 or taken != [mean.size, *widths[:-1]] or max(encoded, default=0) >= mean.size:
        raise ValueError("its layers do not fit each other")
    tables = [dict(zip(table.keys, table.values.tolist(), strict=True)) for table in saved.lookups]
    return NsfwHead(
        categories=dict(zip(encoded, tables, strict=True)),
        mean=mean,
        deviation=np.maximum(np.sqrt(variance), np.float32(1e-7)),  # Keras's own guard against a variance of nothing
        layers=tuple(layers),
    )


def load_nsfw_classifier(files: ModelFiles, device: str) -> LabelScorer:
    """Loads the classifier in `files.folder`. Raises ProblemError, also for one with no label that means "not safe"."""
    return load_label_scorer(files, device, UNSAFE)


@measure("nsfw.classifier", rev=1, takes=Picture("RGB", None), model=ModelUse(load_nsfw_classifier, prepare_scored))
def nsfw_classifier(
    handle: LabelScorer, batch: Sequence[Any], *, model: Annotated[str, ModelOf("nsfw-classifier")]
) -> Sequence[float]:
    """Probabilities, 0 to 1, of the labels that mean "not safe for work" together."""
    return label_scores(handle, batch)
