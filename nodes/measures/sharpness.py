"""Sharpness of one picture: the variance of its Laplacian."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nodegraph import Pixels, measure


@measure("sharpness", rev=1, takes=Pixels("L", 512))
def sharpness(image: NDArray[np.uint8]) -> float:
    """Variance of the Laplacian of the grey picture (h, w), in squared grey levels; larger is sharper.

    The Laplacian has four neighbours and mirrors the picture at its border. Pech-Pacheco et al., "Diatom autofocusing
    in brightfield microscopy" (2000). The sums are integers, so the value is the same on every machine.
    """
    padded = np.pad(image.astype(np.int16), 1, mode="reflect" if min(image.shape) > 1 else "edge")
    laplacian = padded[:-2, 1:-1] + padded[2:, 1:-1] + padded[1:-1, :-2] + padded[1:-1, 2:] - 4 * padded[1:-1, 1:-1]
    total = int(laplacian.sum(dtype=np.int64))
    squares = int(np.square(laplacian, dtype=np.int32).sum(dtype=np.int64))
    count = laplacian.size
    return (squares * count - total * total) / (count * count)
