"""The WebDataset source: pictures and captions in tar files, unpacked once into a folder."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from pathlib import Path
from typing import Annotated, Any

from nodegraph import ColumnInfo, Context, Folder, Found, Main, Problem, Range, Skipped, source
from nodegraph.data.opening import opened
from nodegraph.data.paths import path_text
from nodegraph.data.recipe import Recipe
from nodegraph.data.unreadable import Unavailable
from nodes.sources.folder_walk import natural_key, rid_of
from nodes.sources.rows import (
    FILE_COLUMNS,
    AcceptTruncated,
    AlphaColour,
    MaxMegapixels,
    file_row,
    found_rows,
    listed,
    name_of,
    none_notices,
    unusable_notices,
)
from nodes.sources.sidecars import Told, UnusableError, clean_text, json_object, text_in, told_by_json
from nodes.sources.splits import split_of
from nodes.sources.tables import first_text, further_columns, further_problems, further_values
from nodes.sources.tar_samples import Sample, Shard, TornError
from nodes.sources.unpacking import RefusedError, Unpacked, key_in, unpacking

COLUMNS = {
    **FILE_COLUMNS,
    "caption": ColumnInfo("text", "Caption from the .txt or .caption, else the .json of the sample"),
    "license": ColumnInfo("text", "Licence from the .json of the sample"),
    "author": ColumnInfo("text", "Author from the .json of the sample"),
    "url": ColumnInfo("text", "Address from the .json of the sample"),
    "split": ColumnInfo("text", "Split from the .json, else from the name of the tar file or its folder"),
    "shard": ColumnInfo("text", "The tar file that it is from"),
    "wds_key": ColumnInfo("text", "Key of the sample in the tar file"),
}


def _columns(params: Mapping[str, Any]) -> dict[str, ColumnInfo]:
    return {**COLUMNS, **further_columns(params.get("text_columns", ()), params.get("number_columns", ()))}


def _check(params: Mapping[str, Any]) -> list[Problem]:
    return further_problems(params["text_columns"], params["number_columns"], COLUMNS)


@source("source/webdataset", rev=1, title="WebDataset", gives=_columns, check=_check)
def webdataset(
    *,
    shards: Annotated[str, Folder(), Main(), "The folder with the tar files. It is only read."],
    folder: Annotated[str, Folder(writes=True), Main(), "The pictures are unpacked to this folder, once."],
    pattern: Annotated[str, "Which tar files: * stands for anything, as in train-*.tar."] = "*.tar",
    text_columns: Annotated[list[str], "Further values of the .json to take over as text."] = [],  # noqa: B006
    number_columns: Annotated[list[str], "Further values of the .json to take over as numbers."] = [],  # noqa: B006
    max_mb: Annotated[int, Range(1, 2000, unit="MB"), "Larger pictures are not unpacked."] = 100,
    max_gb: Annotated[int, Range(1, 10_000, unit="GB"), "What all unpacked pictures may take."] = 100,
    alpha_colour: AlphaColour = "#ffffff",
    accept_truncated: AcceptTruncated = False,
    max_megapixels: MaxMegapixels = 200,
    context: Context,
) -> Found:
    """Gives the pictures in the tar files of a WebDataset, such as img2dataset makes them.

    Files whose names are alike up to the first dot are one sample: `000012.jpg` with `000012.txt` and `000012.json`.
    The caption is the `.txt` or `.caption`, else "caption" or "text" in the `.json`. A sample without a picture is
    skipped. Names inside the archives are never used as file names; links in them are skipped.

    The pictures are unpacked to a folder of yours; what is there already is not unpacked again. Only plain `.tar`
    files are read; compressed ones have to be decompressed first.
    """
    root = Path(shards)
    listed(root, recursive=False, param="shards")  # says what is wrong with the folder
    recipe = str(Recipe(alpha_colour, accept_truncated, max_megapixels))
    skipped: list[Skipped] = []
    unusable: dict[str, str] = {}
    rows: dict[str, dict[str, Any]] = {}
    paths = sorted(_tar_files(root, pattern), key=lambda path: natural_key(rid_of(path, root)))
    most, only_read = max_gb * 10**9, context.rehearsal
    with unpacking(folder, most_bytes=most, apart_from=root, only_read=only_read) as unpacked:
        for number, path in enumerate(paths):
            context.progress(number, len(paths))
            shard = rid_of(path, root)
            for sample, file, size in _samples(root, path, unpacked, max_mb * 10**6, skipped, context):
                rid = _rid(shard, sample)
                if rid in rows:
                    skipped.append(Skipped(rid, "same-name", "another picture of the archive has the same name"))
                    continue
                told, said = _told(sample, rid, unusable)
                rows[rid] = {
                    **file_row(rid, file, size, recipe, name_of(root)),
                    "caption": told.caption,
                    "license": told.license,
                    "author": told.author,
                    "url": first_text(said, ["url"]),
                    "split": first_text(said, ["split"]) or split_of(shard),
                    "shard": shard,
                    "wds_key": path_text(sample.key),
                    **further_values(said, text_columns, number_columns),
                }
    notices = none_notices(list(rows), root) + unusable_notices(unusable, "Texts that could not be read")
    if not paths:
        notices.append(f"No file in {path_text(root)} is named like {pattern}.")
    return found_rows(
        list(rows.values()), {**COLUMNS, **further_columns(text_columns, number_columns)}, skipped, notices
    )


def _tar_files(root: Path, pattern: str) -> Iterator[Path]:
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            path = Path(folder) / name
            if fnmatch(name, pattern) or fnmatch(path.relative_to(root).as_posix(), pattern):
                yield path


def _samples(
    root: Path, path: Path, unpacked: Unpacked, most_bytes: int, skipped: list[Skipped], context: Context
) -> Iterator[tuple[Sample, Path, int]]:
    """The samples of a tar file, each with its unpacked picture and that one's size. Others are added to `skipped`."""
    rid = rid_of(path, root)
    try:
        with opened(path) as file:
            status = os.fstat(file.fileno())
            stamp = f"{status.st_size}:{status.st_mtime_ns}"
            shard = Shard(file)
            for number, sample in enumerate(shard.samples()):
                if context.cancelled():
                    return
                skipped += [Skipped(f"{rid}/{name}", rule, reason) for name, rule, reason in sample.refused]
                picture = sample.picture()
                if picture is None:
                    if not sample.refused:
                        reason = "the sample has no picture"
                        skipped.append(Skipped(f"{rid}/{path_text(sample.key)}", "no-picture", reason))
                    continue
                key = key_in(root, rid, number, picture[0])
                entry = unpacked.known(key, stamp)
                try:
                    entry = entry or unpacked.add(
                        key, sample.key, shard.parts(picture[1]), most_bytes=most_bytes, stamp=stamp
                    )
                except RefusedError as error:
                    skipped.append(Skipped(_rid(rid, sample), error.rule, error.reason))
                else:
                    yield sample, unpacked.path_of(entry), entry.bytes
    except TornError as error:
        skipped.append(Skipped(rid, "torn", str(error)))
    except Unavailable as error:
        skipped.append(Skipped(rid, error.rule, error.reason))


def _rid(shard: str, sample: Sample) -> str:
    picture = sample.picture()
    return f"{shard}/{path_text(sample.key)}.{path_text(picture[0]) if picture else ''}"


def _told(sample: Sample, rid: str, unusable: dict[str, str]) -> tuple[Told, dict[str, Any]]:
    """What the texts of a sample say, and its JSON whole."""
    caption: str | None = None
    told, said = Told(), dict[str, Any]()
    for field, data in sample.texts.items():
        try:
            text = clean_text(text_in(data))
            if field == "json":
                told = told_by_json(text)
                said = json_object(text) if text else {}
            else:
                caption = caption or text or None
        except UnusableError as error:
            unusable[f"{rid} ({field})"] = str(error)
    return Told(caption or told.caption, None, told.license, told.author), said
