"""A look at the tables that a run left as Arrow files: how many rows, and which pictures come first."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from nodegraph.cache.keys import content_key


def row_count(path: Path) -> int:
    """How many rows are in the file; 0 where it cannot be read."""
    try:
        return pl.scan_ipc(path).select(pl.len()).collect().item()
    except (OSError, pl.exceptions.PolarsError):
        return 0


def contents_of(path: Path, count: int) -> tuple[str, ...]:
    """The content keys of the first `count` rows; none where the file cannot be read."""
    return tuple(pictures_of(path, count))


def pictures_of(path: Path, count: int) -> dict[str, str]:
    """The pictures of the first `count` rows: the file of each by its content key; none where it cannot be read."""
    try:
        head = pl.scan_ipc(path).select("cid", "recipe", "path").head(count).collect()
    except (OSError, pl.exceptions.PolarsError):
        return {}
    return {content_key(cid, recipe): file for cid, recipe, file in head.iter_rows()}
