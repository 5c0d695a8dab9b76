"""Cancelling: a flag that a client sets and a run or plan looks at between parts. What was measured stays."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Event


class Cancelled(Exception):  # noqa: N818  (no error: somebody asked for it)
    """A plan ends without an answer: nobody waits for one any more. A run ends with a summary instead."""


@dataclass(frozen=True)
class Cancel:
    """Asked for once, never taken back."""

    _event: Event = field(default_factory=Event)

    def ask(self) -> None:
        """The run ends after the parts it is at."""
        self._event.set()

    @property
    def asked(self) -> bool:
        """Whether the run should end."""
        return self._event.is_set()

    def check(self) -> None:
        """Raises Cancelled where the end was asked for."""
        if self.asked:
            raise Cancelled
