"""The header measure: what a picture file says of itself, without its pixels."""

from __future__ import annotations

from nodegraph import FileHeader, measure
from nodegraph.data.header import Header


@measure("header", rev=1, takes=FileHeader())
def header(header: Header) -> dict[str, object]:
    """Size, shape, format and colour facts of a picture file; sizes are upright, in pixels, `aspect` is width / height.

    What the file's name promises is not in it: see `nodegraph.data.sniff.extension_matches`.
    """
    return {
        "width": header.width,
        "height": header.height,
        "megapixels": header.width * header.height / 1_000_000,
        "aspect": header.width / header.height,
        "format": header.format,
        "mode": header.mode,
        "has_alpha": header.has_alpha,
        "icc": header.icc,
        "srgb": header.srgb,
        "orientation": header.orientation,
        "frames": header.frames,
        "bytes": header.bytes,
        "jpeg_quality": header.jpeg_quality,
        "subsampling": header.subsampling,
    }
