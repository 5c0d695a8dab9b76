"""Picture classifiers by transformers, timm's among them: a picture in, a probability a label out."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nodegraph import ModelFiles, problem
from nodes.measures.quiet import no_progress_bar

if TYPE_CHECKING:
    from PIL import Image


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


@dataclass(frozen=True, eq=False)
class LabelScorer:
    """A loaded classifier, and the positions of those of its labels whose probability is the score."""

    classifier: Classifier
    counted: tuple[int, ...]


def load_label_scorer(files: ModelFiles, device: str, usual: Sequence[str]) -> LabelScorer:
    """Loads a classifier whose score is the probability of the labels that its catalogue entry names as `labels`.

    Where the entry names none, labels written like one of `usual` count; upper and lower case are the same.
    Raises ProblemError, also where it has no such label.
    """
    classifier = load_classifier(files, device)
    wanted = {str(name).casefold() for name in files.entry.details.get("labels", usual)}
    counted = tuple(place for place, label in enumerate(classifier.labels) if label.casefold() in wanted)
    if not counted:
        raise problem(
            "broken-model",
            f"The labels of {files.entry.id} are {', '.join(classifier.labels)}, "
            f"and none of them is {' or '.join(sorted(wanted))}.",
            "Choose another model.",
            param="model",
            value=files.entry.id,
        )
    return LabelScorer(classifier, counted)


def prepare_scored(handle: LabelScorer, picture: Image.Image, *, model: str) -> Any:
    """The tensor (3, side, side) that the model wants for an RGB picture, by its own preprocessing."""
    with handle.classifier.processor_lock:
        return handle.classifier.processor(images=picture, return_tensors="pt")["pixel_values"][0]


def label_scores(handle: LabelScorer, batch: Sequence[Any]) -> list[float]:
    """Probabilities, 0 to 1, of the labels that count together, for a batch of prepared pictures."""
    import torch

    used = handle.classifier
    with torch.inference_mode():
        logits = used.model(pixel_values=torch.stack(list(batch)).to(used.device)).logits
    return logits.float().softmax(dim=-1)[:, list(handle.counted)].sum(dim=1).cpu().tolist()
