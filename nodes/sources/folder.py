"""The folder source: the pictures of a folder with the texts beside them, and the same for a set of examples."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from nodegraph import ColumnInfo, Folder, Found, Main, source
from nodegraph.data.recipe import Recipe
from nodes.sources.folder_walk import Walk, rid_of
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
from nodes.sources.sidecars import Told, read_sidecars, sidecars_of

SIDECAR_COLUMNS = {
    "caption": ColumnInfo("text", "Caption from a file beside the picture"),
    "caption_source": ColumnInfo("text", "Extension of the file that the caption is from"),
    "license": ColumnInfo("text", "Licence from a .json beside the picture"),
    "author": ColumnInfo("text", "Author from a .json beside the picture"),
}


def _columns(params: Mapping[str, Any]) -> dict[str, ColumnInfo]:
    return {**FILE_COLUMNS, **(SIDECAR_COLUMNS if params.get("captions", True) else {})}


@source("source/folder", rev=1, title="Folder", gives=_columns)
def folder(
    *,
    folder: Annotated[str, Folder(), Main(), "The folder with the pictures. It is only read."],
    recursive: Annotated[bool, "Look into its subfolders too."] = True,
    captions: Annotated[bool, "Read .txt, .caption and .json files beside the pictures."] = True,
    include_hidden: Annotated[bool, "Take files and folders whose name starts with a dot too."] = False,
    alpha_colour: AlphaColour = "#ffffff",
    accept_truncated: AcceptTruncated = False,
    max_megapixels: MaxMegapixels = 200,
) -> Found:
    """Gives every picture of a folder, in natural order ("img2" before "img10").

    What a file is, is seen from its content: a picture without extension is found, a text named .jpg is refused when it
    is first decoded. System files, unfinished downloads, archives and masks are passed over. Links are never followed:
    a link to a picture of the same folder is that picture, and one that leads out of the folder is skipped.

    A caption is read from `name.txt`, else `name.caption`, else `name.json` ("caption", "text" or "tags"); for
    "name.jpg" also from "name.jpg.txt" and so on, which go first. The first that is not blank counts.
    """
    root = Path(folder)
    walked = listed(root, recursive=recursive, include_hidden=include_hidden)
    recipe = str(Recipe(alpha_colour, accept_truncated, max_megapixels))
    return _found(root, walked, recipe, captions)


@source("source/reference", rev=1, title="Reference set", gives=FILE_COLUMNS)
def reference(
    *,
    folder: Annotated[str, Folder(), Main(), "The folder with the example pictures. It is only read."],
    recursive: Annotated[bool, "Look into its subfolders too."] = True,
    alpha_colour: AlphaColour = "#ffffff",
    accept_truncated: AcceptTruncated = False,
    max_megapixels: MaxMegapixels = 200,
) -> Found:
    """Gives example pictures to compare others with, for "Similar to examples" and "Exclude reference set".

    Examples show what you want more of, or what must not come again, such as the pictures of a test set. They are a
    measuring stick and do not become part of your set: wire this to the second input of those nodes. A handful of
    pictures that differ from each other does better than many of one kind. Captions beside them are not read.
    """
    root = Path(folder)
    walked = listed(root, recursive=recursive)
    return _found(root, walked, str(Recipe(alpha_colour, accept_truncated, max_megapixels)), captions=False)


def _found(root: Path, walked: Walk, recipe: str, captions: bool) -> Found:
    rows: list[dict[str, Any]] = []
    unusable: dict[str, str] = {}
    source_name = name_of(root)
    for picture in walked.pictures:
        row = file_row(picture.rid, picture.path, picture.bytes, recipe, source_name)
        if captions:
            told, bad = _told(picture.path, walked)
            unusable.update((rid_of(path, root), why) for path, why in bad)
            row.update({name: getattr(told, name) for name in SIDECAR_COLUMNS})
        rows.append(row)
    notices = none_notices(rows, root) + ignored_notices(walked.ignored) + unusable_notices(unusable)
    return found_rows(rows, _columns({"captions": captions}), walked.skipped, notices)


def _told(path: Path, walked: Walk) -> tuple[Told, list[tuple[Path, str]]]:
    beside = walked.sidecars.get(path.parent)
    return read_sidecars(sidecars_of(path, beside)) if beside else (Told(), [])
