"""Buckets of kohya's sd-scripts (musubi-tuner has its own): the list, and where a picture goes. Pure, exact to a pixel.

After `make_bucket_resolutions` and `BucketManager.select_bucket` of sd-scripts, quirks included.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

from nodes.balance.placement import Placement, Size


@dataclass(frozen=True, slots=True)
class SdScripts:
    """The settings of sd-scripts that decide on buckets, by the names of its dataset_config.toml.

    `resolution` in pixels a side or as width and height; `min_bucket_reso` and `max_bucket_reso` are made multiples of
    `bucket_reso_steps` and never leave the resolution out. Both are ignored with `bucket_no_upscale`.
    """

    resolution: Size
    min_bucket_reso: int = 256
    max_bucket_reso: int = 1024
    bucket_reso_steps: int = 64
    bucket_no_upscale: bool = False

    def buckets(self) -> tuple[Size, ...]:
        """The buckets there are, sorted; empty with `bucket_no_upscale`, where pictures make them."""
        if self.bucket_no_upscale:
            return ()
        steps = self.bucket_reso_steps
        low = min(self.min_bucket_reso - self.min_bucket_reso % steps, *self.resolution)
        high = max(self.max_bucket_reso + -self.max_bucket_reso % steps, *self.resolution)
        return make_bucket_resolutions(self.resolution, max(low, 1), high, steps)

    def place(self, width: int, height: int) -> Placement:
        """Where a picture of this size goes."""
        if self.bucket_no_upscale:
            return _own_bucket(self.resolution, self.bucket_reso_steps, (width, height))
        return nearest(self.buckets(), (width, height))


@lru_cache(maxsize=64)
def make_bucket_resolutions(
    resolution: Size, min_size: int = 256, max_size: int = 1024, steps: int = 64
) -> tuple[Size, ...]:
    """All buckets of at most the area of `resolution` with sides from `min_size` to `max_size`, sorted.

    Widths are `min_size` and multiples of `steps` above it, heights the largest multiple that fits. The square is
    always there.
    """
    area = resolution[0] * resolution[1]
    side = int(math.sqrt(area) // steps) * steps
    found = {(side, side)}
    for width in range(min_size, max_size + 1, steps):
        height = min(max_size, (area // width) // steps * steps)
        if height >= min_size:
            found |= {(width, height), (height, width)}
    return tuple(sorted(found))


def nearest(buckets: tuple[Size, ...], size: Size) -> Placement:
    """The bucket of exactly this size, else the first of those whose width / height is nearest; scaled to cover it."""
    width, height = size
    aspect = width / height
    bucket = size if size in buckets else min(buckets, key=lambda one: abs(one[0] / one[1] - aspect))
    if min(bucket) == 0:
        return Placement(size, size, bucket)
    scale = bucket[1] / height if aspect > bucket[0] / bucket[1] else bucket[0] / width
    return Placement(size, (int(width * scale + 0.5), int(height * scale + 0.5)), bucket)


def _own_bucket(resolution: Size, steps: int, size: Size) -> Placement:
    """With `bucket_no_upscale`: a picture that is too large is scaled to the area, then both sides are cut to steps."""
    width, height = size
    area = resolution[0] * resolution[1]
    scaled = size
    if width * height > area:
        aspect = width / height
        exact = math.sqrt(area * aspect)
        by_width, by_height = _stepped(exact, steps), _stepped(area / exact, steps)
        if not by_width or not by_height:  # sd-scripts stops at such a picture with a division by zero
            return Placement(size, size, (by_width, by_height))
        aside, above = _stepped(by_height * aspect, steps), _stepped(by_width / aspect, steps)
        if not above:
            return Placement(size, size, (by_width, above))
        if abs(by_width / above - aspect) < abs(aside / by_height - aspect):
            scaled = (by_width, int(by_width / aspect + 0.5))
        else:
            scaled = (int(by_height * aspect + 0.5), by_height)
    return Placement(size, scaled, (scaled[0] - scaled[0] % steps, scaled[1] - scaled[1] % steps))


def _stepped(length: float, steps: int) -> int:
    whole = int(length + 0.5)
    return whole - whole % steps
