"""Sources: where the pictures of a graph come from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import polars as pl

from nodegraph import Colour, ColumnInfo, Folder, Found, Main, Range, problem, source
from nodegraph.data.paths import path_text
from nodegraph.data.recipe import Recipe
from nodes.folder_walk import Walk, rid_of, walk
from nodes.sidecars import Told, read_sidecars, sidecars_of

FILE_COLUMNS = {
    "source": ColumnInfo("text", "Name of the folder"),
    "file_name": ColumnInfo("text", "Name of the file"),
    "bytes": ColumnInfo("integer", "Size of the file", unit="bytes"),
}
SIDECAR_COLUMNS = {
    "caption": ColumnInfo("text", "Caption from a file beside the picture"),
    "caption_source": ColumnInfo("text", "Extension of the file that the caption is from"),
    "license": ColumnInfo("text", "Licence from a .json beside the picture"),
    "author": ColumnInfo("text", "Author from a .json beside the picture"),
}
_SCHEMA: dict[str, Any] = {
    **dict.fromkeys(("rid", "path", "recipe", "source", "file_name"), pl.String),
    "bytes": pl.Int64,
    **dict.fromkeys(SIDECAR_COLUMNS, pl.String),
}
_IGNORED = {
    "system": "system files and folders",
    "hidden": "hidden files and folders",
    "unfinished": "unfinished downloads",
    "companion": "masks and caches of trainers",
    "subfolder": "subfolders, as the node does not look into them",
    "other": "files that are no pictures",
}
_NAMED = 3


def _columns(params: Mapping[str, Any]) -> dict[str, ColumnInfo]:
    return {**FILE_COLUMNS, **(SIDECAR_COLUMNS if params.get("captions", True) else {})}


@source("source/folder", rev=1, title="Folder", gives=_columns)
def folder(
    *,
    folder: Annotated[str, Folder(), Main(), "The folder with the pictures. It is only read."],
    recursive: Annotated[bool, "Look into its subfolders too."] = True,
    captions: Annotated[bool, "Read .txt, .caption and .json files beside the pictures."] = True,
    include_hidden: Annotated[bool, "Take files and folders whose name starts with a dot too."] = False,
    alpha_colour: Annotated[str, Colour(), "Transparent parts are laid on this colour."] = "#ffffff",
    accept_truncated: Annotated[bool, "Take files that are cut short or damaged, as far as they go."] = False,
    max_megapixels: Annotated[int, Range(1, 2000), "Larger pictures are refused before they are decoded."] = 200,
) -> Found:
    """Gives every picture of a folder, in natural order ("img2" before "img10").

    What a file is, is seen from its content: a picture without extension is found, a text named .jpg is refused when it
    is first decoded. System files, unfinished downloads, archives and masks are passed over. Links are never followed:
    a link to a picture of the same folder is that picture, and one that leads out of the folder is skipped.

    A caption is read from `name.txt`, else `name.caption`, else `name.json` ("caption", "text" or "tags"); for
    "name.jpg" also from "name.jpg.txt" and so on, which go first. The first that is not blank counts.
    """
    root = Path(folder)
    found = _walk(root, recursive=recursive, include_hidden=include_hidden)
    recipe = str(Recipe(alpha_colour, accept_truncated, max_megapixels))
    rows: list[dict[str, Any]] = []
    unusable: dict[str, str] = {}
    for picture in found.pictures:
        row: dict[str, Any] = {
            "rid": picture.rid,
            "path": path_text(picture.path),
            "recipe": recipe,
            "source": path_text(root.resolve().name or str(root)),
            "file_name": path_text(picture.path.name),
            "bytes": picture.bytes,
        }
        if captions:
            told, bad = _told(picture.path, found)
            unusable.update((rid_of(path, root), why) for path, why in bad)
            row.update({name: getattr(told, name) for name in SIDECAR_COLUMNS})
        rows.append(row)
    names = [name for name in _SCHEMA if captions or name not in SIDECAR_COLUMNS]
    table = pl.DataFrame(rows, schema={name: _SCHEMA[name] for name in names})
    return Found(table, found.skipped, _notices(root, found.ignored, unusable, rows))


def _walk(root: Path, *, recursive: bool, include_hidden: bool) -> Walk:
    try:
        if root.exists() and not root.is_dir():
            raise problem(
                "not-a-folder", f"{root} is a file.", "Choose the folder it is in.", param="folder", value=str(root)
            )
        return walk(root, recursive=recursive, include_hidden=include_hidden)
    except PermissionError as error:
        text, fix = f"Reading the folder {root} is not permitted.", "Change its permissions or choose another folder."
        raise problem("unreadable-folder", text, fix, param="folder", value=str(root)) from error
    except OSError as error:
        if root.exists():
            text, fix = f"The folder {root} cannot be read: {error.strerror}.", "Choose another folder."
            raise problem("unreadable-folder", text, fix, param="folder", value=str(root)) from error
        text, fix = f"There is no folder {root}.", "Choose a folder that is there."
        raise problem("no-such-folder", text, fix, param="folder", value=str(root)) from error


def _told(path: Path, found: Walk) -> tuple[Told, list[tuple[Path, str]]]:
    beside = found.sidecars.get(path.parent)
    return read_sidecars(sidecars_of(path, beside)) if beside else (Told(), [])


def _notices(
    root: Path, ignored: Counter[str], unusable: Mapping[str, str], rows: Sequence[Mapping[str, Any]]
) -> list[str]:
    notices: list[str] = []
    if not rows:
        notices.append(f"There are no pictures in {path_text(root)}.")
    counts = [f"{ignored[why]} {what}" for why, what in _IGNORED.items() if ignored[why]]
    if counts:
        notices.append(f"Ignored: {', '.join(counts)}.")
    if unusable:
        named = [f"{rid} ({why})" for rid, why in sorted(unusable.items())[:_NAMED]]
        more = f" and {len(unusable) - _NAMED} more" if len(unusable) > _NAMED else ""
        notices.append(f"Captions that could not be read: {', '.join(named)}{more}.")
    return notices


NODES = (folder,)
