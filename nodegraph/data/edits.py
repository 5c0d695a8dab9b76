"""Edits: what a recipe does to the upright picture after it is decoded. Values with a text each; no file is touched."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from PIL import Image

Size = tuple[int, int]
Box = tuple[float, float, float, float]

MOST_EDITS = 16
MOST_SIDE = 16384
MOST_PIXELS = 100_000_000
MOST_BOXES = 256
DIGITS = 4
BLUR_CELLS = 6
"""Cells along the longer side of a blurred box: too few for a face to be known again, whatever its size."""


@dataclass(frozen=True, slots=True)
class Crop:
    """Cuts out a box: left, top, width and height as shares of the picture, from 0 to 1."""

    left: float
    top: float
    width: float
    height: float
    name: ClassVar[str] = "crop"

    def __post_init__(self) -> None:
        _rounded(self)
        if not (_inside(self.left, self.top) and 0 < self.width <= 1 and 0 < self.height <= 1):
            raise ValueError(f"a crop lies within the picture, in shares from 0 to 1, not {_numbers(self)}")

    def size(self, before: Size) -> Size:
        """The size after it."""
        return max(1, round(before[0] * self.width)), max(1, round(before[1] * self.height))

    def apply(self, image: Image.Image) -> Image.Image:
        """The picture after it."""
        width, height = self.size(image.size)
        left = min(round(image.width * self.left), image.width - width)
        top = min(round(image.height * self.top), image.height - height)
        return image.crop((left, top, left + width, top + height))


@dataclass(frozen=True, slots=True)
class Cut:
    """Cuts out a box in pixels; of a box that reaches beyond the picture the part inside, at least one pixel."""

    left: int
    top: int
    width: int
    height: int
    name: ClassVar[str] = "cut"

    def __post_init__(self) -> None:
        _whole(self)
        if min(self.left, self.top) < 0 or min(self.width, self.height) < 1:
            raise ValueError(f"a cut is at least one pixel and starts within the picture, not {_numbers(self)}")

    def size(self, before: Size) -> Size:
        """The size after it."""
        left, top, right, bottom = self._box(before)
        return right - left, bottom - top

    def apply(self, image: Image.Image) -> Image.Image:
        """The picture after it."""
        return image.crop(self._box(image.size))

    def _box(self, size: Size) -> tuple[int, int, int, int]:
        left, top = min(self.left, size[0] - 1), min(self.top, size[1] - 1)
        return left, top, min(left + self.width, size[0]), min(top + self.height, size[1])


@dataclass(frozen=True, slots=True)
class Resize:
    """Makes the picture exactly this large in pixels, whatever its shape, by Lanczos' filter."""

    width: int
    height: int
    name: ClassVar[str] = "resize"

    def __post_init__(self) -> None:
        _whole(self)
        _bounded(self.width, self.height)

    def size(self, before: Size) -> Size:
        """The size after it."""
        return self.width, self.height

    def apply(self, image: Image.Image) -> Image.Image:
        """The picture after it."""
        from PIL.Image import Resampling

        return image.resize((self.width, self.height), Resampling.LANCZOS)


@dataclass(frozen=True, slots=True)
class Cover:
    """Scales the picture, in its shape, until it covers this size, and cuts off the rest: what trainers do to buckets.

    `x` and `y` are the point that stays in the middle as far as it can, as shares of the picture.
    """

    width: int
    height: int
    x: float = 0.5
    y: float = 0.5
    name: ClassVar[str] = "cover"

    def __post_init__(self) -> None:
        _rounded(self)
        for side in ("width", "height"):
            object.__setattr__(self, side, _as_whole(getattr(self, side)))
        _bounded(self.width, self.height)
        if not _inside(self.x, self.y):
            raise ValueError(f"the middle of a cover lies within the picture, not at {self.x}, {self.y}")

    def size(self, before: Size) -> Size:
        """The size after it."""
        return self.width, self.height

    def apply(self, image: Image.Image) -> Image.Image:
        """The picture after it."""
        from PIL.Image import Resampling

        scale = max(self.width / image.width, self.height / image.height)
        # Whole pixels of the scaled picture are cut off, so that nothing is smeared where the scale is 1.
        left, right = _span(image.width, self.width, scale, self.x)
        top, bottom = _span(image.height, self.height, scale, self.y)
        return image.resize((self.width, self.height), Resampling.LANCZOS, box=(left, top, right, bottom))


@dataclass(frozen=True, slots=True)
class Mirror:
    """Swaps left and right."""

    name: ClassVar[str] = "mirror"

    def size(self, before: Size) -> Size:
        """The size after it."""
        return before

    def apply(self, image: Image.Image) -> Image.Image:
        """The picture after it."""
        from PIL.Image import Transpose

        return image.transpose(Transpose.FLIP_LEFT_RIGHT)


@dataclass(frozen=True, slots=True)
class Rotate:
    """Turns the picture by degrees, counter-clockwise, and enlarges it until no empty corner is left; same size."""

    degrees: float
    name: ClassVar[str] = "rotate"

    def __post_init__(self) -> None:
        _rounded(self)
        if not -45 <= self.degrees <= 45:
            raise ValueError(f"a rotation is from -45 to 45 degrees, not {self.degrees}")

    def size(self, before: Size) -> Size:
        """The size after it."""
        return before

    def apply(self, image: Image.Image) -> Image.Image:
        """The picture after it."""
        from PIL.Image import Resampling, Transform

        width, height = image.size
        sine, cosine = math.sin(math.radians(self.degrees)), math.cos(math.radians(self.degrees))
        # the corners of the upright frame stay within the turned picture
        scale = cosine + abs(sine) * max(width / height, height / width)
        a, b = cosine / scale, -sine / scale
        x, y = width / 2, height / 2
        matrix = (a, b, x - a * x - b * y, -b, a, y + b * x - a * y)
        return image.transform(image.size, Transform.AFFINE, matrix, Resampling.BICUBIC)


@dataclass(frozen=True, slots=True)
class Jitter:
    """Changes brightness, contrast and saturation by these factors, from 0.5 to 1.5; 1 leaves as it is."""

    brightness: float
    contrast: float
    saturation: float
    name: ClassVar[str] = "jitter"

    def __post_init__(self) -> None:
        _rounded(self)
        if not all(0.5 <= value <= 1.5 for value in _numbers(self)):
            raise ValueError(f"the factors of a jitter are from 0.5 to 1.5, not {_numbers(self)}")

    def size(self, before: Size) -> Size:
        """The size after it."""
        return before

    def apply(self, image: Image.Image) -> Image.Image:
        """The picture after it."""
        from PIL import ImageEnhance

        steps = (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color)
        for step, factor in zip(steps, _numbers(self), strict=True):
            image = step(image).enhance(factor)
        return image


@dataclass(frozen=True, slots=True)
class Blur:
    """Makes boxes unrecognisable: left, top, width and height each, as shares of the picture; parts outside are cut.

    Each box is averaged to six cells along its longer side and drawn large again: what is averaged is gone, which
    cannot be said of a blur by convolution.
    """

    boxes: tuple[Box, ...]
    name: ClassVar[str] = "blur"

    def __post_init__(self) -> None:
        if not 1 <= len(self.boxes) <= MOST_BOXES:
            raise ValueError(f"a blur has from 1 to {MOST_BOXES} boxes, not {len(self.boxes)}")
        object.__setattr__(self, "boxes", tuple(tuple(_round(value) for value in box) for box in self.boxes))
        for box in self.boxes:
            if len(box) != 4 or not _inside(*box) or min(box[2:]) <= 0:
                raise ValueError(f"a box to blur lies within the picture, in shares from 0 to 1, not {box}")

    def size(self, before: Size) -> Size:
        """The size after it."""
        return before

    def apply(self, image: Image.Image) -> Image.Image:
        """The picture after it."""
        from PIL.Image import Resampling

        result = image.copy()
        for left, top, width, height in self.boxes:
            box = (
                min(math.floor(left * image.width), image.width - 1),
                min(math.floor(top * image.height), image.height - 1),
                min(math.ceil((left + width) * image.width), image.width),
                min(math.ceil((top + height) * image.height), image.height),
            )
            part = result.crop(box)
            longest = max(part.size)
            cells = tuple(max(1, min(side, round(side * BLUR_CELLS / longest))) for side in part.size)
            small = part.resize((cells[0], cells[1]), Resampling.BOX)
            result.paste(small.resize(part.size, Resampling.BICUBIC), box[:2])
        return result


Edit = Crop | Cut | Resize | Cover | Mirror | Rotate | Jitter | Blur
_KINDS: dict[str, type[Edit]] = {kind.name: kind for kind in (Crop, Cut, Resize, Cover, Mirror, Rotate, Jitter, Blur)}
RESAMPLING = (Crop, Cut, Resize, Cover)


def edited(image: Image.Image, edits: Sequence[Edit]) -> Image.Image:
    """The picture after all edits, in their order."""
    for edit in edits:
        image = edit.apply(image)
    return image


def size_after(edits: Sequence[Edit], size: Size) -> Size:
    """The width and height after all edits of an upright picture of this size, in pixels; exact."""
    for edit in edits:
        size = edit.size(size)
    return size


def edits_text(edits: Sequence[Edit]) -> str:
    """The edits as a text of letters that a URL leaves as they are: "crop_0.1_0_0.8_1~mirror"."""
    return "~".join("_".join((edit.name, *map(_text, _numbers(edit)))) for edit in edits)


def parse_edits(text: str) -> tuple[Edit, ...]:
    """The edits that `edits_text` wrote. Raises ValueError for any other text."""
    return tuple(_parsed(part) for part in text.split("~")) if text else ()


def _parsed(text: str) -> Edit:
    name, *words = text.split("_")
    kind = _KINDS.get(name)
    if kind is None or not all(re.fullmatch(r"-?[0-9]{1,5}(\.[0-9]{1,4})?", word) for word in words):
        raise ValueError(f"no such edit: {text[:40]!r}")
    numbers = [float(word) for word in words]
    if kind is Blur:
        if len(numbers) % 4:
            raise ValueError("a box to blur has four numbers")
        return Blur(tuple(zip(*(iter(numbers),) * 4, strict=True)))
    if len(numbers) != len(fields(kind)):
        raise ValueError(f"{name} does not have {len(numbers)} numbers")
    return kind(*numbers)  # type: ignore[arg-type]


def _numbers(edit: Edit) -> tuple[float, ...]:
    if isinstance(edit, Blur):
        return tuple(value for box in edit.boxes for value in box)
    return tuple(getattr(edit, field.name) for field in fields(edit))


def _text(value: float) -> str:
    return f"{value:.{DIGITS}f}".rstrip("0").rstrip(".")


def _round(value: float) -> float:
    if not math.isfinite(value):
        raise ValueError(f"{value} is no number of an edit")
    return round(float(value), DIGITS) + 0.0  # no minus before a nought


def _rounded(edit: Edit) -> None:
    for field in fields(edit):
        object.__setattr__(edit, field.name, _round(getattr(edit, field.name)))


def _whole(edit: Edit) -> None:
    for field in fields(edit):
        object.__setattr__(edit, field.name, _as_whole(getattr(edit, field.name)))


def _as_whole(value: float) -> int:
    if value != int(value):
        raise ValueError(f"{value} is no number of pixels")
    return int(value)


def _inside(*shares: float) -> bool:
    return all(0 <= share <= 1 for share in shares)


def _bounded(width: int, height: int) -> None:
    if not (1 <= width <= MOST_SIDE and 1 <= height <= MOST_SIDE and width * height <= MOST_PIXELS):
        raise ValueError(f"a size is from 1 to {MOST_SIDE} pixels a side and {MOST_PIXELS:,} in all")


def _span(length: int, wanted: int, scale: float, middle: float) -> tuple[float, float]:
    """Where `wanted` pixels of a side that is scaled start and end, in pixels of the side as it is."""
    most = max(0, round(length * scale - wanted))
    start = min(max(0, round(middle * length * scale - wanted / 2)), most) / scale
    return min(start, max(0.0, length - wanted / scale)), min(float(length), start + wanted / scale)
