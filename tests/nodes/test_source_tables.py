"""Tables of pictures: what a small file may hold is bounded before it is unfolded."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from nodes.sources import tables
from nodes.sources.sidecars import UnusableError


def packed(path: Path, rows: int, text: str) -> Path:
    pl.DataFrame({"url": pl.Series([text]).new_from_index(0, rows)}).write_parquet(path)
    return path


def test_a_small_file_with_too_many_rows_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "MOST_ROWS", 1000)
    assert len(tables.table_rows(packed(tmp_path / "good.parquet", 1000, "x"))) == 1000
    with pytest.raises(UnusableError, match="1,001 rows"):
        tables.table_rows(packed(tmp_path / "many.parquet", 1001, "x"))


def test_a_small_file_that_unfolds_to_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = packed(tmp_path / "wide.parquet", 20_000, "long " * 200)
    assert path.stat().st_size < 200_000
    monkeypatch.setattr(tables, "LARGEST", 1 << 20)
    with pytest.raises(UnusableError, match="larger than"):
        tables.table_rows(path)
