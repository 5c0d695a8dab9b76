"""Picture classifiers by transformers, timm's among them: a picture in, a probability a label out."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodegraph import ModelFiles, problem
from nodes.measures.quiet import no_progress_bar

Matrix = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Classifier:
    """A loaded classifier; `labels` in the order of its outputs."""

    model: Any
    processor: Any
    labels: tuple[str, ...]
    device: str
    processor_lock: threading.Lock = field(default_factory=threading.Lock)


def load_classifier(files: ModelFiles, device: str) -> Classifier:
    """Loads the classifier in `files.folder`: only local files, only safetensors, never code that came with the model.

    Raises ProblemError where it cannot be loaded.
    """
    from transformers import AutoImageProcessor, AutoModelForImageClassification

    local: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    from_pretrained: Any = AutoModelForImageClassification.from_pretrained  # its annotation names a private mixin
    try:
        with no_progress_bar():
            processor = AutoImageProcessor.from_pretrained(files.folder, **local)
            model = from_pretrained(files.folder, use_safetensors=True, **local)
    except Exception as error:  # transformers raises what it likes: all of it means that these files are no such model
        raise problem(
            "broken-model",
            f"The model {files.entry.id} cannot be loaded: {type(error).__name__}: {error}.",
            f"Delete {files.folder} so that it is fetched again, or choose another model.",
            param="model",
            value=files.entry.id,
        ) from error
    names = model.config.id2label
    labels = tuple(str(names[number]) for number in sorted(names))
    return Classifier(model.float().eval().requires_grad_(False).to(device), processor, labels, device)


def prepare_picture(handle: Classifier, image: NDArray[np.uint8]) -> Any:
    """The tensor (3, side, side) that the model wants for a picture (h, w, 3), by its own preprocessing."""
    from PIL import Image

    with handle.processor_lock:
        return handle.processor(images=Image.fromarray(image), return_tensors="pt")["pixel_values"][0]


def probabilities(handle: Classifier, batch: Sequence[Any]) -> Matrix:
    """Softmax over the labels, shape (n, labels)."""
    import torch

    with torch.inference_mode():
        logits = handle.model(pixel_values=torch.stack(list(batch)).to(handle.device)).logits
    return logits.float().softmax(dim=-1).cpu().numpy()
