"""Pictures inside Parquet files: found, unpacked once into a folder, and the cells beside them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import polars as pl

from nodegraph import Context, Skipped
from nodegraph.data.paths import path_text
from nodes.sources.folder_walk import natural_key, rid_of
from nodes.sources.sidecars import UnusableError
from nodes.sources.tables import parquet_refusals, scanned, table_rows
from nodes.sources.unpacking import RefusedError, Unpacked, key_in

_BYTES_AT_ONCE = 128 << 20
_MOST_ROWS_AT_ONCE = 4096


@dataclass(frozen=True, slots=True)
class Shard:
    """A Parquet file with pictures: where it is, its state, the column of pictures, and the names of its labels."""

    root: Path
    rid: str
    path: Path
    stamp: str
    column: str
    is_struct: bool
    labels: Mapping[str, Sequence[str]]

    def key(self, number: int) -> str:
        """What the picture of a row is remembered under."""
        return key_in(self.root, self.rid, number)


def shards_in(root: Path) -> tuple[list[Shard], dict[str, str]]:
    """The Parquet files below `root` that hold pictures, and those that cannot be read (rid -> why)."""
    shards: list[Shard] = []
    unusable: dict[str, str] = {}
    for path in sorted(root.rglob("*.parquet"), key=lambda path: natural_key(rid_of(path, root))):
        if path.name == "metadata.parquet" or path.is_symlink():
            continue
        rid = rid_of(path, root)
        try:
            with parquet_refusals():
                schema = scanned(path).collect_schema()
                labels = _labels(pl.read_parquet_metadata(path).get("huggingface"))
                status = path.stat()
        except UnusableError as error:
            unusable[rid] = str(error)
            continue
        if column := _picture_column(schema):
            stamp = f"{status.st_size}:{status.st_mtime_ns}"
            shards.append(Shard(root, rid, path, stamp, column, isinstance(schema[column], pl.Struct), labels))
    return shards, unusable


def pictures_of(
    shard: Shard, unpacked: Unpacked, most_bytes: int, skipped: list[Skipped], context: Context
) -> Iterator[tuple[str, Path, int, dict[str, Any]]]:
    """rid, path, size and the other cells of each picture of a shard; those that are none are added to `skipped`.

    What was unpacked before is not read again. Stops early when the run is cancelled.
    """
    try:
        rows = table_rows(shard.path, without=[shard.column])
        rows = rows or [{} for _ in range(_height(shard))]
        names = _names(shard, len(rows))
    except UnusableError as error:
        skipped.append(Skipped(shard.rid, "unreadable", str(error)))
        return
    rids = [f"{shard.rid}/{number:06d}{'-' + name if name else ''}" for number, name in enumerate(names)]
    step = _rows_at_once(shard, len(rows))
    for start in range(0, len(rows), step):
        numbers = range(start, min(start + step, len(rows)))
        entries = {number: unpacked.known(shard.key(number), shard.stamp) for number in numbers}
        try:
            wanted = None in entries.values() and not unpacked.only_reads
            data = _data(shard, start, len(numbers)) if wanted else [b"?"] * len(numbers)
        except UnusableError as error:
            skipped.append(Skipped(f"{shard.rid}/{start:06d}", "unreadable", f"from here on {error}"))
            return
        for number in numbers:
            if context.cancelled():
                return
            entry = entries[number]
            if entry is None:
                coded = data[number - start]
                if not coded:
                    skipped.append(Skipped(rids[number], "no-bytes", "the file holds no picture in this row"))
                    continue
                try:
                    entry = unpacked.add(
                        shard.key(number), rids[number], [coded], most_bytes=most_bytes, stamp=shard.stamp
                    )
                except RefusedError as error:
                    skipped.append(Skipped(rids[number], error.rule, error.reason))
                    continue
            yield rids[number], unpacked.path_of(entry), entry.bytes, _named(rows[number], shard.labels)


def _rows_at_once(shard: Shard, count: int) -> int:
    """Few enough rows for memory, and many, as every reading goes through a whole group of rows in the file."""
    size = int(shard.stamp.partition(":")[0])
    return max(1, min(_MOST_ROWS_AT_ONCE, _BYTES_AT_ONCE * count // max(size, 1)))


def _picture_column(schema: Mapping[str, Any]) -> str | None:
    def holds_pictures(kind: Any) -> bool:
        if isinstance(kind, pl.Struct):
            return any(field.name == "bytes" and field.dtype == pl.Binary for field in kind.fields)
        return kind == pl.Binary

    columns = [name for name, kind in schema.items() if holds_pictures(kind)]
    return "image" if "image" in columns else next(iter(columns), None)


def _labels(features: str | None) -> dict[str, Sequence[str]]:
    """The names of the labels that the `datasets` library keeps beside the columns: column -> names by number."""
    try:
        said: Any = json.loads(features or "{}")["info"]["features"]
        found = {column: feature.get("names") for column, feature in said.items() if isinstance(feature, dict)}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}
    return {column: names for column, names in found.items() if isinstance(names, list)}


def _named(row: dict[str, Any], labels: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    def name(column: str, value: Any) -> Any:
        names = labels.get(column, ())
        return names[value] if isinstance(value, int) and 0 <= value < len(names) else value

    return {column: name(column, value) for column, value in row.items()}


def _height(shard: Shard) -> int:
    with parquet_refusals():
        return scanned(shard.path).select(pl.len()).collect().item()


def _names(shard: Shard, count: int) -> list[str]:
    if not shard.is_struct:
        return [""] * count
    with parquet_refusals():
        frame = scanned(shard.path)
        fields = {field.name for field in frame.collect_schema()[shard.column].fields}  # pyright: ignore[reportAttributeAccessIssue]
        if "path" not in fields:
            return [""] * count
        names = frame.select(pl.col(shard.column).struct.field("path").cast(pl.String)).collect().to_series().to_list()
    return [path_text(PurePosixPath((name or "").replace("\\", "/")).name) for name in names]


def _data(shard: Shard, start: int, count: int) -> list[bytes | None]:
    with parquet_refusals():
        column = pl.col(shard.column)
        picked = column.struct.field("bytes") if shard.is_struct else column
        data = scanned(shard.path).select(picked).slice(start, count).collect().to_series().to_list()
    if len(data) != count:
        raise UnusableError("the file is shorter than it says itself")
    return data
