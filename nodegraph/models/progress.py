"""Progress: what a download tells its caller, and the room it needs on the disk."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from nodegraph.models import troubles
from nodegraph.models.catalogue import ModelEntry
from nodegraph.problems import ProblemError

Progress = Callable[[int, int], None]
"""Gets bytes here and bytes in all; never goes back. It may raise to stop the download: what came is kept."""

Announce = Callable[[ModelEntry], None]
"""Gets the entry, with the true size in bytes, before anything is downloaded. It may raise to refuse."""

SPARE_BYTES = 64 * 1024 * 1024
"""What a download leaves free on the disk."""


class Tally:
    """Adds up the bytes of several files for one `Progress`."""

    def __init__(self, total: int, on_progress: Progress) -> None:
        self._total = total
        self._on_progress = on_progress
        self._done = 0
        self._shown = -1

    def add(self, count: int) -> None:
        """Counts bytes that are here already."""
        self._done += count
        self._show(self._done)

    def part(self) -> Callable[[int], None]:
        """A callback for one more file, that gets how many bytes of it are here; a restart is not shown."""
        before = self._done

        def on_bytes(have: int) -> None:
            self._done = before + have
            self._show(self._done)

        return on_bytes

    def _show(self, done: int) -> None:
        if done > self._shown:
            self._shown = done
            self._on_progress(min(done, self._total), self._total)


def check_space(entry: ModelEntry, folder: Path, needed: int) -> None:
    """Raises ProblemError when the disk of `folder` cannot take `needed` more bytes."""
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    free = shutil.disk_usage(there).free
    if needed + SPARE_BYTES > free:
        raise ProblemError(troubles.no_space(entry, folder, needed, free))
