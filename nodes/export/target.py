"""The target of an export: whether a folder may be written to, and what the last export left in it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import file_digest, sha256
from pathlib import Path

from nodegraph.problems import problem
from nodes.export.manifest import MANIFEST, Manifest, loads

DISPOSABLE_NAMES = frozenset(
    {".DS_Store", "Thumbs.db", "desktop.ini", "metadata_cache.json", ".aitk_size.json", "_latent_cache"}
)
DISPOSABLE_SUFFIXES = frozenset({".npz"})


@dataclass(frozen=True, slots=True)
class Existing:
    """What is in the target now. Paths are relative, with forward slashes, sorted.

    `manifest`  of the last export there, or None when there was none.
    `edited`    files of the last export that are not as it wrote them; `missing` those that are gone.
    `foreign`   files that the last export did not write and that are no trainer's cache.
    """

    manifest: Manifest | None = None
    edited: Sequence[str] = ()
    missing: Sequence[str] = ()
    foreign: Sequence[str] = ()


def checked_target(folder: str, sources: Iterable[Path], pictures: Iterable[Path] = ()) -> Path:
    """The absolute path of the export folder, links resolved.

    Raises a problem when it is, contains or lies inside a source folder, holds one of the source `pictures`, or is
    something else than a folder.
    """
    if not folder.strip():
        raise problem("no-folder", "No export folder is given.", "Choose the folder to write to.", param="folder")
    target = Path(folder).expanduser().resolve()
    if target.parent == target:
        raise problem(
            "bad-folder", f"{target} is a whole disk.", "Choose a folder on it.", param="folder", value=folder
        )
    if target.exists() and not target.is_dir():
        raise problem(
            "not-a-folder", f"{target} is a file.", "Choose a folder, or a new name.", param="folder", value=folder
        )
    for source in sorted({path.expanduser().resolve() for path in sources}):
        relation = _relation(target, source)
        if relation:
            raise problem(
                "target-in-source",
                f"The export folder {target} {relation} the source folder {source}, which is only read.",
                "Choose an export folder outside of all sources.",
                param="folder",
                value=folder,
            )
    holder = next(
        (path for path in sorted({p.parent.resolve() for p in pictures}) if path.is_relative_to(target)), None
    )
    if holder:
        raise problem(
            "target-in-source",
            f"The export folder {target} holds pictures of this set ({holder}), which are only read.",
            "Choose an export folder outside of all sources.",
            param="folder",
            value=folder,
        )
    return target


def _relation(target: Path, source: Path) -> str:
    if _same(target, source):
        return "is"
    if any(_same(parent, source) for parent in target.parents):
        return "lies inside"
    if any(_same(parent, target) for parent in source.parents):
        return "contains"
    return ""


def _same(one: Path, other: Path) -> bool:
    # by inode where both exist: a disk may be mounted twice, or tell no capitals from small letters
    try:
        return one == other or one.samefile(other)
    except OSError:
        return False


def read_target(target: Path, kind: str) -> Existing:
    """What the last export left in `target`, every file of it compared with the manifest by its SHA-256.

    Raises a problem when the folder holds files but no manifest of an export of this kind: it is somebody's own folder.
    """
    if not target.exists():
        return Existing()
    files = {path for path in _files_below(target) if not _is_disposable(path)}
    if not files:
        return Existing()
    manifest = _manifest_in(target)
    if manifest is None:
        raise problem(
            "folder-not-ours",
            f"{target} holds {len(files)} files that no export has written ({_few(files)}); it is left as it is.",
            "Choose an empty or a new folder.",
            param="folder",
            value=str(target),
        )
    if manifest.kind != kind:
        raise problem(
            "other-export",
            f"{target} holds an export of another kind ({manifest.kind}).",
            "Give each export node a folder of its own.",
            param="folder",
            value=str(target),
        )
    expected = _expected(manifest)
    present = sorted(files & set(expected))
    return Existing(
        manifest=manifest,
        edited=[path for path in present if file_sha256(target / path) != expected[path]],
        missing=sorted(set(expected) - files),
        foreign=sorted(files - set(expected) - {MANIFEST}),
    )


def file_sha256(path: Path) -> str:
    """The SHA-256 of a file, hex."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _expected(manifest: Manifest) -> dict[str, str]:
    if manifest.packs:
        return dict(manifest.texts)
    pictures = {record.file: record.sha256 for record in manifest.pictures}
    captions = {
        record.caption_file: sha256(record.caption.encode()).hexdigest()
        for record in manifest.pictures
        if record.caption_file
    }
    return {**pictures, **captions, **manifest.texts}


def _manifest_in(target: Path) -> Manifest | None:
    try:
        return loads((target / MANIFEST).read_text("utf-8"))
    except (OSError, UnicodeDecodeError):
        return None


def _files_below(folder: Path) -> Iterator[str]:
    for root, folders, names in os.walk(folder, followlinks=False):
        links = [name for name in folders if (Path(root) / name).is_symlink()]
        folders[:] = sorted(name for name in folders if name not in links)
        for name in (*names, *links):
            yield (Path(root) / name).relative_to(folder).as_posix()


def _is_disposable(path: str) -> bool:
    parts = path.split("/")
    return any(part in DISPOSABLE_NAMES for part in parts) or Path(parts[-1]).suffix in DISPOSABLE_SUFFIXES


def require_untouched(target: Path, existing: Existing, *, replace_edited: bool) -> None:
    """Raises a problem when replacing the target would lose a person's files or edits."""
    if existing.foreign:
        raise problem(
            "foreign-files",
            f"{target} holds {len(existing.foreign)} files that the last export did not write "
            f"({_few(existing.foreign)}); nothing was written.",
            "Move them out of the folder, or choose another one.",
            param="folder",
            value=str(target),
        )
    touched = [*existing.edited, *existing.missing]
    if touched and not replace_edited:
        raise problem(
            "edited-files",
            f"{len(touched)} files in {target} were edited or deleted since the last export ({_few(touched)}); "
            "nothing was written.",
            "Move your edits to safety, or turn on Replace edited.",
            param="replace_edited",
            value=False,
        )


def require_space(target: Path, needed: int, free: int) -> None:
    """Raises a problem when `needed` bytes, and a twentieth more, are not free on the disk of `target`."""
    wanted = needed + needed // 20 + 1_000_000
    if wanted > free:
        raise problem(
            "disk-full",
            f"The export needs about {wanted / 1e6:,.0f} MB, but the disk of {target} has {free / 1e6:,.0f} MB free.",
            "Free some space, or choose a folder on another disk.",
            param="folder",
            value=str(target),
        )


def _few(names: Iterable[str], count: int = 3) -> str:
    listed = sorted(names)
    more = ", ..." if len(listed) > count else ""
    return ", ".join(repr(name) for name in listed[:count]) + more
