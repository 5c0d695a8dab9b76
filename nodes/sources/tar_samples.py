"""Samples in tar files, as WebDataset groups them: neighbours whose names are alike up to the first dot."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import BinaryIO

from nodegraph.data.opening import read_at_most
from nodegraph.data.paths import path_text
from nodegraph.data.sniff import IMAGE_EXTENSIONS
from nodes.sources.sidecars import LARGEST

MOST_FIELDS = 1000
PREFERRED = ("jpg", "jpeg", "png", "webp")
_TEXTS = ("txt", "caption", "text", "json")
_CHUNK = 1 << 20


class TornError(Exception):
    """The tar file cannot be read any further; the text says why."""


@dataclass
class Sample:
    """One sample: its key, the member that is its picture with that member's field, and its short texts by field."""

    key: str
    pictures: dict[str, tarfile.TarInfo] = field(default_factory=dict[str, tarfile.TarInfo])
    texts: dict[str, bytes] = field(default_factory=dict[str, bytes])
    refused: list[tuple[str, str, str]] = field(default_factory=list[tuple[str, str, str]])
    fields: int = 0

    def picture(self) -> tuple[str, tarfile.TarInfo] | None:
        """The field and member of its picture: .jpg, .jpeg, .png and .webp before others. None where it has none."""
        names = [*(name for name in PREFERRED if name in self.pictures), *self.pictures]
        return (names[0], self.pictures[names[0]]) if names else None


class Shard:
    """A tar file open for reading. Names in it are only compared and shown, never used as paths."""

    def __init__(self, file: BinaryIO) -> None:
        try:
            self._tar = tarfile.open(fileobj=_Bounded(file), mode="r:", errors="surrogateescape")  # type: ignore[arg-type]  # noqa: SIM115
        except (tarfile.TarError, OSError, ValueError) as error:
            raise TornError("it is damaged or no tar file") from error

    def samples(self) -> Iterator[Sample]:
        """The samples in order, those without a picture too. Raises TornError where the file ends before its time."""
        sample: Sample | None = None
        while (member := self._next()) is not None:
            key, field = parted(member.name)
            if sample is None or sample.key != key:
                if sample is not None:
                    yield sample
                sample = Sample(key)
            self._add(sample, field, member)
        if sample is not None:
            yield sample

    def _add(self, sample: Sample, field: str, member: tarfile.TarInfo) -> None:
        sample.fields += 1
        if member.isdir() or sample.fields > MOST_FIELDS:
            return
        if member.name.startswith("/") or ".." in PurePosixPath(member.name).parts:
            sample.refused.append((path_text(member.name), "bad-name", "its name leads out of the archive"))
        elif not member.isreg() or member.issparse():
            sample.refused.append((path_text(member.name), "not-a-file", "it is a link or device, not a file"))
        elif "." + field.rpartition(".")[2] in IMAGE_EXTENSIONS:
            sample.pictures.setdefault(field, member)
        elif field in _TEXTS and member.size <= LARGEST:
            sample.texts[field] = b"".join(self.parts(member))

    def parts(self, member: tarfile.TarInfo) -> Iterator[bytes]:
        """The bytes of a member, a megabyte at a time. Raises TornError where they end too early."""
        left = member.size
        try:
            file = self._tar.extractfile(member)
            while file is not None and left:
                part = file.read(min(left, _CHUNK))
                if not part:
                    raise TornError("it ends in the middle of a file")
                left -= len(part)
                yield part
        except (tarfile.TarError, OSError, ValueError) as error:
            raise TornError("it ends in the middle of a file") from error

    def _next(self) -> tarfile.TarInfo | None:
        try:
            member = self._tar.next()
        except (tarfile.TarError, OSError, ValueError, EOFError, OverflowError) as error:
            raise TornError("it is damaged from here on") from error
        self._tar.members.clear()  # they would all be kept for a way of reading that is not used here
        return member


def parted(name: str) -> tuple[str, str]:
    """The key and the field in the name of a member: "a/b.left.JPG" is "a/b" and "left.jpg"."""
    folder, slash, file = name.rpartition("/")
    stem, _, field = file.partition(".")
    return folder + slash + stem, field.lower()


class _Bounded:
    """A file that is read in pieces of up to 16 MB only: headers of a hostile tar ask for any amount at once."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.seek, self.tell = file.seek, file.tell

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= 16 << 20:
            raise tarfile.ReadError("a header of it asks for too much")
        return read_at_most(self._file, size)
