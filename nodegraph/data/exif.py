"""EXIF orientation: how a stored picture is to be turned, read with no more of EXIF than that takes."""

from __future__ import annotations

ORIENTATION = 274
_SHORT, _LONG = 3, 4


def orientation(exif: bytes) -> int:
    """The orientation in a block of EXIF, 1 to 8; 1 (upright) when there is none or it makes no sense.

    Only the first directory is looked at, and only a number of the right type counts: broken blocks are common.
    """
    block = exif.removeprefix(b"Exif\0\0")
    order = {b"II": "little", b"MM": "big"}.get(block[:2])
    if order is None:
        return 1

    def number(at: int, size: int) -> int:
        return int.from_bytes(block[at : at + size], "little" if order == "little" else "big")

    start = number(4, 4)
    for index in range(number(start, 2)):
        at = start + 2 + 12 * index
        if at + 12 > len(block):
            break
        if number(at, 2) == ORIENTATION:
            kind, count = number(at + 2, 2), number(at + 4, 4)
            value = number(at + 8, {_SHORT: 2, _LONG: 4}.get(kind, 0))
            return value if count == 1 and 1 <= value <= 8 else 1
    return 1
