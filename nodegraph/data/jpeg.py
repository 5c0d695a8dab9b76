"""JPEG: scaled decoding, the quality it was saved with, and damage that the decoder keeps to itself."""

from __future__ import annotations

import io
import re
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nodegraph.measures import REDUCED_SIDE

if TYPE_CHECKING:
    from PIL.ImageFile import ImageFile

END_OF_IMAGE = b"\xff\xd9"
# In compressed data an FF is followed by 00, by a restart marker, or by another FF that fills.
_MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
_START_OF_SCAN = 0xDA
_SLACK = 4
_UNTOUCHED = (1, 254, 3)

# Table K.1 of ITU-T T.81, row by row.
_LUMINANCE = (
    16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29,
    51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121,
    120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
)  # fmt: skip


def draft(image: ImageFile) -> int:
    """Makes the decoder give the smallest of 1/1 to 1/8 whose long side is at least 720; returns the divisor."""
    width, height = image.size
    divisor = next(d for d in (8, 4, 2, 1) if d == 1 or -(-max(width, height) // d) >= REDUCED_SIDE)
    if divisor > 1:
        image.draft(None, (max(1, width // divisor), max(1, height // divisor)))
    return max(1, round(width / image.width))


class WatchedScan(io.BytesIO):
    """A JPEG that notices while it is decoded whether its compressed data fit its picture.

    libjpeg only warns of corrupt data, and Pillow drops the warning. But damage changes how many bits the picture
    takes: then the decoder is done before it asked for the last bytes, or has rows left when only the end marker is
    left. The end is therefore held back until it is asked for. Costs nothing; says nothing of progressive files, which
    are decoded in several passes over the whole, nor of damage that happens to take as many bits: with 30 bytes
    overwritten, 152 of 217 photographs were noticed, and of 868 sound ones none was.
    """

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self._end = end_of_only_scan(data)
        self._image: ImageFile | None = None
        self._watched_row: int | None = None
        self._asked = False
        self._late = False

    def watch(self, image: ImageFile, divisor: int) -> None:
        """Starts to watch `image`, which decodes from this file at 1/`divisor`. Call just before it loads."""
        from PIL import Image

        if self._end is None or "progressive" in image.info:
            return
        self._image = image
        rows = 8 * max((layer[2] for layer in getattr(image, "layer", ())), default=2) // divisor
        if image.mode == "RGB" and image.height > 2 * rows:
            # At the end only the last row of blocks and what smoothing holds back may be missing.
            self._watched_row = row = image.height - 2 * rows - 1
            canvas = Image.new("RGB", (image.width, image.height), None)
            canvas.paste(_UNTOUCHED, (0, row, image.width, row + 1))
            image.im = canvas.im

    @property
    def damaged(self) -> bool:
        """Whether the data ended too early or too late. Known once the image is loaded."""
        return self._image is not None and (self._late or not self._asked)

    def read(self, size: int | None = -1, /) -> bytes:
        """The next bytes, the end only when nothing before it is left."""
        if self._image is not None and self._end is not None:
            left = self._end - self.tell()
            if left > 0:
                return super().read(left if size is None or size < 0 else min(left, size))
            if not self._asked:
                self._asked = True
                self._late = self._row_is_untouched()
        return super().read(size)

    def _row_is_untouched(self) -> bool:
        if self._image is None or self._watched_row is None:
            return False
        box = (0, self._watched_row, self._image.width, self._watched_row + 1)
        return self._image.im.crop(box).getcolors(1) == [(self._image.width, _UNTOUCHED)]


def end_of_only_scan(data: bytes) -> int | None:
    """Where the one scan of a JPEG ends, some bytes early to allow for padding; None when it has several or no end."""
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == _START_OF_SCAN:
            end = _MARKER.search(data, at)
            return max(at, end.start() - _SLACK) if end and end[0] == END_OF_IMAGE else None
    return None


def closed(data: bytes) -> bytes:
    """A JPEG that is cut short, with an end marker; a segment that is not whole at its end is left out."""
    last = max((found.start() for found in _MARKER.finditer(data)), default=len(data))
    if last + 2 + int.from_bytes(data[last + 2 : last + 4], "big") > len(data):
        # The decoder would take the end marker for data of that segment.
        data = data[:last]
    return data + END_OF_IMAGE


def quality(tables: Any) -> int | None:
    """The IJG quality, 1 to 100, whose luminance table is nearest to that of the file; None when it has none.

    `tables` is Pillow's `quantization`. Exact for encoders that scale Table K.1 as libjpeg does, else an estimate.
    """
    first = tables.get(0) if tables else None
    if first is None or len(first) != 64:
        return None
    distance = np.abs(luminance_tables() - np.asarray(first, np.int64)).sum(axis=1)
    # The nearest, and of equals the highest: many tables of low quality are all 255.
    return int(100 - np.argmin(distance[::-1]))


@cache
def luminance_tables() -> NDArray[np.int64]:
    """The luminance tables of libjpeg's qualities 1 to 100, each row by row, shape (100, 64)."""
    quality = np.arange(1, 101)[:, None]
    scale = np.where(quality < 50, 5000 // quality, 200 - 2 * quality)
    return np.clip((np.asarray(_LUMINANCE) * scale + 50) // 100, 1, 255)
