"""Quality statistics of one picture, on the definitions of CleanVision 0.3.7: brightness and entropy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nodegraph import Picture, measure
from nodegraph.measures import REDUCED_SIDE

if TYPE_CHECKING:
    from PIL import Image

SAMPLE, MARGIN = 8192, 120
"""Pixels that are looked at to guess where a percentile lies, and how many of them further on to be sure."""

RED, GREEN, BLUE = 241, 691, 68
"""Weights of perceived brightness in thousandths: sqrt(.241 R² + .691 G² + .068 B²)."""


@measure("quality", rev=3, takes=Picture("RGB", None))
def quality(picture: Image.Image) -> dict[str, float]:
    """Raw statistics from which the quality scores are made; the thresholds belong to the node.

    `brightness_5`, `brightness_99`  percentiles of pixel brightness, 0 to 1
    `entropy`                        bits, of the histogram of all three bands together (PIL `Image.entropy`), 0 to 9.6

    A picture of at most 720 px is measured pixel by pixel and gives CleanVision's own numbers. A larger one is measured
    on its reduced decode, halved once more: averaging pixels takes noise away, so its percentiles and entropy differ a
    little from those of the full picture.
    """
    if max(picture.size) > REDUCED_SIDE:
        picture = picture.reduce(2)
    dark_end, light_end = brightness_percentiles(picture, (5, 99))
    return {"brightness_5": dark_end, "brightness_99": light_end, "entropy": float(picture.entropy())}


def brightness_percentiles(picture: Image.Image, percents: tuple[int, ...]) -> list[float]:
    """Percentiles, 0 to 1, of the brightness of an RGB picture, interpolated linearly as numpy does.

    Brightness squared is kept as an exact integer and only the pixels at the percentiles take a root.
    """
    pixels = np.frombuffer(picture.tobytes("raw", "RGBX"), "<u4")  # one number a pixel: bands are cut out of it fast
    squares = np.zeros(pixels.shape, np.uint32)
    for shift, weight in ((0, RED), (8, GREEN), (16, BLUE)):
        levels = (pixels >> np.uint32(shift)) & np.uint32(255)
        levels *= levels
        levels *= np.uint32(weight)
        squares += levels
    sample = np.sort(squares[:: max(1, squares.size // SAMPLE)])
    found: list[float] = []
    for percent in percents:
        at = percent / 100 * (squares.size - 1)
        low, high = (float(np.sqrt(square / 1000) / 255) for square in _neighbours(squares, sample, int(at)))
        found.append(low + (high - low) * (at - int(at)))
    return found


def _neighbours(values: NDArray[np.uint32], sample: NDArray[np.uint32], rank: int) -> NDArray[np.uint32]:
    """The values of this rank and the next (the last has none: itself again), counted from the smallest.

    A sorted sample tells about where they lie, so that only the values up to there, or from there on, are put in order.
    Where it tells wrong all are: the result is exact either way.
    """
    place = rank * sample.size // values.size
    following = min(rank + 1, values.size - 1)
    if rank < values.size // 2:
        near, below = values[values <= sample[min(place + MARGIN, sample.size - 1)]], 0
    else:
        near = values[values >= sample[max(place - MARGIN, 0)]]
        below = values.size - near.size
    if not below <= rank <= following < below + near.size:
        near, below = values, 0
    return np.sort(near)[[rank - below, following - below]]
