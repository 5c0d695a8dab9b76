"""Packs: archives that hold the pictures of an export, the same bytes from the same members on any day and system."""

from __future__ import annotations

import tarfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import file_digest, sha256
from io import BytesIO
from pathlib import Path
from typing import IO, Literal

EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The first moment that a zip file can name."""


@dataclass(frozen=True, slots=True)
class Member:
    """One file in a pack: its name there, and its content, or where it lies in the export folder until it is packed.

    `sha256` is that of the content, hex.
    """

    name: str
    sha256: str
    content: bytes = b""
    file: str = ""


def member(name: str, content: bytes) -> Member:
    """A member with this content."""
    return Member(name, sha256(content).hexdigest(), content)


@dataclass(frozen=True, slots=True)
class Pack:
    """An archive of these members in this order; `path` is relative to the export folder."""

    path: str
    kind: Literal["tar", "zip"]
    members: Sequence[Member]

    @property
    def digest(self) -> str:
        """SHA-256 of what the pack is made from, hex: two packs with the same digest are the same bytes."""
        lines = "".join(f"{entry.sha256} {entry.name}\n" for entry in self.members)
        return sha256(f"{self.kind}\n{lines}".encode()).hexdigest()


class DamagedPackError(OSError):
    """A pack does not read back as it was written."""


def write_pack(pack: Pack, folder: Path) -> str:
    """Writes the archive and reads every member back; gives the SHA-256 of the archive, hex.

    Members that are files are read from `folder` one at a time. Tar files are USTAR with mode 0444, owner 0 and time 0;
    zip files store their members as they are. Raises `DamagedPackError` where a member does not read back.
    """
    path = folder / pack.path
    path.parent.mkdir(parents=True, exist_ok=True)
    if pack.kind == "tar":
        _write_tar(path, pack.members, folder)
    else:
        _write_zip(path, pack.members, folder)
    _check(path, pack)
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _write_tar(path: Path, members: Sequence[Member], folder: Path) -> None:
    with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as archive:
        for entry in members:
            with _opened(entry, folder) as (file, size):
                header = tarfile.TarInfo(entry.name)
                header.size, header.mode, header.mtime = size, 0o444, 0
                archive.addfile(header, file)


def _write_zip(path: Path, members: Sequence[Member], folder: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for entry in members:
            header = zipfile.ZipInfo(entry.name, EARLIEST)
            header.create_system, header.external_attr = 3, 0o100444 << 16  # else the writing system is told
            with _opened(entry, folder) as (file, size):
                header.file_size = size
                with archive.open(header, "w") as target:
                    while part := file.read(1 << 20):
                        target.write(part)


@contextmanager
def _opened(entry: Member, folder: Path) -> Iterator[tuple[IO[bytes], int]]:
    if not entry.file:
        yield BytesIO(entry.content), len(entry.content)
        return
    path = folder / entry.file
    with path.open("rb") as file:
        yield file, path.stat().st_size


def _check(path: Path, pack: Pack) -> None:
    wanted = [(entry.name, entry.sha256) for entry in pack.members]
    read = _tar_members(path) if pack.kind == "tar" else _zip_members(path)
    if list(read) != wanted:
        raise DamagedPackError(f"{pack.path} does not read back as it was written")


def _tar_members(path: Path) -> Iterator[tuple[str, str]]:
    with tarfile.open(path, "r:") as archive:
        for header in archive:
            file = archive.extractfile(header)
            if file is not None:
                yield header.name, file_digest(file, "sha256").hexdigest()  # pyright: ignore[reportArgumentType]


def _zip_members(path: Path) -> Iterator[tuple[str, str]]:
    with zipfile.ZipFile(path) as archive:
        for header in archive.infolist():
            with archive.open(header) as file:
                yield header.filename, file_digest(file, "sha256").hexdigest()  # pyright: ignore[reportArgumentType]
