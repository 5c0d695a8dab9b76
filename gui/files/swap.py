"""The swap file: what a killed app leaves behind, so that no edit is lost. Never the user's own file."""

from __future__ import annotations

import hashlib
import json
import os
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from platformdirs import user_state_path
from PySide6.QtCore import QObject, QTimer

from gui.document import GraphDocument

DELAY = 1000
"""Milliseconds that further edits are waited for."""


@dataclass(frozen=True, slots=True)
class Swap:
    """What a swap file holds: the text of the graph, its file and what that held, when, and where this is kept."""

    file: Path
    text: str
    path: Path | None
    base_digest: str
    time: float

    def discard(self) -> None:
        """Removes it: it was recovered, or is not wanted."""
        self.file.unlink(missing_ok=True)
        _lock_of(self.file).unlink(missing_ok=True)


def swap_folder() -> Path:
    """Where swap files are kept: the platform's folder for state."""
    return user_state_path("nodegraph", appauthor=False) / "swap"


def digest_of(text: str) -> str:
    """What tells one text of a graph file from another."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def left_over(folder: Path | None = None) -> list[Swap]:
    """The swaps whose process is gone, the latest first. A living process holds the lock beside its swap."""
    found: list[Swap] = []
    for file in (folder or swap_folder()).glob("*.swap"):
        lock = FileLock(_lock_of(file))
        try:
            with lock.acquire(timeout=0):
                swap = _read(file)
        except (Timeout, OSError):
            continue
        if swap is not None:
            found.append(swap)
    return sorted(found, key=lambda swap: -swap.time)


class SwapKeeper(QObject):
    """Writes the document to a swap file a second after the last change; removes it when there is nothing to lose."""

    def __init__(self, document: GraphDocument, folder: Path | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._folder = folder or swap_folder()
        self._file = self._folder / f"{uuid.uuid4().hex}.swap"
        self._lock: FileLock | None = None
        self.base_digest = ""
        self._timer = QTimer(self, singleShot=True, interval=DELAY)
        self._timer.timeout.connect(self.write)
        document.changed.connect(self._changed)
        document.undo_stack.cleanChanged.connect(self._clean_changed)

    @property
    def file(self) -> Path:
        """Where it writes."""
        return self._file

    def write(self) -> None:
        """Writes the swap now if there is something to lose. A full disk must not stop the work: it is passed over."""
        self._timer.stop()
        if self._document.undo_stack.isClean():
            self.remove()
            return
        swap = {
            "text": self._document.text,
            "path": str(self._document.path) if self._document.path else None,
            "base_digest": self.base_digest,
            "time": time.time(),
        }
        try:
            self._hold()
            beside = self._file.with_suffix(".part")
            beside.write_text(json.dumps(swap), "utf-8")
            beside.replace(self._file)
        except OSError:
            return

    def remove(self) -> None:
        """Removes the swap: everything is saved, or not wanted."""
        self._timer.stop()
        self._file.unlink(missing_ok=True)
        if self._lock is not None:
            self._lock.release()
            self._lock = None
            _lock_of(self._file).unlink(missing_ok=True)

    def _hold(self) -> None:
        if self._lock is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            os.chmod(self._folder, 0o700)  # noqa: PTH101  (graphs may name private folders)
            self._lock = FileLock(_lock_of(self._file))
            self._lock.acquire(timeout=1)

    def _changed(self) -> None:
        self._timer.start()

    def _clean_changed(self, clean: bool) -> None:
        if clean:
            self.remove()


def _lock_of(file: Path) -> Path:
    return file.with_suffix(".lock")


def _read(file: Path) -> Swap | None:
    try:
        given: Any = json.loads(file.read_text("utf-8"))
        path = given["path"]
        return Swap(file, str(given["text"]), Path(path) if path else None, str(given["base_digest"]), given["time"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
