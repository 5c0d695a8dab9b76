"""Splits by name: which part of a data set a folder or file holds, as the Hugging Face `datasets` library reads it."""

from __future__ import annotations

import re

_WORDS = {
    "train": "train",
    "training": "train",
    "validation": "validation",
    "valid": "validation",
    "val": "validation",
    "dev": "validation",
    "test": "test",
    "testing": "test",
    "eval": "test",
    "evaluation": "test",
}  # fmt: skip


def split_of(rid: str) -> str | None:
    """The split that a path below a data set names: by its first folder of such a name, else by its file's first word.

    "train/cat/1.jpg" and "data/train-00000-of-00003.parquet" are "train". None where nothing is said.
    """
    *folders, file = rid.split("/")
    for folder in folders:
        if split := _WORDS.get(folder.lower()):
            return split
    if file.lower().endswith((".parquet", ".tar")):
        return _WORDS.get(re.split(r"[-_.\d]", file.lower(), maxsplit=1)[0])
    return None
