"""Placements: the bucket a trainer puts a picture into, and what that costs it."""

from __future__ import annotations

from dataclasses import dataclass

Size = tuple[int, int]
"""Width and height in pixels."""


@dataclass(frozen=True, slots=True)
class Placement:
    """A picture of size `original` is scaled to `scaled` and cut to `bucket`; all are width and height in pixels.

    A bucket with a side of 0 is what a trainer makes of a picture that is too narrow for it, and cannot be trained on.
    """

    original: Size
    scaled: Size
    bucket: Size

    @property
    def usable(self) -> bool:
        """Whether there is anything left to train on."""
        return min(self.bucket) > 0

    @property
    def crop(self) -> float:
        """The share of the scaled picture that is cut off, from 0 to 1."""
        kept = min(self.bucket[0], self.scaled[0]) * min(self.bucket[1], self.scaled[1])
        return 1.0 - kept / (self.scaled[0] * self.scaled[1]) if min(self.scaled) > 0 else 1.0

    @property
    def scale(self) -> float:
        """By how much the picture is scaled: above 1 it is enlarged."""
        return max(self.scaled[0] / self.original[0], self.scaled[1] / self.original[1])

    @property
    def name(self) -> str:
        """The bucket as text: "832x1216"."""
        return f"{self.bucket[0]}x{self.bucket[1]}"
