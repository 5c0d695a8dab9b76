"""The session's folder: where the tables of this app's runs are kept while it is open. Dead sessions are cleared."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QThreadPool

from nodegraph.cache.location import cache_folder

KEPT_RUNS = 3
"""So many runs keep their tables even where no node shows them any more, so that two runs can be compared."""


class SessionFolder:
    """`<cache>/session/<pid>`, with a folder a run in it. Made when first asked for."""

    def __init__(self) -> None:
        self._folder: Path | None = None

    def of_run(self, run: str) -> Path:
        """The folder for the tables of a run. Raises ProblemError where the cache cannot be written."""
        if self._folder is None:
            sessions = cache_folder() / "session"
            remove_dead(sessions)
            self._folder = sessions / str(os.getpid())
            shutil.rmtree(self._folder, ignore_errors=True)  # of an earlier process with the same id
            self._folder.mkdir(parents=True)
        folder = self._folder / run
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def prune(self, used: Iterable[Path]) -> None:
        """Removes the tables of runs that no result shows any more, the last few apart."""
        if self._folder is None or not self._folder.is_dir():
            return
        needed = {path.parent for path in used}
        runs = sorted(self._folder.iterdir(), key=lambda path: (len(path.name), path.name))
        for run in runs[:-KEPT_RUNS]:
            if run not in needed:  # large files take a while to remove: not on the window's thread
                QThreadPool.globalInstance().start(partial(shutil.rmtree, run, ignore_errors=True))

    def remove(self) -> None:
        """Removes all tables of this session."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None


def remove_dead(sessions: Path) -> None:
    """Removes the folders of processes that are no more."""
    if not sessions.is_dir():
        return
    for folder in sessions.iterdir():
        if folder.name.isdigit() and not is_alive(int(folder.name)):
            shutil.rmtree(folder, ignore_errors=True)


def is_alive(process: int) -> bool:
    """Whether there is a process with this id. Where that cannot be asked harmlessly: yes."""
    if os.name == "nt":  # there, signal 0 would end the process
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
