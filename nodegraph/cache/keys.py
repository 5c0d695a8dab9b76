"""Keys: what a remembered value is remembered under."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MeasureKey:
    """A measure with its settings and the revision of its model: what a value depends on besides the content.

    `settings` is canonical JSON (sorted keys, no spaces), "" when the measure has none; `model_revision` is "" without
    a model, else `ModelFiles.identity`.
    """

    name: str
    rev: int
    settings: str = ""
    model_revision: str = ""


def content_key(cid: str, recipe: str = "") -> str:
    """The content that values belong to: `cid` itself, or with `recipe` where the file is not decoded by default.

    A cid is hexadecimal, so no two pairs give one key.
    """
    return f"{cid}+{recipe}" if recipe else cid
