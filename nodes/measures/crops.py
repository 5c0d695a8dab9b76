"""What finds crops: hashes of many windows of a picture, and the small grey square in which a match is looked at.

A window's hash is the DCT hash of measures/hashes.py over that part of the picture, so that the hash of a crop is
near to that of the window it was cut from. All windows are projections of one square and cost two products of
matrices.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from nodegraph import Pixels, measure
from nodes.measures.hashes import LEAST_DETAIL

SQUARE = 64
"""The side of the grey square, in pixels."""

SHARES = (1.0, 0.92, 0.84, 0.76, 0.7)
STEP = 0.1
"""Windows keep these shares of width and height and lie a tenth of their own length apart. Of 292 photos cropped at
random to 70 % or more of their sides, a window came within 10 bits for 98.6 % or more, whatever the shape of the
crop."""


def intervals() -> NDArray[np.float64]:
    """Where windows lie along a side: rows of (start, length) as shares of it; the whole side first."""
    found: list[tuple[float, float]] = []
    for share in SHARES:
        count = 1 + int(np.ceil((1 - share) / (STEP * share) - 1e-9))
        found += [(float(start), share) for start in np.linspace(0, 1 - share, count)]
    return np.array(found)


@measure("grey_square", rev=2, takes=Pixels("L", 256))
def grey_square(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The picture in grey, 64 x 64, its sides stretched to the same length."""
    from PIL import Image

    # by areas: each pixel of the square is the mean of what it covers, as the windows' projections take it to be
    return np.asarray(Image.fromarray(pixels).resize((SQUARE, SQUARE), Image.Resampling.BOX))


@measure("picture_shape", rev=2, takes=Pixels("L", 256))
def picture_shape(pixels: NDArray[np.uint8]) -> float:
    """Width by height of the upright picture."""
    return pixels.shape[1] / pixels.shape[0]


@measure("window_hashes", rev=2, takes=Pixels("L", 256))
def window_hashes(pixels: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """The 64-bit DCT hashes of all windows, the whole picture first, then row by row of `intervals()` down and across.

    0 stands for a window with nothing to see in it: it is at 32 bits from every other hash.
    """
    square = grey_square(pixels).astype(np.float64)
    projections = _projections()
    count = len(projections) // 8
    blocks = (projections @ square @ projections.T).reshape(count, 8, count, 8).transpose(0, 2, 1, 3)
    values = blocks.reshape(count * count, 64)
    bits = values > np.median(values, axis=1, keepdims=True)
    hashes = np.packbits(bits, axis=1).view(">u8")[:, 0].astype(np.uint64)
    detail = 64 * np.median(np.abs(values[:, 1:]), axis=1)
    hashes[detail < LEAST_DETAIL] = 0
    return hashes


@cache
def _projections() -> NDArray[np.float64]:
    """The 8 lowest cosines over each interval, averaged over the pixels of the square: (8 * intervals, 64)."""
    edges = np.arange(SQUARE + 1) / SQUARE
    frequencies = np.pi * np.arange(1, 8)[:, None]
    rows: list[NDArray[np.float64]] = []
    for start, length in intervals():
        inside = np.clip((edges - start) / length, 0, 1)
        rows.append(np.diff(inside)[None, :])
        rows.append(np.diff(np.sin(frequencies * inside), axis=1) / frequencies)
    return np.concatenate(rows)
