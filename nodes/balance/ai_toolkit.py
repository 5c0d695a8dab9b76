"""Buckets of ai-toolkit: there is no list, each picture makes its own. Pure.

After the description of its `toolkit/buckets.py` from 2025 on; before that it chose from a list of SDXL's sizes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import product

from nodes.balance.placement import Placement, Size


@dataclass(frozen=True, slots=True)
class AiToolkit:
    """The settings of ai-toolkit that decide on buckets: pixels a side, and what sides are a multiple of."""

    resolution: int
    divisibility: int = 16

    def place(self, width: int, height: int) -> Placement:
        """Where a picture of this size goes. A picture smaller than the resolution is not enlarged to it."""
        bucket = self._bucket(width, height)
        scale = max(bucket[0] / width, bucket[1] / height)
        scaled = (math.ceil(width * scale - 1e-9), math.ceil(height * scale - 1e-9))
        return Placement((width, height), scaled, bucket)

    def _bucket(self, width: int, height: int) -> Size:
        most = self.resolution**2
        target = min(width * height, most)
        scale = math.sqrt(target / (width * height))
        sides = [self._around(side * scale) for side in (width, height)]
        fitting = [(w, h) for w, h in product(*sides) if w * h <= most]
        # the smaller of two that are as near; a strip so thin that nothing fits keeps its smallest
        return min(fitting, key=lambda one: abs(one[0] * one[1] - target)) if fitting else (sides[0][0], sides[1][0])

    def _around(self, length: float) -> tuple[int, int]:
        step = self.divisibility
        # what is whole but for the error of the square root is whole
        steps = round(length / step, 9)
        return max(step, math.floor(steps) * step), max(step, math.ceil(steps) * step)
