"""Buckets of OneTrainer (`AspectBucketing` of its library mgds): the list, and where a picture goes. Pure, exact."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

from nodes.balance.placement import Placement, Size

ASPECTS = (1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0, 3.5, 4.0)


@dataclass(frozen=True, slots=True)
class OneTrainer:
    """The settings of OneTrainer that decide on buckets: pixels a side, and the step its model type fixes."""

    resolution: int
    quantization: int = 64

    def buckets(self) -> tuple[Size, ...]:
        """The buckets there are, sorted."""
        return tuple(sorted(_buckets(self.resolution, self.quantization)))

    def place(self, width: int, height: int) -> Placement:
        """Where a picture of this size goes: to the nearest height / width, enlarged or made smaller to cover it."""
        aspect = height / width
        bucket = min(
            _buckets(self.resolution, self.quantization),
            key=lambda one: abs((one[1] / one[0] if one[0] else math.inf) - aspect),
        )
        if min(bucket) == 0:
            return Placement((width, height), (width, height), bucket)
        if aspect > bucket[1] / bucket[0]:
            scaled = (bucket[0], round(height * (bucket[0] / width)))
        else:
            scaled = (round(width * (bucket[1] / height)), bucket[1])
        return Placement((width, height), scaled, bucket)


@lru_cache(maxsize=64)
def _buckets(resolution: int, step: int) -> tuple[Size, ...]:
    """Nine shapes and the same turned, of the area of `resolution`², each side rounded to `step` (half to even)."""
    found: dict[Size, None] = {}
    exact = [(1.0 / math.sqrt(aspect) * resolution, aspect / math.sqrt(aspect) * resolution) for aspect in ASPECTS]
    for width, height in [(w, h) for h, w in exact] + exact:
        found[round(width / step) * step, round(height / step) * step] = None
    return tuple(found)
