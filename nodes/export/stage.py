"""Staging: an export is written whole beside its target and then takes its place in one step."""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path

from filelock import FileLock, Timeout

from nodegraph.problems import problem

MARK = "nodegraph-export.lock"
RENAME_EXCHANGE = 2  # linux/fs.h; RENAME_SWAP of macOS sys/stdio.h has the same value
AT_FDCWD = -100

Exchange = Callable[[Path, Path], bool]


def workshop_of(target: Path) -> Path:
    """The hidden folder beside `target` in which its exports are put together."""
    return target.parent / f".nodegraph-export-{blake2b(os.fsencode(target.name), digest_size=8).hexdigest()}"


@contextmanager
def staged(target: Path) -> Iterator[Path]:
    """A new empty folder on the disk of `target`, for `take_place`; cleared away at the end.

    What a killed run has left is mended first: an old export that was just moved aside comes back, the rest is deleted.
    Only a folder with our mark is touched. Raises a problem when another run is writing the same export.
    """
    workshop = workshop_of(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    if workshop.is_symlink() or (workshop.exists() and not (workshop / MARK).exists() and any(workshop.iterdir())):
        raise problem("folder-in-the-way", f"{workshop} is in the way of the export.", "Move it.", param="folder")
    workshop.mkdir(exist_ok=True)
    lock = FileLock(workshop / MARK)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise problem(
            "export-running", f"Another run is writing to {target}.", "Wait until it is done.", param="folder"
        ) from None
    try:
        _mend(workshop, target)
        (workshop / "new").mkdir()
        yield workshop / "new"
    finally:
        _mend(workshop, target)
        lock.release()
        shutil.rmtree(workshop, ignore_errors=True)


def _mend(workshop: Path, target: Path) -> None:
    if (workshop / "old").exists() and not target.exists():
        (workshop / "old").rename(target)
    if (workshop / "old").exists():
        (workshop / "old").rename(workshop / "trash")  # half deleted, it must not look like an export to bring back
    for name in ("new", "trash"):
        if (workshop / name).exists():
            shutil.rmtree(workshop / name)


def take_place(new: Path, target: Path, exchange: Exchange | None = None) -> None:
    """Puts the folder `new` where `target` is; what was there is left in the workshop, to be cleared away.

    The two are exchanged in one step where the system can do that. Elsewhere the old one is moved aside first; a kill
    between the two renames leaves it in the workshop, whole, and the next `staged` puts it back.
    """
    if not target.exists():
        new.rename(target)
        return
    if (exchange or exchanged)(new, target):
        return
    aside = new.parent / "old"
    target.rename(aside)
    try:
        new.rename(target)
    except OSError:
        aside.rename(target)
        raise


def exchanged(one: Path, other: Path) -> bool:
    """Exchanges two folders in one step: renameat2(2) on Linux, renamex_np(2) on macOS. False where it cannot."""
    paths = os.fsencode(one), os.fsencode(other)
    try:
        library = ctypes.CDLL(None, use_errno=True)
        if sys.platform == "linux":
            return library.renameat2(AT_FDCWD, paths[0], AT_FDCWD, paths[1], RENAME_EXCHANGE) == 0
        if sys.platform == "darwin":
            return library.renamex_np(paths[0], paths[1], RENAME_EXCHANGE) == 0
    except (OSError, AttributeError, TypeError):  # no such C library, or an old one
        return False
    return False


def flush(path: Path) -> None:
    """Waits until the file is on the disk, so that a power cut after the exchange cannot leave it empty."""
    handle = os.open(path, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
