"""Pictures for golden numbers, made of integer arithmetic so that they are the same on every machine."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Plane = NDArray[np.int64]


def golden_pictures() -> dict[str, Image.Image]:
    """Small pictures by name: usual ones, each fault of the quality node, and the smallest sizes."""
    return {
        "scene": _colour(180, 240, _scene),
        "noise": _colour(120, 160, _noise),
        "dark": _colour(150, 200, lambda x, y, band: _scene(x, y, band) // 6),
        "light": _colour(150, 200, lambda x, y, band: 255 - _noise(x, y, band) // 40),
        "flat": _colour(90, 90, lambda x, y, band: np.full_like(x, (40, 90, 160)[band])),
        "smooth": _colour(300, 400, lambda x, y, band: (x + y * (band + 1)) // 8 % 256),
        "wide": _colour(60, 400, _scene),
        "tall": _colour(300, 70, _noise),
        "largest": _colour(480, 720, _scene),
        "grey": Image.fromarray(_bytes(_scene(*_grid(170, 230), 0)), "L"),
        "grey_in_colour": Image.fromarray(_bytes(_scene(*_grid(170, 230), 0)), "L").convert("RGB"),
        "just_64": _colour(64, 48, _noise),
        "few_pixels": _colour(3, 5, _noise),
        "one_pixel": _colour(1, 1, _noise),
    }


def _grid(height: int, width: int) -> tuple[Plane, Plane]:
    y, x = np.mgrid[0:height, 0:width].astype(np.int64)
    return x, y


def _colour(height: int, width: int, band: Callable[[Plane, Plane, int], Plane]) -> Image.Image:
    x, y = _grid(height, width)
    return Image.fromarray(np.stack([_bytes(band(x, y, index)) for index in range(3)], axis=-1))


def _scene(x: Plane, y: Plane, band: int) -> Plane:
    shapes = ((x // 20 + y // 15) % 3) * 60 + ((x * x + y * y * (band + 2)) // 900) % 70
    return shapes + _noise(x, y, band) // 12


def _noise(x: Plane, y: Plane, band: int) -> Plane:
    mixed = (x * 73_856_093) ^ (y * 19_349_663) ^ ((band + 1) * 83_492_791)
    return (mixed * 2_654_435_761 >> 13) % 256


def _bytes(plane: Plane) -> NDArray[np.uint8]:
    return np.clip(plane, 0, 255).astype(np.uint8)
