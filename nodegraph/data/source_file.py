"""Files as pictures not decoded yet: read whole, format sniffed, opened by that format's decoder, size checked."""

from __future__ import annotations

import io
import os
import re
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from nodegraph.data import png
from nodegraph.data.opening import opened, read_at_most
from nodegraph.data.recipe import Recipe
from nodegraph.data.sniff import DECODABLE, HEAD, looks_like_tga, sniff
from nodegraph.data.unreadable import Unavailable, Unreadable

if TYPE_CHECKING:
    from PIL.ImageFile import ImageFile

_BYTES_A_PIXEL = 8
_SPARE_BYTES = 64 << 20
_DECODERS: dict[str, tuple[str, str]] = {
    "JPEG": ("PIL.JpegImagePlugin", "JpegImageFile"),
    "PNG": ("PIL.PngImagePlugin", "PngImageFile"),
    "GIF": ("PIL.GifImagePlugin", "GifImageFile"),
    "WEBP": ("PIL.WebPImagePlugin", "WebPImageFile"),
    "TIFF": ("PIL.TiffImagePlugin", "TiffImageFile"),
    "BMP": ("PIL.BmpImagePlugin", "BmpImageFile"),
    "ICO": ("PIL.IcoImagePlugin", "IcoImageFile"),
    "CUR": ("PIL.CurImagePlugin", "CurImageFile"),
    "PPM": ("PIL.PpmImagePlugin", "PpmImageFile"),
    "TGA": ("PIL.TgaImagePlugin", "TgaImageFile"),
    "PCX": ("PIL.PcxImagePlugin", "PcxImageFile"),
    "JPEG2000": ("PIL.Jpeg2KImagePlugin", "Jpeg2KImageFile"),
    "AVIF": ("PIL.AvifImagePlugin", "AvifImageFile"),
    "QOI": ("PIL.QoiImagePlugin", "QoiImageFile"),
    "HEIF": ("pillow_heif.as_plugin", "HeifImageFile"),
}
_DNG_VERSION, _SUBFILE_TYPE, _SUB_DIRECTORIES = 50706, 254, 330


@dataclass(frozen=True, slots=True)
class SourceFile:
    """The bytes of one file and the format they have."""

    data: bytes
    format: str

    def open(self, stream: io.BytesIO, recipe: Recipe) -> ImageFile:
        """The picture by the decoder of its format, its pixels not decoded yet. Raises Unreadable."""
        with refusals():
            # By its class and not by Image.open: that tries every decoder there is, and warns or refuses by a limit
            # of its own that is one variable for the whole process.
            image: ImageFile = _decoder("CUR" if self.data[:4] == b"\0\0\2\0" else self.format)(stream)
        _refuse_large(*image.size, recipe)
        if self.format == "TIFF":
            _refuse_camera_raw(image)
        return image


def read_source(path: str | os.PathLike[str], recipe: Recipe) -> SourceFile:
    """The file, read only when its first bytes are those of a picture. Raises Unreadable or Unavailable."""
    with opened(path) as file:
        size = os.fstat(file.fileno()).st_size
        head = read_at_most(file, HEAD)
        format = sniff(head) or _tga(file, head, size)
        if format is None:
            raise _no_image(head)
        if format not in DECODABLE:
            raise Unreadable("unsupported", f"{format} files cannot be decoded")
        if size > recipe.max_pixels * _BYTES_A_PIXEL + _SPARE_BYTES:
            raise Unreadable("too-large", f"{size:,} bytes are more than {recipe.max_megapixels} megapixels can need")
        file.seek(len(head))
        # One byte more than there were: a file that grows meanwhile is not read for ever.
        source = SourceFile(head + read_at_most(file, max(0, size - len(head)) + 1), format)
    _refuse_by_container(source, recipe)
    return source


def _tga(file: Any, head: bytes, size: int) -> str | None:
    file.seek(max(0, size - 26))
    return "TGA" if looks_like_tga(head, read_at_most(file, 26), size) else None


def _no_image(head: bytes) -> Unreadable:
    if not head:
        return Unreadable("empty", "the file is empty")
    if not head.strip(b"\0"):
        return Unreadable("empty", "the file holds nothing but zeros")
    return Unreadable("not-an-image", "the file's content is not that of a picture")


def _refuse_by_container(source: SourceFile, recipe: Recipe) -> None:
    """Refuses what the container itself tells, before any decoder is trusted with it."""
    data = source.data
    if source.format == "WEBP":
        # Its decoder makes room for the whole canvas as soon as it is opened.
        if data[12:16] == b"VP8X" and len(data) >= 30:
            width, height = (1 + int.from_bytes(data[at : at + 3], "little") for at in (24, 27))
            _refuse_large(width, height, recipe)
        if int.from_bytes(data[4:8], "little") + 8 > len(data):
            raise Unreadable("truncated", "the file is shorter than it says itself")
    if source.format == "GIF" and len(data) >= 10:
        _refuse_large(int.from_bytes(data[6:8], "little"), int.from_bytes(data[8:10], "little"), recipe)
    if source.format == "PNG" and len(data) >= 24:
        _refuse_large(int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big"), recipe)
    if source.format == "PNG" and not recipe.accept_truncated and (damage := png.damage(data)):
        raise Unreadable(
            damage, "the file is cut short" if damage == "truncated" else "a checksum of its data is wrong"
        )


def _refuse_large(width: int, height: int, recipe: Recipe) -> None:
    if width * height > recipe.max_pixels:
        reason = f"{width} x {height} pixels are more than the limit of {recipe.max_megapixels} megapixels"
        raise Unreadable("too-large", reason)


def _refuse_camera_raw(image: Any) -> None:
    tags = image.tag_v2
    reduced = tags.get(_SUBFILE_TYPE, 0)
    # Raw files of most makers are TIFF whose first picture is a thumbnail; that must not pass for the photograph.
    if _DNG_VERSION in tags or (_SUB_DIRECTORIES in tags and isinstance(reduced, int) and reduced & 1):
        raise Unreadable("unsupported", "camera raw files cannot be decoded")


def _decoder(format: str) -> Any:
    module, name = _DECODERS[format]
    return getattr(import_module(module), name)


@contextmanager
def refusals() -> Generator[None]:
    """Turns whatever a decoder raises into Unreadable. Decoders are given hostile bytes: they raise anything."""
    _silence_decoders()
    try:
        yield
    except (Unreadable, Unavailable):
        raise
    except MemoryError as error:
        raise Unavailable("no-memory", "there was not enough memory to decode it") from error
    except Exception as error:
        raise _unreadable(error) from error


def _silence_decoders() -> None:
    # Pillow warns of odd metadata; a warning is no answer to anybody who reads a thousand files. Python keeps one
    # list of filters for all threads, and to put it back would race with them: so the filter is added, and stays.
    if not any(entry[0] == "ignore" and getattr(entry[3], "pattern", "") == _PILLOW for entry in warnings.filters):
        warnings.filterwarnings("ignore", module=_PILLOW)


_PILLOW = r"(PIL|pillow_heif)(\.|$)"
_TOO_LARGE = re.compile(r"decompression bomb|MAX_TEXT|security limit|exceeds limit", re.IGNORECASE)
_TRUNCATED = re.compile(
    r"truncat|end of (file|data)|premature|not enough|buffer is not large enough|EOF", re.IGNORECASE
)
_UNSUPPORTED = re.compile(
    r"unsupported|not supported|unknown (pixel )?mode|not implemented|unrecognized", re.IGNORECASE
)


def _unreadable(error: Exception) -> Unreadable:
    text = f"{type(error).__name__}: {error}"
    if _TOO_LARGE.search(text):
        return Unreadable("too-large", "it unpacks to more than is safe")
    if _TRUNCATED.search(text):
        return Unreadable("truncated", "the file is cut short")
    if _UNSUPPORTED.search(text) or isinstance(error, NotImplementedError):
        return Unreadable("unsupported", "it uses a variant of its format that cannot be decoded")
    return Unreadable("corrupt", "its data are damaged")
