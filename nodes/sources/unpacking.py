"""Unpacking: pictures that come out of archives or over the network are kept in one folder, whole or not at all.

An index file in the folder says what came from where, so that a run that was stopped goes on where it was.
"""

from __future__ import annotations

import errno
import json
import os
import re
import threading
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any, BinaryIO

from filelock import FileLock, Timeout

from nodegraph import NOT_HERE_YET
from nodegraph.data.paths import path_text
from nodegraph.data.sniff import DECODABLE, HEAD, sniff
from nodegraph.problems import ProblemError, problem
from nodes.export.names import plain_name

INDEX = "nodegraph-index.jsonl"
LOCK = ".nodegraph-unpacking.lock"
SUFFIX = {"JPEG": ".jpg", "TIFF": ".tif", "JPEG2000": ".jp2", "HEIF": ".heic"}
_OUR_NAME = re.compile(r"[0-9a-f]{2}/[A-Za-z0-9-]{1,80}\.[a-z0-9]{2,5}")
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


class RefusedError(Exception):
    """What came is not kept: `rule` is short and kebab-case, `reason` is for people.

    `for_good`: it would be refused again, so there is no use in asking for it again.
    """

    def __init__(self, rule: str, reason: str, *, for_good: bool = False) -> None:
        super().__init__(rule, reason)
        self.rule, self.reason, self.for_good = rule, reason, for_good


def not_here_yet() -> RefusedError:
    """Why a rehearsal gives no picture: it adds nothing."""
    return RefusedError(NOT_HERE_YET, "it is fetched or unpacked when the graph runs")


def key_in(root: Path, *parts: str | int) -> str:
    """The key of a picture in an archive below `root`: two data sets may name their archives alike."""
    return "\0".join((path_text(root.resolve()), *map(str, parts)))


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the index: the `file` below the folder that `key` became, or the `rule` and `reason` why it did not.

    `stamp` is the state of the archive it came from, `facts` is what else is known of it.
    """

    key: str
    file: str = ""
    bytes: int = 0
    stamp: str = ""
    rule: str = ""
    reason: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def line(self) -> str:
        """The entry as a line of JSON, without the further fields that are empty."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return (
            json.dumps({name: value for name, value in values.items() if value or name == "key"}, sort_keys=True) + "\n"
        )


class Unpacked:
    """A folder of pictures with its index, open for adding. Its methods may be called from several threads.

    `most_bytes` bounds what all its files take together. Without an `index` to write to it only says what is there.
    """

    def __init__(self, root: Path, entries: dict[str, Entry], index: BinaryIO | None, most_bytes: int) -> None:
        self.root = root
        self._entries, self._index, self._most = entries, index, most_bytes
        self._taken = sum(entry.bytes for entry in entries.values())
        self._lock = threading.Lock()

    @property
    def only_reads(self) -> bool:
        """Whether nothing can be added, as in a rehearsal."""
        return self._index is None

    def known(self, key: str, stamp: str = "") -> Entry | None:
        """What the index says of `key` in this state of its archive; None where its file is gone or not whole."""
        entry = self._entries.get(key)
        if entry is None or entry.stamp != stamp:
            return None
        if not entry.file:
            return entry
        try:
            status = os.lstat(self.root / entry.file)
        except OSError:
            return None
        return entry if status.st_size == entry.bytes else None

    def path_of(self, entry: Entry) -> Path:
        """Where the picture of an entry is."""
        return self.root / entry.file

    def add(
        self,
        key: str,
        name: str,
        parts: Iterable[bytes],
        *,
        most_bytes: int,
        stamp: str = "",
        facts: Mapping[str, Any] | None = None,
    ) -> Entry:
        """Keeps the picture whose bytes are `parts` under a name made of `name` and `key`.

        Raises RefusedError for what is no picture, longer than `most_bytes`, or more than the folder may hold, and a
        problem when the disk is full or cannot be written. Errors of `parts` pass through; nothing is left then.
        """
        if self.only_reads:
            raise not_here_yet()
        digest = blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
        stem = f"{digest[:2]}/{plain_name(name)}-{digest}"
        with _told_plainly(self.root):
            _make_folder(self.root / digest[:2])
            unfinished = self.root / f"{stem}.part"
            try:
                size, suffix = self._write(unfinished, parts, most_bytes)
                unfinished.replace(self.root / (stem + suffix))
            except BaseException:
                unfinished.unlink(missing_ok=True)
                raise
            entry = Entry(key, stem + suffix, size, stamp, facts=dict(facts or {}))
            self._remember(entry)
        return entry

    def refuse(self, key: str, error: RefusedError, *, stamp: str = "", facts: Mapping[str, Any] | None = None) -> None:
        """Remembers that there is no use in trying `key` again."""
        with _told_plainly(self.root):
            self._remember(Entry(key, "", 0, stamp, error.rule, error.reason, dict(facts or {})))

    def note(self, name: str) -> str | None:
        """The text that `set_note` kept under a plain name, or None."""
        try:
            return (self.root / name).read_text("utf-8")
        except (OSError, ValueError):
            return None

    def set_note(self, name: str, text: str) -> None:
        """Keeps a text beside the index, whole or not at all."""
        if self.only_reads:
            return
        with _told_plainly(self.root):
            unfinished = self.root / f"{name}.part"
            unfinished.write_text(text, "utf-8")
            unfinished.replace(self.root / name)

    def _write(self, path: Path, parts: Iterable[bytes], most_bytes: int) -> tuple[int, str]:
        head, size = b"", 0
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _NO_FOLLOW, 0o666)
        with open(number, "wb") as file:  # noqa: PTH123  (a number, not a path)
            for part in parts:
                size += len(part)
                if size > most_bytes:
                    raise RefusedError("too-large", f"it is larger than {most_bytes / 1e6:g} MB")
                if self._taken + size > self._most:
                    raise RefusedError("no-room", f"the folder would hold more than {self._most / 1e9:g} GB")
                if len(head) < HEAD:
                    head += part[: HEAD - len(head)]
                    if len(head) == HEAD:
                        _format_of(head)  # a page instead of a picture is not fetched to its end
                file.write(part)
        format = _format_of(head)
        return size, SUFFIX.get(format, f".{format.lower()}")

    def _remember(self, entry: Entry) -> None:
        with self._lock:
            if self._index is None:
                return
            before = self._entries.get(entry.key)
            if before and before.file and before.file != entry.file:
                (self.root / before.file).unlink(missing_ok=True)
            self._taken += entry.bytes - (before.bytes if before else 0)
            self._entries[entry.key] = entry
            self._index.write(entry.line().encode())
            self._index.flush()


@contextmanager
def unpacking(
    folder: str,
    *,
    most_bytes: int,
    param: str = "folder",
    apart_from: Path | None = None,
    only_read: bool = False,
) -> Generator[Unpacked]:
    """The folder open for adding pictures. It is made where it is not there; only one run at a time may add to it.

    With `only_read`, for a rehearsal, nothing is made or written, and the folder says what it has.

    Raises a problem for a folder that holds somebody's own files, that lies inside `apart_from`, that another run adds
    to, or that cannot be written.
    """
    root = Path(folder).absolute()
    with _told_plainly(root, param):
        if apart_from is not None and root.resolve().is_relative_to(apart_from.resolve()):
            text = f"{root} lies inside {apart_from}, which is only read."
            raise problem("folder-inside", text, "Choose a folder elsewhere.", param=param, value=folder)
        if root.is_dir() and not (root / LOCK).exists() and not _is_empty(root):
            raise problem(
                "folder-not-ours",
                f"{root} holds files that did not come from here.",
                "Choose a new or empty folder.",
                param=param,
                value=folder,
            )
        if only_read:
            yield Unpacked(root, _read_index(root / INDEX), None, most_bytes)
            return
        root.mkdir(parents=True, exist_ok=True)
        lock = FileLock(root / LOCK)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            text = f"Another run is adding pictures to {root}."
            raise problem("folder-busy", text, "Wait until it is done.", param=param, value=folder) from None
    try:
        with _told_plainly(root, param):
            entries = _read_index(root / INDEX)
            index = _fresh_index(root / INDEX, entries)
        with index:
            yield Unpacked(root, entries, index, most_bytes)
    finally:
        lock.release()


def _format_of(head: bytes) -> str:
    format = sniff(head)
    if format in DECODABLE:
        return format
    found = f"{format} files cannot be decoded" if format else "it is no picture" if head else "it is empty"
    raise RefusedError("not-a-picture", found, for_good=True)


def _read_index(path: Path) -> dict[str, Entry]:
    entries: dict[str, Entry] = {}
    try:
        with path.open("rb") as file:
            for line in file:
                entry = _entry(line)
                if entry is not None:
                    entries[entry.key] = entry
    except (FileNotFoundError, NotADirectoryError):
        pass
    return entries


def _entry(line: bytes) -> Entry | None:
    try:
        values: Any = json.loads(line)
        entry = Entry(**values)
    except (ValueError, TypeError, RecursionError):
        return None  # a line that was cut off when the run was killed
    texts = (entry.key, entry.file, entry.stamp, entry.rule, entry.reason)
    sound = (
        all(isinstance(text, str) for text in texts)
        and type(entry.bytes) is int
        and isinstance(entry.facts, dict)
        and (bool(_OUR_NAME.fullmatch(entry.file)) if entry.file else bool(entry.rule))
    )
    return entry if sound else None


def _fresh_index(path: Path, entries: Mapping[str, Entry]) -> BinaryIO:
    """The index written anew, a line a key, open at its end: what was cut off or came twice is gone."""
    unfinished = path.with_name(path.name + ".part")
    with unfinished.open("wb") as file:
        file.writelines(entry.line().encode() for entry in entries.values())
    unfinished.replace(path)
    return path.open("ab")


def _is_empty(folder: Path) -> bool:
    """Whether a folder holds nothing but what file managers leave there by themselves."""
    return all(path.name.lower() in (".ds_store", "thumbs.db", "desktop.ini") for path in folder.iterdir())


def _make_folder(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    if folder.is_symlink():
        raise problem("folder-in-the-way", f"{folder} is a link.", "Remove it.", param="folder", value=str(folder))


@contextmanager
def _told_plainly(root: Path, param: str = "folder") -> Generator[None]:
    try:
        yield
    except (ProblemError, RefusedError):
        raise
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT) and not _is_about(error, root):
            raise
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        raise problem(
            "disk-full" if full else "folder-not-writable",
            f"There is no room left for {root}." if full else f"{root} cannot be written: {error.strerror}.",
            "Make room and run again: it goes on from there." if full else "Choose another folder.",
            param=param,
            value=str(root),
        ) from error


def _is_about(error: OSError, root: Path) -> bool:
    return isinstance(error.filename, str | os.PathLike) and Path(error.filename).is_relative_to(root)
