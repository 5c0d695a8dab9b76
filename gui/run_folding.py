"""Folding while a run goes on: its events are taken in as they come, and shown together 30 times a second."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from gui.run_fold import RunFold

FOLD_MS = 33


class RunFolding(QObject):
    """Holds the fold of one run. `progress(fraction or None, sentence)` follows whatever was shown."""

    progress = Signal(object, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._fold: RunFold | None = None
        self._soon = QTimer(self, singleShot=True, interval=FOLD_MS)
        self._soon.timeout.connect(self._flush)

    @property
    def active(self) -> bool:
        """Whether there is a run whose events count."""
        return self._fold is not None

    def begin(self, fold: RunFold) -> None:
        """A run begins."""
        self._fold = fold

    def take(self, event: Mapping[str, Any]) -> None:
        """Takes in one event, to be shown soon."""
        if self._fold is not None:
            self._fold.take(event)
            if not self._soon.isActive():
                self._soon.start()

    def suspect(self) -> str | None:
        """The node that the engine was most likely at; None where that cannot be said."""
        return self._fold.suspect() if self._fold is not None else None

    def blame(self, node: str, message: str) -> None:
        """Shows an error on a node."""
        if self._fold is not None:
            self._fold.blame(node, message)

    def close(self, *, stopped: bool) -> None:
        """The run is over: shows all that came."""
        fold = self._fold
        self.drop()
        if fold is not None:
            fold.end(stopped=stopped)

    def drop(self) -> None:
        """What comes from now on is not shown."""
        self._soon.stop()
        self._fold = None

    def _flush(self) -> None:
        if self._fold is not None:
            self._fold.flush()
            self.progress.emit(self._fold.progress.fraction, self._fold.progress.text)
