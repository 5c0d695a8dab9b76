"""Cancelling: a flag that a client sets and the run looks at between parts. What was measured stays."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Event


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
