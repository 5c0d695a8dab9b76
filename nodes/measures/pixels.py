"""A picture's pixels in one word."""

from __future__ import annotations

from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from nodegraph import Pixels, measure


@measure("pixel_digest", rev=1, takes=Pixels("RGB", None))
def pixel_digest(pixels: NDArray[np.uint8]) -> str:
    """blake2b-128 over the size and the pixels of the reduced decode, hex."""
    size = ",".join(map(str, pixels.shape)).encode("ascii")
    return blake2b(size + np.ascontiguousarray(pixels).tobytes(), digest_size=16).hexdigest()
