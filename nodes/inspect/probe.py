"""The probe node: what each file says of itself."""

from __future__ import annotations

from typing import Annotated

import polars as pl

from nodegraph import ColumnInfo, Columns, ImageSet, Take, Values, scorer
from nodegraph.data.sniff import extension_matches
from nodes.measures.header import header as header_measure

COLUMNS = {
    "width": ColumnInfo("integer", "Width of the upright picture", unit="px"),
    "height": ColumnInfo("integer", "Height of the upright picture", unit="px"),
    "megapixels": ColumnInfo("number", "Width times height in millions", unit="MP"),
    "aspect": ColumnInfo("number", "Width divided by height: above 1 is landscape"),
    "format": ColumnInfo("text", "What the file really is, whatever its name says"),
    "mode": ColumnInfo("text", "How the pixels are stored: RGB, L (grey), P (palette), CMYK, ..."),
    "has_alpha": ColumnInfo("flag", "Whether it has transparency"),
    "icc": ColumnInfo("text", "Name of its colour profile"),
    "frames": ColumnInfo("integer", "Pictures in the file: more than 1 is an animation"),
    "jpeg_quality": ColumnInfo("integer", "Estimated quality a JPEG was saved with, 1 to 100"),
    "extension_matches": ColumnInfo("flag", "Whether the name ends as the format does"),
}

TYPES = {"integer": pl.Int64, "number": pl.Float64, "text": pl.String, "flag": pl.Boolean}


@scorer("inspect/probe", rev=1, title="Probe", gives=COLUMNS)
def probe(images: ImageSet, *, header: Annotated[Values, Take(header_measure)]) -> Columns:
    """Reads size, shape, format and colour facts of every picture from its file header.

    Put it right after the source: *Resolution & aspect*, *Odd size* and the bucket planner need `width` and `height`.
    Sizes are those of the upright picture, after its EXIF rotation. It is fast, because no pixel is decoded.

    `jpeg_quality` is estimated from the file's own tables and is empty for other formats. A high number does not mean a
    good picture: a bad one that was saved again with high quality shows the last saving only. `width` says nothing of
    pictures that were enlarged: *Sharpness* finds those.
    """
    # A fact about a file and not about its content: two copies, which share one header, may differ in it.
    matches = [extension_matches(rid, format) for rid, format in zip(images.rids, header.list("format"), strict=True)]
    found = {name: header.list(name) for name in COLUMNS if name != "extension_matches"} | {
        "extension_matches": matches
    }
    return {name: pl.Series(name, found[name], dtype=TYPES[info.kind], strict=False) for name, info in COLUMNS.items()}


NODES = (probe,)
