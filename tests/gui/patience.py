"""Patience: a machine that is busy with something else is no reason for a test to fail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pytestqt.qtbot import QtBot

PATIENCE = 60_000
"""Milliseconds that something may take which takes a moment on an idle machine."""


class PatientBot(QtBot):
    """Waits for what must come much longer than Qt's own five seconds. What comes at once is not waited for."""

    def waitUntil(self, callback: Callable[[], bool | None], *, timeout: int = PATIENCE) -> None:
        """Until `callback` says True, or does not fail any more."""
        super().waitUntil(callback, timeout=timeout)

    def waitSignal(self, signal: Any, *, timeout: int = PATIENCE, **how: Any) -> Any:
        """Until the signal was emitted inside the block."""
        return super().waitSignal(signal, timeout=timeout, **how)
