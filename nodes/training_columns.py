"""Columns that say how a picture is trained on, `split` and `repeats`, read alike by all nodes."""

from __future__ import annotations

import math

TRAIN, VALIDATION = "train", "validation"
SPLIT_NAMES = {
    **dict.fromkeys((TRAIN, "training"), TRAIN),
    **dict.fromkeys((VALIDATION, "valid", "val", "dev"), VALIDATION),
}
"""What people call the splits that every trainer knows, in small letters."""

MOST_REPEATS = 1000


def usual_split(split: object) -> str:
    """The split under its usual name, however it is written; others as they are, and none is "train"."""
    text = "" if split is None else str(split).strip()
    return SPLIT_NAMES.get(text.lower(), text or TRAIN)


def repeats_of(value: object, otherwise: int) -> int:
    """How often an epoch shows a picture, 1 to 1000; `otherwise` for a value that is no number.

    Fractions are rounded; numbers may be written as text.
    """
    try:
        number = float(str(value))
    except ValueError:
        return otherwise
    return min(max(1, round(number)), MOST_REPEATS) if math.isfinite(number) else otherwise
