"""Quality statistics of one picture, on the definitions of CleanVision 0.3.7: brightness, entropy, edges."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodegraph import Pixels, measure
from nodegraph.measures import REDUCED_SIDE

EDGE_SIDE = 64
"""CleanVision judges blur on a picture whose longer side is at most this."""

REDUCING_GAP = 3.0
"""A picture at least twice as large as this many times that size is averaged in blocks before it is resized, which
takes half the time. Of 2,279 files the score changed by 0.0008 on the average and no flag changed."""

SAMPLE, MARGIN = 8192, 120
"""Pixels that are looked at to guess where a percentile lies, and how many of them more on either side."""

RED, GREEN, BLUE = 241, 691, 68
"""Weights of perceived brightness in thousandths: sqrt(.241 R² + .691 G² + .068 B²)."""


@measure("quality", rev=2, takes=Pixels("RGB", None))
def quality(image: NDArray[np.uint8]) -> dict[str, float]:
    """Raw statistics from which the quality scores are made; the thresholds belong to the node.

    `brightness_5`, `brightness_99`  percentiles of pixel brightness, 0 to 1
    `entropy`                        bits, of the histogram of all three bands together (PIL `Image.entropy`), 0 to 9.6
    `edges`                          standard deviation of the edge picture at 64 px, grey levels
    `histogram`                      standard deviation of the counts of the grey histogram at 64 px

    A picture of at most 720 px is measured pixel by pixel and gives CleanVision's own numbers; above 384 px the two of
    the 64 px picture are nearly its own (see `REDUCING_GAP`). A larger one is measured on its reduced decode, halved
    once more: averaging pixels takes noise away, so its percentiles and entropy differ a little from those of the full
    picture.
    """
    from PIL import Image

    picture = Image.fromarray(image)
    if max(picture.size) > REDUCED_SIDE:
        picture = picture.reduce(2)
        image = np.asarray(picture)
    dark_end, light_end = brightness_percentiles(image, (5, 99))
    return {
        "brightness_5": dark_end,
        "brightness_99": light_end,
        "entropy": float(picture.entropy()),
        **_edge_statistics(picture),
    }


def brightness_percentiles(image: NDArray[np.uint8], percents: tuple[int, ...]) -> list[float]:
    """Percentiles, 0 to 1, of the brightness of an RGB picture (h, w, 3), interpolated linearly as numpy does.

    Brightness squared is kept as an exact integer and only the pixels at the percentiles take a root.
    """
    flat = image.reshape(-1, 3)
    squares = np.zeros(len(flat), np.uint32)
    for band, weight in enumerate((RED, GREEN, BLUE)):
        levels = flat[:, band].astype(np.uint32)
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

    A sorted sample tells about where they lie, so that only the values around that place are put in order. Where it
    tells wrong all are put in order: the result is exact either way.
    """
    place = rank * sample.size // values.size
    low, high = sample[max(place - MARGIN, 0)], sample[min(place + MARGIN, sample.size - 1)]
    below, following = int(np.count_nonzero(values < low)), min(rank + 1, values.size - 1)
    near = values[(values >= low) & (values <= high)]
    if not below <= rank <= following < below + near.size:
        near, below = values, 0
    return np.sort(near)[[rank - below, following - below]]


def _edge_statistics(picture: Any) -> dict[str, float]:
    from PIL import ImageFilter, ImageStat

    ratio = max(picture.size) / EDGE_SIDE
    if ratio > 1:
        size = max(int(picture.width // ratio), 1), max(int(picture.height // ratio), 1)
        picture = picture.resize(size, reducing_gap=REDUCING_GAP)
    grey = picture.convert("L")
    edges = ImageStat.Stat(grey.filter(ImageFilter.FIND_EDGES))
    return {"edges": float(np.sqrt(edges.var[0])), "histogram": float(np.std(grey.histogram()))}
