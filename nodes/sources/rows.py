"""What all sources share: the columns of a file, the settings of its decoding, and how rows become what was found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import polars as pl

from nodegraph import Colour, ColumnInfo, Found, Range, Skipped, problem
from nodegraph.columns import POLARS_TYPE
from nodegraph.data.paths import path_text
from nodes.sources.folder_walk import Walk, walk

FILE_COLUMNS = {
    "source": ColumnInfo("text", "Name of the folder"),
    "file_name": ColumnInfo("text", "Name of the file"),
    "bytes": ColumnInfo("integer", "Size of the file", unit="bytes"),
}

AlphaColour = Annotated[str, Colour(), "Transparent parts are laid on this colour."]
AcceptTruncated = Annotated[bool, "Take files that are cut short or damaged, as far as they go."]
MaxMegapixels = Annotated[int, Range(1, 2000), "Larger pictures are refused before they are decoded."]

NAMED = 3
"""How many examples a notice names."""

_IGNORED = {
    "system": "system files and folders",
    "hidden": "hidden files and folders",
    "unfinished": "unfinished downloads",
    "companion": "masks and caches of trainers",
    "subfolder": "subfolders, as the node does not look into them",
    "other": "files that are no pictures",
}


def file_row(rid: str, path: Path, size: int, recipe: str, source: str) -> dict[str, Any]:
    """The values that every source gives for a file."""
    return {
        "rid": rid,
        "path": path_text(path),
        "recipe": recipe,
        "source": source,
        "file_name": path_text(path.name),
        "bytes": size,
    }


def name_of(root: Path) -> str:
    """The name of a folder for the column `source`."""
    return path_text(root.resolve().name or str(root))


def found_rows(
    rows: Sequence[Mapping[str, Any]],
    columns: Mapping[str, ColumnInfo],
    skipped: Iterable[Skipped] = (),
    notices: Iterable[str] = (),
) -> Found:
    """The rows as what a source found; a value that a row lacks is null."""
    schema: dict[str, Any] = dict.fromkeys(("rid", "path", "recipe"), pl.String)
    schema |= {name: POLARS_TYPE[info.kind] for name, info in columns.items()}
    return Found(pl.DataFrame(list(rows), schema=schema, strict=True), list(skipped), list(notices))


def listed(root: Path, *, recursive: bool = True, include_hidden: bool = False, param: str = "folder") -> Walk:
    """The pictures of a folder and what is beside them. Raises a problem for a folder that cannot be listed."""

    def trouble(code: str, text: str, fix: str) -> Exception:
        return problem(code, text, fix, param=param, value=str(root))

    try:
        if root.exists() and not root.is_dir():
            raise trouble("not-a-folder", f"{root} is a file.", "Choose the folder it is in.")
        return walk(root, recursive=recursive, include_hidden=include_hidden)
    except PermissionError as error:
        text, fix = f"Reading the folder {root} is not permitted.", "Change its permissions or choose another folder."
        raise trouble("unreadable-folder", text, fix) from error
    except OSError as error:
        if root.exists():
            text = f"The folder {root} cannot be read: {error.strerror}."
            raise trouble("unreadable-folder", text, "Choose another folder.") from error
        raise trouble("no-such-folder", f"There is no folder {root}.", "Choose a folder that is there.") from error


def ignored_notices(ignored: Counter[str]) -> list[str]:
    """A sentence on the files that are of no interest, or nothing."""
    counts = [f"{ignored[why]} {what}" for why, what in _IGNORED.items() if ignored[why]]
    return [f"Ignored: {', '.join(counts)}."] if counts else []


def unusable_notices(unusable: Mapping[str, str], what: str = "Captions that could not be read") -> list[str]:
    """A sentence on the files that could not be used (rid -> why), a few of them named, or nothing."""
    if not unusable:
        return []
    named = [f"{rid} ({why})" for rid, why in sorted(unusable.items())[:NAMED]]
    more = f" and {len(unusable) - NAMED} more" if len(unusable) > NAMED else ""
    return [f"{what}: {', '.join(named)}{more}."]


def none_notices(rows: Sequence[object], root: Path) -> list[str]:
    """A sentence for a source without pictures, or nothing."""
    return [] if rows else [f"There are no pictures in {path_text(root)}."]
