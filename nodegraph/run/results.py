"""What a run gave: an image set a port, counts a node, and the digest by which two runs are compared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

import polars as pl

from nodegraph.context import NodeCount
from nodegraph.data.imageset import ImageSet
from nodegraph.data.journal import Decisions
from nodegraph.graph.model import End
from nodegraph.run.events import Summary

DIGEST_COLUMNS = ("rid", "cid", "split", "caption")


@dataclass(frozen=True)
class RunResult:
    """The image sets of all ports, the counts of all nodes, what was written, the summary, people's decisions."""

    sets: Mapping[End, ImageSet]
    counts: Mapping[str, NodeCount]
    written: tuple[Path, ...]
    summary: Summary
    finals: Mapping[str, pl.DataFrame] = field(default_factory=dict[str, pl.DataFrame])  # target -> its result rows
    decisions: Decisions = field(default_factory=dict[str, Mapping[str, Mapping[str, str]]])


def result_rows(images: ImageSet) -> pl.DataFrame:
    """The rows of a set as they are compared: rid, cid, split and caption (null where there is none), sorted by rid."""
    table = images.table
    absent = [pl.lit(None, dtype=pl.String).alias(name) for name in DIGEST_COLUMNS if name not in table.columns]
    return (
        table.with_columns(absent).select(pl.col(name).cast(pl.String) for name in DIGEST_COLUMNS).sort(DIGEST_COLUMNS)
    )


def digest(finals: Iterable[pl.DataFrame]) -> str:
    """blake2b-128 over the result rows of all targets: no floats, so that equal sets are equal on any machine."""
    parts: list[bytes] = []
    for rows in finals:
        one = blake2b(digest_size=16)
        for row in rows.iter_rows():
            for value in row:
                data = b"\x00" if value is None else b"\x01" + str(value).encode("utf-8", "surrogatepass")
                one.update(len(data).to_bytes(8) + data)
        parts.append(one.digest())
    return blake2b(b"".join(sorted(parts)), digest_size=16).hexdigest()
