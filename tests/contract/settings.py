"""What some nodes need to be told before they can run at all. The others run as they are dropped on the canvas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "caption/template": {"trigger": "ohwx"},
    "clip/labels": {"labels": ["a cat", "a dog"]},
    "clip/score": {"prompts": ["a red circle"]},
    "export/kohya": {"class_tokens": "ohwx scene"},
    "filter/expression": {"condition": "number > 0.3"},
    "filter/flag": {"columns": ["flag"]},
    "score/composite": {"terms": ["number:2", "-second_number"]},
}
