"""The question before a run that writes where a person may not expect it: asked once a place and document. No Qt."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from gui.run_fold import Job


@dataclass
class WriteQuestion:
    """Holds the job that waits for an answer, and the places that were allowed before."""

    waiting: Job | None = None
    _places: tuple[Path, ...] = ()
    _allowed: set[Path] = field(default_factory=set[Path])

    def of(self, job: Job, places: Iterable[Path]) -> list[Path] | None:
        """The places to ask about, an empty list where that question stands already; None: the job may run.

        A job that has to be asked about waits from now on, in place of the one before it.
        """
        new = [path for path in places if path not in self._allowed]
        if not new:
            return None
        before, self.waiting, self._places = self.waiting, job, tuple(new)
        return new if before is None else []

    def answer(self, *, allowed: bool) -> Job | None:
        """The job that waited. What was allowed is not asked again."""
        job, self.waiting = self.waiting, None
        if job is not None and allowed:
            self._allowed.update(self._places)
        return job

    def drop(self) -> None:
        """The job that waited is not wanted any more."""
        self.waiting = None

    def forget(self) -> None:
        """Another document: nothing is allowed yet."""
        self.waiting = None
        self._allowed.clear()
