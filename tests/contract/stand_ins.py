"""Models of random weights in the place of those that are too large to come along: the nodes run, on no real scores."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from nodegraph import ModelEntry
from tests.nodes.saved_models import save_nsfw_head
from tests.nodes.test_aesthetic import save_head
from tests.nodes.test_caption_statistics import save_tokenizer
from tests.nodes.test_faces import save_detector
from tests.nodes.tiny_models import save_gpt2, save_vit_classifier
from tests.nodes.tiny_taggers import TAGS, save_tagger

WIDTH = 128  # of the demo CLIP's embeddings

DETAILS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "stand-in-aesthetic": ("aesthetic-head", {"version": "v2", "clip": ["demo-clip"], "width": WIDTH}),
    "stand-in-detector": ("face-detector", {}),
    "stand-in-language-model": ("language-model", {}),
    "stand-in-nsfw": ("nsfw-classifier", {}),
    "stand-in-nsfw-head": ("nsfw-head", {"clip": ["demo-clip"], "width": WIDTH}),
    "stand-in-tagger": ("tagger", {}),
    "stand-in-tokenizer": ("tokenizer", {}),
    "stand-in-watermark": ("watermark-classifier", {}),
}


def save_all(home: Path) -> dict[str, ModelEntry]:
    """Saves each into a folder of its name below `home`, as somebody would by hand, and gives their entries."""
    for name in DETAILS:
        (home / name).mkdir(parents=True)
    save_head(home / "stand-in-aesthetic", WIDTH, 4)
    save_detector(home / "stand-in-detector")
    save_gpt2(home / "stand-in-language-model")
    save_vit_classifier(home / "stand-in-nsfw", ["NSFW", "SFW"])
    layer = (np.full((WIDTH, 1), 0.5, np.float32), np.zeros(1, np.float32))
    numbers = np.zeros(WIDTH, np.float32)
    save_nsfw_head(home / "stand-in-nsfw-head" / "head.zip", [layer], numbers, numbers + 1, {})
    weights = np.random.default_rng(3).normal(size=(3, len(TAGS))).tolist()
    save_tagger(home / "stand-in-tagger", weights, [0.0] * len(TAGS))
    save_tokenizer(home / "stand-in-tokenizer")
    save_vit_classifier(home / "stand-in-watermark", ["No Watermark", "Watermark"])
    return {
        name: ModelEntry(
            name,
            kind,
            name,
            "none",
            1,
            repo=f"nobody/{name}",
            revision="0" * 40,
            details=details,
            files=tuple(sorted(path.name for path in (home / name).iterdir())),
        )
        for name, (kind, details) in DETAILS.items()
    }
