"""The kohya source: folders named like `10_sks chair`, read with the rules of the trainer."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

from nodegraph import ColumnInfo, Folder, Found, Main, Skipped, source
from nodegraph.data.paths import path_text
from nodegraph.data.recipe import Recipe
from nodes.sources.folder_walk import Picture, Walk, natural_key, walk
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
from nodes.sources.sidecars import UnusableError, clean_text, whole_text

COLUMNS = {
    **FILE_COLUMNS,
    "repeats": ColumnInfo("integer", "How often a picture is shown in an epoch"),
    "class_token": ColumnInfo("text", "Trigger word and class from the folder's name"),
    "is_reg": ColumnInfo("flag", "Whether it is a regularisation picture"),
    "caption": ColumnInfo("text", "What the trainer takes for the caption"),
    "caption_source": ColumnInfo("text", "Extension of the caption's file, or \"folder\" for the folder's class"),
}
REGULARISATION = frozenset({"reg", "regs", "regularization", "regularisation", "reg_images", "class_images"})
TRAINING = frozenset({"img", "image", "images", "train"})
TRAINER_READS = frozenset({".png", ".jpg", ".jpeg", ".webp", ".bmp"})
_LARGEST_REPEATS = 1_000_000
_CROP_PIECES = 4  # "_x_y_w_h" that the trainer's face cropper puts behind a name


@source("source/kohya", rev=1, title="Kohya folder", gives=COLUMNS)
def kohya(
    *,
    folder: Annotated[str, Folder(), Main(), "The folder that holds the folders named like '10_sks chair'."],
    regularisation: Annotated[str, Folder(), "A folder of the same form with regularisation pictures, if any."] = "",
    caption_extension: Annotated[Literal[".txt", ".caption"], Main(), "The trainer's default is .caption."] = ".txt",
    alpha_colour: AlphaColour = "#ffffff",
    accept_truncated: AcceptTruncated = False,
    max_megapixels: MaxMegapixels = 200,
) -> Found:
    """Gives the pictures of a training folder of kohya's sd-scripts: folders named `<repeats>_<trigger and class>`.

    The columns `repeats` and `class_token` come from the folder's name; a folder whose name does not begin with a
    number and "_" is skipped, as the trainer skips it, and subfolders are not looked into. `is_reg` is true for the
    regularisation folder; a folder named "reg" beside the others (or beside "img") counts as one.

    The caption is what the trainer would use: the first line of the file with the caption extension, else the class.
    An empty caption file, which stops the trainer, gives no caption and a notice.
    """
    recipe = str(Recipe(alpha_colour, accept_truncated, max_megapixels))
    reading = _Reading(recipe, caption_extension)
    root = Path(folder)
    reading.folders_of(root, "", is_reg=False, look_for_parts=True, with_reg=not regularisation)
    if regularisation:
        reading.folders_of(Path(regularisation), "regularisation/", is_reg=True, param="regularisation")
    rows = reading.rows
    return found_rows(rows, COLUMNS, reading.skipped, none_notices(rows, root) + reading.notices())


def parsed_name(name: str) -> tuple[int, str] | str:
    """The repeats and the class in a folder's name, or why the trainer does not take the folder.

    sd-scripts (library/config_util.py) cuts at "_": the first piece must be a whole number of one or more.
    """
    number, _, words = name.partition("_")
    try:
        repeats = int(number) if len(number) <= 20 else 0
    except ValueError:
        return "its name does not begin with a number and _, as in 10_sks chair"
    if not 1 <= repeats <= _LARGEST_REPEATS:
        return "the repeats at the beginning of its name are not a number from 1 to a million"
    return repeats, words


def caption_files(stem: str, extension: str) -> list[str]:
    """The names under which the trainer looks for a caption: with five pieces or more, also without the last four."""
    pieces = stem.split("_")
    shorter = ["_".join(pieces[:-_CROP_PIECES]) + extension] if len(pieces) > _CROP_PIECES else []
    return [stem + extension, *shorter]


class _Reading:
    """What has been read so far."""

    def __init__(self, recipe: str, extension: str) -> None:
        self.recipe, self.extension = recipe, extension
        self.rows: list[dict[str, Any]] = []
        self.skipped: list[Skipped] = []
        self._ignored: Counter[str] = Counter()
        self._unusable: dict[str, str] = {}
        self._unread: dict[str, str] = {}

    def folders_of(
        self,
        root: Path,
        prefix: str,
        *,
        is_reg: bool,
        look_for_parts: bool = False,
        with_reg: bool = False,
        param: str = "folder",
    ) -> None:
        """Reads the folders below `root`; their rids begin with `prefix`."""
        above = listed(root, recursive=False, param=param)  # says what is wrong with the root
        self.skipped += [Skipped(prefix + skip.rid, skip.rule, skip.reason) for skip in above.skipped]
        for picture in above.pictures:
            reason = "it is beside the folders: the trainer takes only what is in them"
            self.skipped.append(Skipped(prefix + picture.rid, "beside-folders", reason))
        for name in _folders_in(root):
            rid = f"{prefix}{path_text(name)}/"
            part = name.lower() in REGULARISATION if with_reg else False
            if look_for_parts and (part or name.lower() in TRAINING):
                self.folders_of(root / name, rid, is_reg=part)
            elif isinstance(parsed := parsed_name(name), str):
                self.skipped.append(Skipped(rid, "folder-name", parsed))
            else:
                self._pictures_of(root / name, rid, name_of(root), *parsed, is_reg)

    def _pictures_of(self, root: Path, prefix: str, source: str, repeats: int, words: str, is_reg: bool) -> None:
        try:
            walked = walk(root, recursive=False, include_hidden=False)
        except OSError as error:
            self.skipped.append(Skipped(prefix, "io-error", f"it cannot be read: {error.strerror or error}"))
            return
        self._ignored += walked.ignored
        self.skipped += [Skipped(prefix + skip.rid, skip.rule, skip.reason) for skip in walked.skipped]
        token = clean_text(path_text(words))
        for picture in walked.pictures:
            rid = prefix + picture.rid
            if not _trainer_reads(picture.path.suffix):
                self._unread[rid] = f"sd-scripts reads no {path_text(picture.path.suffix) or 'files without extension'}"
            caption, caption_source = self._caption(picture, walked, rid)
            if caption_source is None and token:
                caption, caption_source = token, "folder"
            row = file_row(rid, picture.path, picture.bytes, self.recipe, source)
            more = {"repeats": repeats, "class_token": token or None, "is_reg": is_reg}
            self.rows.append({**row, **more, "caption": caption, "caption_source": caption_source})

    def _caption(self, picture: Picture, walked: Walk, rid: str) -> tuple[str | None, str | None]:
        beside = walked.sidecars.get(picture.path.parent, {})
        for name in caption_files(picture.path.stem, self.extension):
            path = beside.get((name.removesuffix(self.extension), self.extension))
            if path is None or path.suffix != self.extension:
                continue
            try:
                lines = whole_text(path).split("\n")
            except UnusableError as error:
                self._unusable[rid] = str(error)
                return None, self.extension
            if not lines[0].strip():
                self._unusable[rid] = "its first line is empty"
            return lines[0].strip() or None, self.extension
        return None, None

    def notices(self) -> list[str]:
        """What a user should hear of the reading."""
        return [
            *ignored_notices(self._ignored),
            *unusable_notices(self._unusable),
            *unusable_notices(self._unread, "Pictures that the trainer itself passes over"),
        ]


def _trainer_reads(suffix: str) -> bool:
    # The trainer looks for names in lower case and in upper case, and misses ".Jpg".
    return suffix.lower() in TRAINER_READS and suffix in (suffix.lower(), suffix.upper())


def _folders_in(root: Path) -> Iterator[str]:
    with os.scandir(root) as entries:
        names = [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
    return iter(sorted((name for name in names if not name.startswith(".")), key=natural_key))
