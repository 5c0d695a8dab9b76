"""The header: what a picture file says of itself, read without decoding its pixels."""

from __future__ import annotations

import io
import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from nodegraph.data import exif, jpeg, png
from nodegraph.data.colour import read_profile
from nodegraph.data.edits import size_after
from nodegraph.data.recipe import Recipe
from nodegraph.data.source_file import SourceFile, read_source, refusals

if TYPE_CHECKING:
    from PIL.ImageFile import ImageFile

_SUBSAMPLING = {(1, 1): "4:4:4", (2, 1): "4:2:2", (2, 2): "4:2:0", (1, 2): "4:4:0", (4, 1): "4:1:1"}


@dataclass(frozen=True, slots=True)
class Header:
    """What a file says of itself. It depends on the file's bytes alone: what its name promises is not in it.

    `width`, `height`  upright, as one sees it; `stored_width`, `stored_height` as it is stored.
    `mode`             Pillow's name of the stored mode ("RGB", "P", "CMYK", "I;16", ...).
    `icc`              description of its ICC profile, None without one; `srgb`: its colours are sRGB as they stand.
    `orientation`      EXIF orientation, 1 to 8; 1 is upright.
    `frames`           number of frames or pages.
    `bytes`            size of the file.
    `jpeg_quality`     estimate, 1 to 100, of the quality a JPEG was saved with; `subsampling` "4:2:0" and the like.
    """

    format: str
    width: int
    height: int
    stored_width: int
    stored_height: int
    mode: str
    has_alpha: bool
    icc: str | None
    srgb: bool
    orientation: int
    frames: int
    bytes: int
    jpeg_quality: int | None = None
    subsampling: str | None = None


def read_header(path: str | os.PathLike[str], recipe: Recipe) -> Header:
    """The header of the file at `path` (a Path, or the text of one), with the size that its recipe gives the picture.

    Raises Unreadable or Unavailable.
    """
    source = read_source(path, recipe)
    image = source.open(io.BytesIO(source.data), recipe)
    with refusals():
        header = header_of(source, image)
    size = (header.width, header.height) if recipe.exif else image.size
    width, height = size_after(recipe.edits, size)
    return replace(header, width=width, height=height)


def header_of(source: SourceFile, image: ImageFile) -> Header:
    """The header of an opened picture."""
    turned = orientation_of(source, image)
    width, height = image.size
    # Pillow turns TIFF itself and gives the upright size at once.
    stored_turned = source.format == "TIFF" and tiff_orientation(image) >= 5
    across = (height, width) if turned >= 5 else (width, height)
    icc = image.info.get("icc_profile")
    profile = read_profile(icc) if icc else None
    return Header(
        format=source.format,
        width=across[0],
        height=across[1],
        stored_width=height if stored_turned else width,
        stored_height=width if stored_turned else height,
        mode=image.mode,
        has_alpha=image.has_transparency_data,
        icc=profile.description if profile else None,
        srgb=image.mode not in ("CMYK", "LAB") and (profile is None or profile.transform is None),
        orientation=tiff_orientation(image) if source.format == "TIFF" else turned,
        frames=_frames(image),
        bytes=len(source.data),
        jpeg_quality=jpeg.quality(getattr(image, "quantization", None)) if source.format == "JPEG" else None,
        subsampling=_subsampling(image) if source.format == "JPEG" else None,
    )


def orientation_of(source: SourceFile, image: ImageFile) -> int:
    """How the decoded picture is still to be turned: 1 where its decoder turns it itself, as for TIFF and HEIF."""
    if source.format in ("TIFF", "HEIF"):
        return 1
    block = image.info.get("exif") or (png.exif(source.data) if source.format == "PNG" else b"")
    return exif.orientation(block) if isinstance(block, bytes) else 1


def tiff_orientation(image: Any) -> int:
    """The orientation tag of an opened TIFF, 1 to 8."""
    value = image.tag_v2.get(exif.ORIENTATION, 1)
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def needs_conversion(header: Header) -> bool:
    """Whether an exporter must convert the picture; otherwise the file's own bytes are already upright 8-bit sRGB."""
    return (
        header.orientation != 1 or not header.srgb or header.has_alpha or header.frames > 1
        or header.mode not in ("L", "RGB") or header.bytes == 0
    )  # fmt: skip


def _frames(image: ImageFile) -> int:
    try:
        return max(1, int(getattr(image, "n_frames", 1)))
    except (
        Exception
    ):  # to count them it reads on into a file that may be damaged there; the first frame is what matters
        return 1


def _subsampling(image: Any) -> str | None:
    layers = getattr(image, "layer", ())
    if len(layers) != 3:
        return None
    (_id, across, down, _table), (_id1, across1, down1, _table1) = layers[0][:4], layers[1][:4]
    if not across1 or not down1 or across % across1 or down % down1:
        return None
    return _SUBSAMPLING.get((across // across1, down // down1))
