"""PNG: its chunks, the checksums that Pillow does not check, and orientation that may stand after the pixels."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Literal, NamedTuple

_CRITICAL = frozenset((b"IHDR", b"PLTE", b"IDAT", b"IEND"))


class Chunk(NamedTuple):
    """One chunk: its type and where its data are."""

    type: bytes
    start: int
    end: int


def chunks(data: bytes) -> Iterator[Chunk]:
    """The chunks of a PNG file as far as they are complete, up to IEND."""
    at = 8
    while at + 12 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        chunk = Chunk(data[at + 4 : at + 8], at + 8, at + 8 + length)
        if chunk.end + 4 > len(data):
            return
        yield chunk
        if chunk.type == b"IEND":
            return
        at = chunk.end + 4


def damage(data: bytes) -> Literal["truncated", "corrupt"] | None:
    """What is wrong with the file as a whole: no end, or a wrong checksum in a chunk that the picture needs."""
    view = memoryview(data)
    last = b""
    for chunk in chunks(data):
        last = chunk.type
        if chunk.type in _CRITICAL:
            stored = int.from_bytes(data[chunk.end : chunk.end + 4], "big")
            if zlib.crc32(view[chunk.start - 4 : chunk.end]) != stored:
                return "corrupt"
    return None if last == b"IEND" else "truncated"


def exif(data: bytes) -> bytes:
    """The eXIf chunk's data, wherever it stands; b"" when there is none."""
    return next((data[chunk.start : chunk.end] for chunk in chunks(data) if chunk.type == b"eXIf"), b"")
