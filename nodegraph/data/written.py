"""What programs and cameras wrote into a picture file: EXIF, comments, the prompt of a picture that was generated."""

from __future__ import annotations

import io
import math
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from nodegraph.data.recipe import Recipe
from nodegraph.data.source_file import read_source, refusals

if TYPE_CHECKING:
    from PIL.ImageFile import ImageFile

MOST_ENTRIES = 100
MOST_LETTERS = 10_000
"""Of a text so much is read: it is for people."""

_POINTERS = frozenset(
    {"ExifOffset", "GPSInfo", "InteroperabilityOffset", "ExifInteroperabilityOffset", "StripOffsets", "StripByteCounts"}
)
_CHARSETS = {b"ASCII\0\0\0": "ascii", b"UNICODE\0": "utf-16-be", b"JIS\0\0\0\0\0": "iso2022_jp"}


def written_in(path: str | os.PathLike[str], recipe: Recipe) -> dict[str, str]:
    """The texts by their names, those of the format first, then EXIF by the names of its tags; where it was taken not.

    Raises Unreadable or Unavailable.
    """
    source = read_source(path, recipe)
    image = source.open(io.BytesIO(source.data), recipe)
    found: dict[str, str] = {}
    with refusals():
        for name, value in _entries(image):
            text = _text(value)
            if text and len(found) < MOST_ENTRIES:
                found.setdefault(name, text)
    return found


def _entries(image: ImageFile) -> Iterator[tuple[str, Any]]:
    from PIL import ExifTags

    for key, value in image.info.items():
        if isinstance(value, str) and isinstance(key, str) and not key.startswith(("XML:", "Raw profile")):
            yield key, value
        elif key == "comment" and isinstance(value, bytes):
            yield "comment", value.decode("utf-8", "replace")
    tags = image.getexif()
    for block in (tags, tags.get_ifd(ExifTags.IFD.Exif)):
        for tag, value in block.items():
            name = ExifTags.TAGS.get(tag, "")
            if name == "UserComment" and isinstance(value, bytes):
                yield name, value[8:].decode(_CHARSETS.get(value[:8], "utf-8"), "replace")
            elif name and name not in _POINTERS and not isinstance(value, bytes):
                yield name, value


def _text(value: Any) -> str:
    """A value as a person reads it; "" for what is none for people."""
    if isinstance(value, str):
        return value.replace("\0", "").strip()[:MOST_LETTERS]
    if isinstance(value, tuple):
        parts = [_text(part) for part in value[:4]]  # pyright: ignore[reportUnknownVariableType]
        return ", ".join(parts) if len(value) <= 4 and all(parts) else ""  # pyright: ignore[reportUnknownArgumentType]
    try:
        number = float(value)
    except (TypeError, ValueError, ArithmeticError):
        return ""
    return f"{number:g}" if math.isfinite(number) else ""
