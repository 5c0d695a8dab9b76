"""A look at the tables that a run left as Arrow files: how many rows, and which pictures come first."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from nodegraph.cache.keys import content_key


def rows_of(path: Path) -> int:
    """How many rows are in the file; 0 where it cannot be read."""
    try:
        return pl.scan_ipc(path).select(pl.len()).collect().item()
    except (OSError, pl.exceptions.PolarsError):
        return 0


def contents_of(path: Path, count: int) -> tuple[str, ...]:
    """The content keys of the first `count` rows; none where the file cannot be read."""
    try:
        head = pl.scan_ipc(path).select("cid", "recipe").head(count).collect()
    except (OSError, pl.exceptions.PolarsError):
        return ()
    return tuple(dict.fromkeys(content_key(cid, recipe) for cid, recipe in head.iter_rows()))
