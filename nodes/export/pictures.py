"""Pictures of an export: the original coded picture where trainers can take it as it is, else a converted one."""

from __future__ import annotations

import io
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from nodegraph.data.recipe import Recipe
from nodegraph.data.unreadable import Unavailable, Unreadable
from nodes.export.strip import MalformedError, without_metadata
from nodes.export.target import file_sha256

if TYPE_CHECKING:
    from PIL.Image import Image

ImageFormat = Literal["keep", "jpeg", "png"]

SUFFIXES = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp"}
LOSSY = frozenset({"JPEG", "MPO", "HEIF", "AVIF", "JPEG2000", "WEBP"})
JPEG_QUALITY = 95


class NotWritableError(Exception):
    """This picture cannot be written; the text says why."""


@dataclass(frozen=True, slots=True)
class Wish:
    """How pictures are to be written: "keep" keeps what trainers read, and converts the rest to JPEG or PNG.

    `webp` says whether WebP is among what the reader takes.
    """

    image_format: ImageFormat = "keep"
    strip_metadata: bool = True
    webp: bool = True

    def takes(self, coding: str) -> bool:
        """Whether pictures of this format can stay as they are."""
        return coding in SUFFIXES and (self.webp or coding != "WEBP")


@dataclass(frozen=True, slots=True)
class Made:
    """A picture ready to be written: coded bytes, suffix with the dot, and the size that a trainer will see."""

    data: bytes
    suffix: str
    width: int
    height: int
    converted: bool


def make_picture(path: Path, recipe: str, cid: str, wish: Wish, *, convert: bool = False) -> Made:
    """The picture of a row, as wished; converted in any case where `convert` is true.

    Raises `NotWritableError` when it cannot be read or is not what the run has seen.
    """
    from nodegraph.data.header import header_of, needs_conversion
    from nodegraph.data.source_file import read_source

    how = Recipe.parse(recipe)
    try:
        source = read_source(path, how)
        if blake2b(source.data, digest_size=16).hexdigest() != cid:
            raise NotWritableError("the file has changed since the run read it")
        header = header_of(source, source.open(io.BytesIO(source.data), how))
        wanted = {"keep": header.format, "jpeg": "JPEG", "png": "PNG"}[wish.image_format]
        as_it_is = header.format == wanted and wish.takes(wanted) and not needs_conversion(header) and not how.edits
        if as_it_is and not convert and (stripped := _stripped(source.data)):
            data = stripped if wish.strip_metadata else source.data
            return Made(data, SUFFIXES[wanted], header.width, header.height, converted=False)
        return _converted(path, how, "JPEG" if wanted in LOSSY else "PNG")
    except (Unreadable, Unavailable) as error:
        raise NotWritableError(error.reason) from error


def _stripped(data: bytes) -> bytes | None:
    try:
        return without_metadata(data)
    except MalformedError:  # it decodes, perhaps, so that a sound file can be made of it
        return None


def _converted(path: Path, recipe: Recipe, wanted: str) -> Made:
    from nodegraph.data.pixels import decode_full

    picture = decode_full(path, recipe)
    return Made(coded(picture, wanted), SUFFIXES[wanted], picture.width, picture.height, converted=True)


def coded(picture: Image, wanted: str) -> bytes:
    """`picture` as JPEG of quality 95 with full colour resolution, or as PNG; without metadata."""
    bare = picture.copy()
    bare.info = {}
    file = io.BytesIO()
    if wanted == "JPEG":
        bare.save(file, "JPEG", quality=JPEG_QUALITY, subsampling="4:4:4")
    else:
        bare.save(file, "PNG")
    return file.getvalue()


def check_written(path: Path, digest: str, size: tuple[int, int], recipe: str) -> None:
    """Reads a written picture back: its SHA-256 is `digest`, it decodes whole and upright has `size`.

    Raises `NotWritableError` where it does not. Of `recipe` only the limit on the size holds.
    """
    from nodegraph.data.pixels import decode_full

    if file_sha256(path) != digest:
        raise NotWritableError("what was written does not read back")
    try:
        found = decode_full(path, Recipe(max_megapixels=Recipe.parse(recipe).max_megapixels)).size
    except (Unreadable, Unavailable) as error:
        raise NotWritableError(error.reason) from error
    if found != size:
        raise NotWritableError(f"it became {found[0]} x {found[1]} pixels, and {size[0]} x {size[1]} were expected")
