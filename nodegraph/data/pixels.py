"""Safe decode, in one place: a file's bytes and a recipe become an upright sRGB picture, or a reason why not."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nodegraph.data import jpeg
from nodegraph.data.colour import eight_bit, to_srgb
from nodegraph.data.edits import edited
from nodegraph.data.header import Header, needs_conversion, orientation_of, read_header
from nodegraph.data.recipe import Recipe
from nodegraph.data.sniff import extension_matches
from nodegraph.data.source_file import SourceFile, read_source, refusals
from nodegraph.data.unreadable import Unavailable, Unreadable
from nodegraph.measures import REDUCED_SIDE, Detail, Pixels

if TYPE_CHECKING:
    from PIL import Image

__all__ = [
    "Decoded", "Header", "Recipe", "Unavailable", "Unreadable", "decode", "decode_full", "extension_matches",
    "middle", "needs_conversion", "read_header", "thumbnail",
]  # fmt: skip

THUMBNAIL_SIDE = 256
THUMBNAIL_QUALITY = 80
SMALL = Pixels("RGB", THUMBNAIL_SIDE)
_TURNS = {2: "FLIP_LEFT_RIGHT", 3: "ROTATE_180", 4: "FLIP_TOP_BOTTOM", 5: "TRANSPOSE", 6: "ROTATE_270", 7: "TRANSVERSE",
          8: "ROTATE_90"}  # fmt: skip


class Decoded:
    """The reduced decode of one file: upright sRGB with a long side in [720, 1440), or its own where that is smaller.

    `truncated` says that the file is cut short or damaged and this is what there was of it (`Recipe.accept_truncated`).
    """

    def __init__(self, image: Image.Image, truncated: bool = False) -> None:
        self.image = image
        self.truncated = truncated
        self._sized: dict[Pixels, Image.Image] = {}
        self._arrays: dict[Pixels, NDArray[np.uint8]] = {}

    @property
    def bytes(self) -> int:
        """Memory that its pictures and arrays take."""
        pictures = {id(picture): picture for picture in (self.image, *self._sized.values())}  # some are the same
        taken = sum(one.width * one.height * (1 if one.mode == "L" else 4) for one in pictures.values())
        return taken + sum(array.nbytes for array in tuple(self._arrays.values()))

    def pixels(self, request: Pixels) -> NDArray[np.uint8]:
        """The picture as a read-only array, (h, w, 3) for "RGB" and (h, w) for "L"; the same array each time.

        Made smaller by Hamming's filter to `max_side`, never enlarged. "L" is the luma (ITU-R 601). What is at most
        256 pixels large is made from the RGB picture of 256 pixels, the one that the thumbnail shows.
        """
        array = self._arrays.get(request)
        if array is None:
            array = np.asarray(self.picture(request))
            array.setflags(write=False)
            self._arrays[request] = array
        return array

    def picture(self, request: Pixels) -> Image.Image:
        """What `pixels` gives, as a Pillow image. Not to be changed: it is shared."""
        picture = self._sized.get(request)
        if picture is None:
            picture = self._sized[request] = self._made(request)
        return picture

    def at_least(self, side: int) -> Image.Image:
        """The RGB picture of 256 px if its shorter side is at least `side`, else the reduced decode. It is shared, too.

        It depends on the picture and `side` alone, never on what was asked for before.
        """
        scale = min(1.0, THUMBNAIL_SIDE / max(self.image.size))
        return self.picture(SMALL if int(min(self.image.size) * scale) >= side else Pixels("RGB", None))

    def _made(self, request: Pixels) -> Image.Image:
        side = request.max_side
        if side is None:
            return self.image if request.mode == "RGB" else self.image.convert("L")
        if side > THUMBNAIL_SIDE:
            return _fitted(self.picture(Pixels(request.mode)), side, reducing_gap=2.0)
        if request != SMALL:
            return _fitted(self.picture(SMALL).convert(request.mode), side, reducing_gap=2.0)
        # The thumbnail and the hashes share it; pixels are averaged in blocks first, which neither of them sees.
        return _fitted(self.image, side, reducing_gap=1.5)


def decode(path: str | os.PathLike[str], recipe: Recipe) -> Decoded:
    """The reduced decode of the file at `path` (a Path, or the text of one).

    A function of the file's bytes and the recipe alone, never of what is asked of it later.
    Raises Unreadable for what the bytes are, Unavailable for what the file system does. May be called by many threads.
    """
    image, truncated = _decoded(read_source(path, recipe), recipe, reduce=True)
    return Decoded(image, truncated)


def decode_full(path: str | os.PathLike[str], recipe: Recipe) -> Image.Image:
    """The upright sRGB picture at its full size, for exports; otherwise as `decode`."""
    return _decoded(read_source(path, recipe), recipe, reduce=False)[0]


def middle(picture: Image.Image, request: Detail) -> NDArray[np.uint8]:
    """The middle of an upright RGB picture at its full size, as a read-only array of what `request` asks for."""
    width, height = (min(length, request.side) for length in picture.size)
    # whole blocks of a JPEG stay whole
    left, top = ((have - want) // 16 * 8 for have, want in zip(picture.size, (width, height), strict=True))
    part = picture.crop((left, top, left + width, top + height))
    array = np.array(part if request.mode == "RGB" else part.convert("L"))
    array.setflags(write=False)
    return array


def thumbnail(decoded: Decoded) -> bytes:
    """A JPEG file of the picture with a long side of at most 256."""
    buffer = io.BytesIO()
    # A tenth of the time of WebP for a tenth more bytes.
    decoded.picture(SMALL).save(buffer, "JPEG", quality=THUMBNAIL_QUALITY)
    return buffer.getvalue()


def _decoded(source: SourceFile, recipe: Recipe, *, reduce: bool) -> tuple[Image.Image, bool]:
    try:
        return _picture(source, _loaded(source, recipe, reduce=reduce), recipe, reduce=reduce), _is_damaged(
            source, recipe
        )
    except Unreadable as error:
        if not recipe.accept_truncated or error.rule not in ("truncated", "corrupt"):
            raise
        return _picture(source, _salvaged(source, recipe, error), recipe, reduce=reduce), True


def _is_damaged(source: SourceFile, recipe: Recipe) -> bool:
    from nodegraph.data import png

    return recipe.accept_truncated and source.format == "PNG" and png.damage(source.data) is not None


def _loaded(source: SourceFile, recipe: Recipe, *, reduce: bool) -> Any:
    stream = jpeg.WatchedScan(source.data) if source.format == "JPEG" else io.BytesIO(source.data)
    image = source.open(stream, recipe)
    with refusals():
        divisor = jpeg.draft(image) if reduce and source.format == "JPEG" and not recipe.resamples else 1
        if isinstance(stream, jpeg.WatchedScan):
            stream.watch(image, divisor)
        image.load()
        if isinstance(stream, jpeg.WatchedScan) and stream.damaged:
            raise Unreadable("corrupt", "its compressed data are damaged: they do not fit the picture's size")
    return image


def _salvaged(source: SourceFile, recipe: Recipe, refusal: Unreadable) -> Any:
    """What there is of a damaged picture; raises `refusal` where that is nothing.

    Pillow's switch for this, LOAD_TRUNCATED_IMAGES, is one variable for the whole process and would race with decodes
    in other threads that must refuse. A JPEG is given the end marker that it lacks, which is all that libjpeg waits
    for; from other decoders the rows are taken that they had written when they failed.
    """
    data = jpeg.closed(source.data) if source.format == "JPEG" else source.data
    image = source.open(io.BytesIO(data), recipe)
    with refusals():
        try:
            image.load()
        except MemoryError:
            raise
        except Exception:
            image.tile = []
            try:
                image.load()
            except Exception:
                raise refusal from None
        if image.getbbox() is None:
            raise refusal
    return image


def _picture(source: SourceFile, image: Any, recipe: Recipe, *, reduce: bool) -> Image.Image:
    with refusals():
        turned = orientation_of(source, image) if recipe.exif else 1
        icc = image.info.get("icc_profile") if recipe.icc else None
        # Smaller first, colours after: a profile then costs a fraction. Pillow's reduce weighs colours by their alpha.
        picture = eight_bit(image)
        if reduce and not recipe.resamples:
            picture = _reduced(picture)
        picture = edited(_turned(to_srgb(picture, icc, recipe.colour), turned), recipe.edits)
        return _reduced(picture) if reduce and recipe.resamples else picture


def _reduced(picture: Image.Image) -> Image.Image:
    factor = max(picture.size) // REDUCED_SIDE
    return picture.reduce(factor) if factor > 1 else picture


def _turned(image: Image.Image, orientation: int) -> Image.Image:
    from PIL.Image import Transpose

    return image.transpose(Transpose[_TURNS[orientation]]) if orientation in _TURNS else image


def _fitted(image: Image.Image, side: int, *, reducing_gap: float) -> Image.Image:
    from PIL.Image import Resampling

    longest = max(image.size)
    if longest <= side:
        return image
    width, height = (max(1, round(length * side / longest)) for length in image.size)
    return image.resize((width, height), Resampling.HAMMING, reducing_gap=reducing_gap)
