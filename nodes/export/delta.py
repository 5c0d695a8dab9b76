"""The Delta Lake export: the rows as a table with versions, to be read as it is now or as it was at any export."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Literal

import polars as pl

from nodegraph.api import export
from nodegraph.context import Context
from nodegraph.data.imageset import ImageSet
from nodegraph.data.paths import path_of, path_text
from nodegraph.parameters import Folder, Main, Range
from nodegraph.problems import Problem, problem
from nodegraph.results import Written
from nodes.export.delta_table import Table, open_table, require_plain_name, table_types, write_table
from nodes.export.items import Item
from nodes.export.pictures import ImageFormat, NotWritableError, Wish
from nodes.export.plan import Planned, megabytes
from nodes.export.stage import staged
from nodes.export.staging_pictures import made_picture
from nodes.export.tables import json_line
from nodes.export.target import checked_target
from nodes.export.write import disk_problem
from nodes.extras import extra_problem

AHEAD = 32


def _check(_params: Mapping[str, Any]) -> list[Problem]:
    missing = extra_problem("deltalake", "delta")
    return [missing] if missing else []


@export("export/delta", rev=1, title="Export Delta table", check=_check)
def delta(
    images: ImageSet,
    *,
    folder: Annotated[str, Folder(writes=True), Main(), "The folder of the table; each change adds a version to it."],
    rows: Annotated[
        Literal["replace", "append"], Main(), "replace: the table is this set; append: rows that are new are added."
    ] = "replace",
    new_columns: Annotated[Literal["add", "refuse"], "Whether the table may get other columns than it has."] = "add",
    paths: Annotated[Literal["absolute", "relative"], "How path names a picture; relative to the table's folder."] = (
        "absolute"
    ),
    pictures: Annotated[bool, Main(), "Also write the coded pictures themselves, in the column image."] = False,
    max_megabytes: Annotated[int, Range(1, 20_000, 1, "MB"), "The most that all pictures together may take."] = 2000,
    image_format: Annotated[ImageFormat, "keep: as it is where trainers read it; else converted."] = "keep",
    strip_metadata: Annotated[bool, "Take out EXIF, XMP, IPTC and comments, camera positions among them."] = True,
    replace_edited: Annotated[bool, "Replace a table that another program has changed since."] = False,
    context: Context,
) -> Written:
    """Writes all rows and columns to a Delta Lake table, which keeps every earlier version of itself.

    Each run that changes something makes one new version; a run with the same rows makes none. Earlier versions can be
    read as long as nobody cleans the table up: `polars.read_delta(folder, version=0)`. *Append* adds the rows whose
    `rid` and `cid` are not in the table yet and changes no others. The pictures themselves are written only when asked
    for; without them the table names each picture by `rid`, `cid` and `path`.

    A version is there as a whole or not at all. A folder that holds anything but a table of ours is left alone, and so
    is a table that another program has changed, unless Replace edited is on. Needs the extra *delta*.
    """
    target = checked_target(folder, context.sources, (path_of(str(path)) for path in images["path"]))
    require_plain_name(target)
    if not len(images):
        left = "; the table there is left as it is" if target.exists() else ""
        return Written([], f"no row to write to {target}, nothing was written{left}")
    job = _Job(target, append=rows == "append", refuse=new_columns == "refuse", replace_edited=replace_edited)
    try:
        with staged(target) as new:
            before = open_table(target)
            wanted, failed = images.table.sort("rid"), {}
            if pictures:
                wish = Wish(image_format, strip_metadata)
                wanted, failed = _with_pictures(wanted, wish, max_megabytes * 1_000_000, new, context)
            if context.cancelled():
                return Written([], f"{target}: cancelled, nothing was changed")
            if paths == "relative":
                wanted = _with_relative_paths(wanted, target)
            return _write(job, before, table_types(wanted), failed, new, context)
    except OSError as error:
        raise disk_problem(error, target) from error


@dataclass(frozen=True, slots=True)
class _Job:
    """What is asked for: where, add or replace, refuse other columns, replace what another program wrote."""

    target: Path
    append: bool
    refuse: bool
    replace_edited: bool


def _write(
    job: _Job, before: Table | None, wanted: pl.DataFrame, failed: Mapping[str, str], new: Path, context: Context
) -> Written:
    target = job.target
    if before is not None:
        if job.append:
            keys = ["rid", "cid"]
            wanted = wanted.join(before.rows.select(keys), on=keys, how="anti", maintain_order="left")
        _require_fitting(before.schema, wanted.schema, job)
    difference = _difference(before, wanted, job)
    context.notice(f"{target}: {difference}; about {megabytes(int(wanted.estimated_size()))}")
    mark = _mark(wanted)
    if before is not None and (not wanted.height if job.append else before.mark == mark):
        return _told(before, "nothing to change", failed)
    if not wanted.height:
        return Written([], f"no row to write to {target}, nothing was written", dict(sorted(failed.items())))
    if before is not None and before.edited and not job.append and not job.replace_edited:
        raise problem(
            "edited-files",
            f"Another program has changed the table {target} since the last export; nothing was written.",
            "Read what it did there, or turn on Replace edited: the table keeps that version, too.",
            param="replace_edited",
            value=False,
        )
    after = write_table(target, new, wanted, mark, append=job.append and before is not None)
    return _told(after, difference, failed)


def _told(table: Table, changes: str, failed: Mapping[str, str]) -> Written:
    left = f"; {len(failed)} rows could not be written" if failed else ""
    text = f"{table.height} rows in {table.path}, version {table.version}: {changes}{left}"
    return Written([table.path], text, dict(sorted(failed.items())))


def _with_relative_paths(table: pl.DataFrame, target: Path) -> pl.DataFrame:
    relative = [path_text(os.path.relpath(path_of(str(path)), target)) for path in table["path"]]
    return table.with_columns(pl.Series("path", [path.replace(os.sep, "/") for path in relative], pl.String))


def _with_pictures(
    table: pl.DataFrame, wish: Wish, most: int, new: Path, context: Context
) -> tuple[pl.DataFrame, dict[str, str]]:
    """The rows whose picture could be made, with `image` and `image_sha256`; and the others with the reason."""
    items = [
        Planned(Item(row["rid"], row["cid"], row["path"], row["recipe"] or ""), f"picture-{number}", "", "", 0)
        for number, row in enumerate(table.select("rid", "cid", "path", "recipe").iter_rows(named=True))
    ]
    made: dict[str, bytes] = {}
    failed: dict[str, str] = {}
    taken = 0
    with ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1)) as pool:
        for start in range(0, len(items), AHEAD):
            part = items[start : start + AHEAD]
            for planned, data in zip(part, pool.map(partial(_picture, wish=wish, new=new), part), strict=True):
                if isinstance(data, str):
                    failed[planned.item.rid] = data
                else:
                    made[planned.item.rid] = data
                    taken += len(data)
            if taken > most:
                raise problem(
                    "too-many-bytes",
                    f"The pictures take more than the {most / 1e6:,.0f} MB that a table of pictures may.",
                    "Write fewer or smaller pictures, leave them out of the table, or raise Max megabytes.",
                    param="max_megabytes",
                    value=most // 1_000_000,
                )
            context.progress(min(start + AHEAD, len(items)), len(items))
            if context.cancelled():
                break
    kept = table.filter(pl.col("rid").is_in(list(made)))
    data = [made[rid] for rid in kept["rid"]]
    digests = [sha256(one).hexdigest() for one in data]
    columns = [pl.Series("image", data, pl.Binary), pl.Series("image_sha256", digests, pl.String)]
    return kept.with_columns(columns), failed


def _picture(planned: Planned, *, wish: Wish, new: Path) -> bytes | str:
    try:
        made, _digest = made_picture(planned, new, wish)
    except NotWritableError as reason:
        return str(reason)
    (new / f"{planned.place}{made.suffix}").unlink()
    return made.data


def _mark(table: pl.DataFrame) -> str:
    """What tells one content of the table from another: SHA-256 of its types and rows; pictures count by theirs."""
    told = table.drop("image", strict=False)
    digest = sha256(repr(sorted((name, str(kind)) for name, kind in told.schema.items())).encode())
    for row in told.iter_rows(named=True):
        digest.update(f"{json_line(row)}\n".encode())
    return digest.hexdigest()


def _difference(before: Table | None, wanted: pl.DataFrame, job: _Job) -> str:
    """What becomes of the rows, by rid, in one line for people."""
    known = _lines(before.rows, wanted.columns) if before is not None else {}
    given = _lines(wanted, list(before.schema) if before is not None else wanted.columns)
    added = len(given.keys() - known.keys())
    changed = sum(given[rid] != known[rid] for rid in given.keys() & known.keys())
    removed = 0 if job.append else len(known.keys() - given.keys())
    columns = sorted(set(wanted.columns) - set(before.schema)) if before is not None else []
    more = f", new columns {', '.join(columns)}" if columns else ""
    return f"{added} added, {changed} changed, {removed} removed{more}"


def _lines(table: pl.DataFrame, others: Sequence[str]) -> dict[str, str]:
    shared = sorted(set(table.columns) & set(others) - {"image"})
    return {str(row["rid"]): json_line(row) for row in table.select(shared).iter_rows(named=True)}


def _require_fitting(there: Mapping[str, pl.DataType], given: Mapping[str, pl.DataType], job: _Job) -> None:
    other = sorted(name for name in given.keys() & there.keys() if given[name] != there[name])
    if other and job.append:
        raise problem(
            "column-type",
            f"The column {other[0]!r} holds {given[other[0]]} here and {there[other[0]]} in the table.",
            "Give the new column another name, or replace the rows.",
            param="rows",
            value="append",
        )
    added = sorted(given.keys() - there.keys())
    gone = [] if job.append else sorted(there.keys() - given.keys())
    if job.refuse and (added or gone or other):
        named = (("new", added), ("gone", gone), ("of another type", other))
        raise problem(
            "other-columns",
            "The table has other columns: "
            + "; ".join(f"{what} {', '.join(names)}" for what, names in named if names)
            + ".",
            "Give the set the columns of the table, or let New columns add them.",
            param="new_columns",
            value="refuse",
        )
