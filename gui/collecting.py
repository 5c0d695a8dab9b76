"""Garbage is collected on Qt's thread alone.

Python collects on whichever thread makes the object that is one too many. Where that is a worker, it destroys the
widgets that it finds, but not their timers, which belong to Qt's thread: the next of them to fire crashes the app.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

INTERVAL_MS = 500


class Collector(QObject):
    """Collects what Python would, from time to time, for as long as it lives. Python itself no longer does."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        gc.freeze()  # modules and the like stay: looking through them each time would be felt
        self._timer = QTimer(self, interval=INTERVAL_MS)
        self._timer.timeout.connect(collect_what_is_due)
        self._timer.start()


def collect_what_is_due() -> None:
    """Collects the oldest generation of which there is more than its limit, as Python does by itself."""
    due = [count > limit > 0 for count, limit in zip(gc.get_count(), gc.get_threshold(), strict=True)]
    if due[0]:
        gc.collect(2 if due[1] and due[2] else 1 if due[1] else 0)
