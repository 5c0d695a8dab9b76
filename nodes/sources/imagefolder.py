"""The image folder source: folders and Parquet files in the form of the Hugging Face `datasets` library."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Annotated, Any

from nodegraph import ColumnInfo, Context, Folder, Found, Main, Problem, Range, Skipped, problem, source
from nodegraph.data.paths import path_text
from nodegraph.data.recipe import Recipe
from nodes.sources.folder_walk import Picture, rid_of
from nodes.sources.parquet import pictures_of, shards_in
from nodes.sources.rows import (
    FILE_COLUMNS,
    AcceptTruncated,
    AlphaColour,
    MaxMegapixels,
    file_row,
    found_rows,
    ignored_notices,
    listed,
    name_of,
    none_notices,
    unusable_notices,
)
from nodes.sources.sidecars import UnusableError
from nodes.sources.splits import split_of
from nodes.sources.tables import first_text, further_columns, further_problems, further_values, table_rows, text_of
from nodes.sources.unpacking import unpacking

METADATA = ("metadata.csv", "metadata.jsonl", "metadata.parquet")
COLUMNS = {
    **FILE_COLUMNS,
    "caption": ColumnInfo("text", "Caption from the metadata"),
    "split": ColumnInfo("text", "Split from the name of the folder or file, such as train"),
    "label": ColumnInfo("text", "Label from the metadata, or the name of the folder"),
    "license": ColumnInfo("text", "Licence from the metadata"),
    "author": ColumnInfo("text", "Author from the metadata"),
}


def _columns(params: Mapping[str, Any]) -> dict[str, ColumnInfo]:
    return {**COLUMNS, **further_columns(params.get("text_columns", ()), params.get("number_columns", ()))}


def _check(params: Mapping[str, Any]) -> list[Problem]:
    return further_problems(params["text_columns"], params["number_columns"], COLUMNS)


@source("source/imagefolder", rev=1, title="Image folder (Hugging Face)", gives=_columns, check=_check)
def imagefolder(
    *,
    folder: Annotated[str, Folder(), Main(), "The folder of the data set. It is only read."],
    caption_column: Annotated[str, Main(), "Where the caption is; empty: text, else caption."] = "",
    label_column: Annotated[str, "Where the label is."] = "label",
    text_columns: Annotated[list[str], "Further columns of the metadata to take over as text."] = [],  # noqa: B006
    number_columns: Annotated[list[str], "Further columns of the metadata to take over as numbers."] = [],  # noqa: B006
    unpack_to: Annotated[str, Folder(writes=True), "Where pictures inside Parquet files are put; else unused."] = "",
    max_mb: Annotated[int, Range(1, 2000, unit="MB"), "Larger pictures are not unpacked."] = 100,
    max_gb: Annotated[int, Range(1, 10_000, unit="GB"), "What all unpacked pictures may take."] = 100,
    alpha_colour: AlphaColour = "#ffffff",
    accept_truncated: AcceptTruncated = False,
    max_megapixels: MaxMegapixels = 200,
    context: Context,
) -> Found:
    """Gives the pictures of a data set in the form of Hugging Face: an image folder, or Parquet files with pictures.

    In an image folder, `metadata.csv`, `.jsonl` or `.parquet` says in `file_name` which picture a row is about, and in
    `text` its caption; a picture that it does not name is skipped, as the library does. Without metadata the name of
    the folder that a picture is in becomes its `label`. Folders named train, validation or test become the `split`.

    Pictures inside Parquet files are first unpacked to a folder of yours, once. Data sets that need a script of their
    own to be read are not supported, and none is ever run.
    """
    recipe = str(Recipe(alpha_colour, accept_truncated, max_megapixels))
    captions = [caption_column] if caption_column else ["text", "caption"]
    root = Path(folder)

    def told(row: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "caption": first_text(row, captions),
            "label": text_of(row.get(label_column)),
            "license": first_text(row, ["license", "licence"]),
            "author": text_of(row.get("author")),
            **further_values(row, text_columns, number_columns),
        }

    walked = listed(root)
    skipped = list(walked.skipped)
    shards, unusable = shards_in(root)
    described = _Described(root, unusable)
    rows: list[dict[str, Any]] = []
    for picture in walked.pictures:
        if not described:
            more = {"label": _label(picture.rid), "split": split_of(picture.rid)}
        elif (found := described.take(picture)) is None:
            skipped.append(Skipped(picture.rid, "not-in-metadata", "the metadata says nothing of it"))
            continue
        else:
            more = {**told(found), "split": split_of(picture.rid) or described.split}
        rows.append({**file_row(picture.rid, picture.path, picture.bytes, recipe, name_of(root)), **more})
    skipped += described.left_over({skip.rid for skip in skipped})
    if shards:
        if not unpack_to:
            text = f"{shards[0].rid} holds pictures, which have to be unpacked first."
            raise problem("nowhere-to-unpack", text, "Choose a folder for Unpack to.", param="unpack_to")
        most, only_read = max_gb * 10**9, context.rehearsal
        with unpacking(unpack_to, most_bytes=most, param="unpack_to", apart_from=root, only_read=only_read) as unpacked:
            for shard in shards:
                for rid, path, size, row in pictures_of(shard, unpacked, max_mb * 10**6, skipped, context):
                    more = {**told(row), "split": split_of(shard.rid)}
                    rows.append({**file_row(rid, path, size, recipe, name_of(root)), **more})
    notices = [
        *none_notices(rows, root),
        *ignored_notices(walked.ignored),
        *unusable_notices(described.unusable, "Files that could not be read"),
    ]
    return found_rows(
        rows, _columns({"text_columns": text_columns, "number_columns": number_columns}), skipped, notices
    )


def _label(rid: str) -> str | None:
    above = PurePosixPath(rid).parts[:-1]
    return above[-1] if above and split_of(f"{above[-1]}/x") is None else None


class _Described:
    """What the metadata files below a folder say of its pictures. One deeper down has the last word."""

    def __init__(self, root: Path, unusable: Mapping[str, str]) -> None:
        self.unusable = dict(unusable)
        self.split: str | None = None
        self._rows: dict[Path, tuple[Mapping[str, Any], str | None]] = {}
        self._bad: list[Skipped] = []
        self._root = root
        self._files = list(_metadata_in(root))
        for path in self._files:
            try:
                rows = table_rows(path)
            except UnusableError as error:
                self.unusable[rid_of(path, root)] = str(error)
                continue
            # A folder with metadata of its own, right below the data set, is a split whatever its name.
            split = path_text(path.parent.name) if path.parent.parent == root else None
            for number, row in enumerate(rows):
                self._add(path, number, row, split)

    def __bool__(self) -> bool:
        return bool(self._files)

    def _add(self, path: Path, number: int, row: Mapping[str, Any], split: str | None) -> None:
        name = _file_name(row)
        if name is None or not _is_below(name):
            rid = f"{rid_of(path, self._root)} row {number + 1}"
            why = "it has no file_name" if name is None else "its file_name leads out of the folder"
            self._bad.append(Skipped(rid, "bad-file-name", why))
        else:
            self._rows[path.parent / PurePosixPath(name)] = row, split

    def take(self, picture: Picture) -> Mapping[str, Any] | None:
        """What is said of a picture, or None; `split` is then its split by the place of the metadata."""
        row, self.split = self._rows.pop(picture.path, (None, None))
        return row

    def left_over(self, known: set[str]) -> list[Skipped]:
        """The rows of the metadata that no picture was found for, but for those in `known`."""
        rids = sorted(rid_of(path, self._root) for path in self._rows)
        missing = [Skipped(rid, "missing", "the metadata names it, but there is no such picture") for rid in rids]
        return [*self._bad, *(skip for skip in missing if skip.rid not in known)]


def _metadata_in(root: Path) -> Iterator[Path]:
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(folder) / name for name in METADATA if name in files)


def _file_name(row: Mapping[str, Any]) -> str | None:
    names: Sequence[str] = ["file_name", *(name for name in row if name.endswith("_file_name"))]
    return next((value for name in names if isinstance(value := row.get(name), str) and value), None)


def _is_below(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and "\0" not in name and "://" not in name
