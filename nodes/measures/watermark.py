"""Watermarks: how likely text or a logo was laid over a picture, by a classifier."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from nodegraph import ModelFiles, ModelOf, ModelUse, Picture, measure
from nodes.measures.classifier import LabelScorer, label_scores, load_label_scorer, prepare_scored

MARKED = ("watermark", "watermarked")
"""Labels that count where a model's catalogue entry does not name its own."""


def load_watermark_classifier(files: ModelFiles, device: str) -> LabelScorer:
    """Loads the classifier in `files.folder`. Raises ProblemError, also for one with no label for watermarks."""
    return load_label_scorer(files, device, MARKED)


@measure("watermark", rev=1, takes=Picture("RGB", None), model=ModelUse(load_watermark_classifier, prepare_scored))
def watermark(
    handle: LabelScorer, batch: Sequence[Any], *, model: Annotated[str, ModelOf("watermark-classifier")]
) -> Sequence[float]:
    """Probabilities, 0 to 1, that pictures bear a watermark."""
    return label_scores(handle, batch)
