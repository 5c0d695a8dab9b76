"""A Delta Lake table on the disk: what is in it, whether it is ours, and one more version of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

from nodegraph.problems import problem
from nodes.export.stage import take_place
from nodes.extras import needed

DESCRIPTION = "Pictures, written by nodegraph"
MARK = "nodegraph"
MAINTENANCE = frozenset({"OPTIMIZE", "VACUUM START", "VACUUM END", "FSCK", "SET TBLPROPERTIES"})


@dataclass(frozen=True)
class Table:
    """A version of a table: what marks its content, and whether another program has written since.

    `mark` is "" where the last content is not ours.
    """

    path: Path
    version: int
    mark: str
    edited: bool
    schema: Mapping[str, pl.DataType]

    @cached_property
    def rows(self) -> pl.DataFrame:
        """The rows of this version, without the pictures."""
        table = needed("deltalake", "delta").DeltaTable(str(self.path), version=self.version)
        return _selected(table, [name for name in self.schema if name != "image"])

    @property
    def height(self) -> int:
        """How many rows there are."""
        return self.rows.height


def require_plain_name(folder: Path) -> None:
    """Raises a problem for a folder in whose name or place the library loses its way."""
    name = folder.as_posix()
    odd = re.search("[\ud800-\udfff\x00-\x1f\x7f%^|#?*\\\\\\[\\]]", name)
    if odd:
        raise problem(
            "folder-name",
            f"A Delta table cannot lie in {name!r}: the library does not take {odd[0]!r} in the name of a folder.",
            "Choose a folder with a plainer name.",
            param="folder",
            value=str(folder),
        )


def open_table(folder: Path) -> Table | None:
    """The table in `folder` as it is now; None where there is no such folder or an empty one.

    Raises a problem when the folder holds something else, or a table that no export has begun.
    """
    if not folder.exists() or not any(folder.iterdir()):
        return None
    deltalake = needed("deltalake", "delta")
    if not deltalake.DeltaTable.is_deltatable(str(folder)):
        raise _not_ours(folder, "files that are no Delta table")
    table = deltalake.DeltaTable(str(folder))
    if table.metadata().description != DESCRIPTION:
        raise _not_ours(folder, "a Delta table that no export has made")
    last = _last_write(table)
    return Table(
        path=folder,
        version=table.version(),
        mark=str(last.get(MARK, "")),
        edited=MARK not in last,
        schema=dict(_selected(table, [field.name for field in table.schema().fields], limit=0).schema),
    )


def _selected(table: Any, columns: Sequence[str], limit: int | None = None) -> pl.DataFrame:
    # by the library's own reader: that of polars takes a blank in the folder's name for %20
    names = ", ".join('"' + name.replace('"', '""') + '"' for name in columns)
    query = needed("deltalake", "delta").QueryBuilder().register("pictures", table)
    found = query.execute(f"SELECT {names} FROM pictures" + ("" if limit is None else f" LIMIT {limit}"))
    return pl.DataFrame(found.read_all())


def _last_write(table: Any) -> Mapping[str, Any]:
    return next((commit for commit in table.history() if commit.get("operation") not in MAINTENANCE), {})


def _not_ours(folder: Path, what: str) -> Exception:
    return problem(
        "folder-not-ours",
        f"{folder} holds {what}; it is left as it is.",
        "Choose an empty or a new folder.",
        param="folder",
        value=str(folder),
    )


def write_table(target: Path, new: Path, rows: pl.DataFrame, mark: str, *, append: bool) -> Table:
    """Writes a version of the table in `target` and reads it back; the first one is made in `new` and takes its place.

    A version is its entry in the log, which is written last and in one step: what a killed run leaves is not part of
    the table. Raises a problem where the library refuses, OSError where what is read back is not what was written.
    """
    deltalake = needed("deltalake", "delta")
    first = not target.exists() or not any(target.iterdir())
    try:
        deltalake.write_deltalake(
            str(new if first else target),
            rows,
            mode="append" if append else "overwrite",
            schema_mode="merge" if append else "overwrite",
            description=DESCRIPTION,
            commit_properties=deltalake.CommitProperties(custom_metadata={MARK: mark}),
        )
    except Exception as error:  # the library raises what it likes
        if isinstance(error, OSError):
            raise
        raise problem(
            "cannot-write",
            f"The table {target} cannot be written: {error}.",
            "The table is as it was. Choose a new folder, or leave out the column it speaks of.",
            param="folder",
            value=str(target),
        ) from error
    if first:
        take_place(new, target)
    after = open_table(target)
    if after is None or after.mark != mark or not _holds(after.rows, rows, exactly=not append):
        raise OSError(f"the table {target} does not read back as it was written")
    return after


def _holds(found: pl.DataFrame, written: pl.DataFrame, *, exactly: bool) -> bool:
    keys = ["rid", "cid"]
    missing = written.select(keys).join(found.select(keys), on=keys, how="anti").height
    return not missing and (not exactly or found.height == written.height)


def table_types(table: pl.DataFrame) -> pl.DataFrame:
    """The rows with types that Delta tables have: whole numbers of 64 bits, text for categories and times of day."""
    return table.with_columns(
        pl.col(name).dt.to_string("iso") if isinstance(kind, pl.Duration) else pl.col(name).cast(wanted)
        for name, kind in table.schema.items()
        if (wanted := _type(kind)) != kind
    )


def _type(kind: pl.DataType) -> pl.DataType:
    if isinstance(kind, pl.List):
        return pl.List(_type(kind.inner))  # type: ignore[arg-type]
    if isinstance(kind, pl.Array):
        return pl.List(_type(kind.inner))  # type: ignore[arg-type]
    if isinstance(kind, pl.Struct):
        return pl.Struct({field.name: _type(field.dtype) for field in kind.fields})  # type: ignore[arg-type]
    if kind.is_integer():
        return pl.Int64()
    if isinstance(kind, pl.Datetime):
        return pl.Datetime("us", "UTC" if kind.time_zone else None)
    plain = kind.is_float() or kind in (pl.String, pl.Boolean, pl.Binary, pl.Date)
    return kind if plain else pl.String()
