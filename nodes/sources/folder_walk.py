"""Walking a folder: which of its files are pictures, which are skipped and why, which are of no interest."""

from __future__ import annotations

import errno
import os
import stat
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from natsort import natsort_keygen, ns

from nodegraph import Skipped
from nodegraph.data.opening import opened, read_at_most
from nodegraph.data.paths import path_text
from nodegraph.data.sniff import DECODABLE, IMAGE_EXTENSIONS, sniff
from nodegraph.data.unreadable import Unavailable
from nodes.sources.sidecars import SIDECAR_EXTENSIONS

_SYSTEM_NAMES = frozenset(
    ("thumbs.db", "ehthumbs.db", ".ds_store", "desktop.ini", ".picasa.ini", "picasa.ini", "icon\r")
)
_SYSTEM_FOLDERS = frozenset(
    ("__macosx", "@eadir", "#recycle", "$recycle.bin", "system volume information", "lost+found")
)
_UNFINISHED = frozenset((".crdownload", ".part", ".partial", ".download", ".tmp", ".temp", ".opdownload"))
_COMPANIONS = ("-masklabel.png", "-condlabel.png", ".npz")
# Marks so plain that a file is taken for a picture by them whatever its name is; a caption may well begin with "P5 ".
_PLAIN_MARKS = DECODABLE - {"PPM", "PCX", "ICO", "TGA"}
_SNIFFED = 64

_natural = natsort_keygen(alg=ns.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Picture:
    """A file that is to become a row."""

    rid: str
    path: Path
    bytes: int


@dataclass
class Walk:
    """What a walk has found: pictures, candidates skipped, sidecars by folder, and how many files were ignored."""

    pictures: list[Picture] = field(default_factory=list[Picture])
    skipped: list[Skipped] = field(default_factory=list[Skipped])
    sidecars: dict[Path, dict[tuple[str, str], Path]] = field(default_factory=dict[Path, dict[tuple[str, str], Path]])
    ignored: Counter[str] = field(default_factory=Counter[str])


def walk(root: Path, *, recursive: bool, include_hidden: bool) -> Walk:
    """Everything below `root`, pictures and skipped files in natural order of their rids. Links are never followed.

    Raises OSError when `root` itself cannot be listed.
    """
    found = Walk()
    real_root = Path(os.path.realpath(root))
    folders = [root]
    while folders:
        folder = folders.pop()
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            if folder == root:
                raise
            found.skipped.append(Skipped(rid_of(folder, root) + "/", _rule(error), _reason(error, "folder")))
            continue
        for entry in entries:
            if (why := _of_no_interest(entry, include_hidden)) is not None:
                found.ignored[why] += 1
            elif entry.is_symlink():
                found.skipped.extend(_skipped_link(Path(entry.path), root, real_root))
            elif entry.is_dir(follow_symlinks=False):
                if recursive:
                    folders.append(Path(entry.path))
                else:
                    found.ignored["subfolder"] += 1
            else:
                _look_at(entry, root, found)
    found.pictures.sort(key=lambda picture: natural_key(picture.rid))
    found.skipped.sort(key=lambda skip: natural_key(skip.rid))
    return found


def rid_of(path: Path, root: Path) -> str:
    """The path below `root` with forward slashes, as valid text (see `nodegraph.data.paths`)."""
    return path_text(path.relative_to(root).as_posix())


def natural_key(rid: str) -> tuple[object, str]:
    """Sorts "a2" before "a10", folder by folder, upper and lower case alike; equal ones by their exact text."""
    return tuple(_natural(part) for part in rid.split("/")), rid


def _of_no_interest(entry: os.DirEntry[str], include_hidden: bool) -> str | None:
    name = entry.name.lower()
    if name in _SYSTEM_NAMES or name in _SYSTEM_FOLDERS or name.startswith("._"):
        return "system"
    if name.startswith(".") and not include_hidden:
        return "hidden"
    if os.path.splitext(name)[1] in _UNFINISHED:  # noqa: PTH122  (a name, not a path)
        return "unfinished"
    return "companion" if name.endswith(_COMPANIONS) else None


def _look_at(entry: os.DirEntry[str], root: Path, found: Walk) -> None:
    path = Path(entry.path)
    rid = rid_of(path, root)
    try:
        status = entry.stat(follow_symlinks=False)
        if not stat.S_ISREG(status.st_mode):
            found.skipped.append(Skipped(rid, "not-a-file", "it is a pipe, socket or device, not a file"))
            return
        suffix = path.suffix.lower()
        by_name = suffix in IMAGE_EXTENSIONS
        if by_name and not os.access(path, os.R_OK):
            found.skipped.append(Skipped(rid, "no-permission", "reading the file is not permitted"))
        elif by_name or _holds_picture(path):
            found.pictures.append(Picture(rid, path, status.st_size))
        elif suffix in SIDECAR_EXTENSIONS:
            found.sidecars.setdefault(path.parent, {}).setdefault((path.stem, suffix), path)
        else:
            found.ignored["other"] += 1
    except Unavailable as error:
        found.skipped.append(Skipped(rid, error.rule, error.reason))
    except OSError as error:
        found.skipped.append(Skipped(rid, _rule(error), _reason(error, "file")))


def _holds_picture(path: Path) -> bool:
    with opened(path) as file:
        return sniff(read_at_most(file, _SNIFFED)) in _PLAIN_MARKS


def _skipped_link(path: Path, root: Path, real_root: Path) -> Iterator[Skipped]:
    rid = rid_of(path, root)
    try:
        target = Path(os.path.realpath(path, strict=True))
    except OSError as error:
        if error.errno == errno.ELOOP:
            yield Skipped(rid, "link-loop", "it is a link that leads back to itself")
        elif isinstance(error, FileNotFoundError):
            yield Skipped(rid, "dangling-link", "it is a link to something that is not there")
        else:
            yield Skipped(rid, _rule(error), _reason(error, "link"))
        return
    if not target.is_relative_to(real_root):
        yield Skipped(rid, "link-outside", "it is a link out of the folder")
    elif target.is_dir() or target == real_root:
        yield Skipped(rid, "link", "it is a link to a folder that is read in its own place")
    else:
        yield Skipped(rid, "link", f"it is a link to {rid_of(target, real_root)}, which is read in its own place")


def _rule(error: OSError) -> str:
    return "no-permission" if isinstance(error, PermissionError) else "io-error"


def _reason(error: OSError, what: str) -> str:
    return f"reading the {what} is not permitted" if _rule(error) == "no-permission" else f"{error.strerror or error}"
