"""What some nodes need to be told before they can run at all. The others run as they are dropped on the canvas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "aesthetic/score": {"head": "stand-in-aesthetic", "model": "demo-clip"},
    "caption/tagger": {"model": "stand-in-tagger"},
    "caption/template": {"trigger": "ohwx"},
    "clip/labels": {"labels": ["a cat", "a dog"]},
    "clip/score": {"prompts": ["a red circle"]},
    "export/kohya": {"class_tokens": "ohwx scene"},
    "faces/count": {"model": "stand-in-detector"},
    "faces/focus": {"model": "stand-in-detector"},
    "filter/expression": {"condition": "number > 0.3"},
    "filter/flag": {"columns": ["flag"]},
    "inspect/t5_tokens": {"tokenizer": "stand-in-tokenizer"},
    "privacy/blur_faces": {"model": "stand-in-detector"},
    "quality/watermark": {"model": "stand-in-watermark"},
    "safety/nsfw": {"model": "stand-in-nsfw"},
    "safety/nsfw_clip": {"head": "stand-in-nsfw-head", "model": "demo-clip"},
    "score/composite": {"terms": ["number:2", "-second_number"]},
    "text/perplexity": {"model": "stand-in-language-model"},
}
