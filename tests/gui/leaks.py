"""Leaks: what of Qt runs after a test: threads, processes, timers that repeat (one that fires once ends itself)."""

from __future__ import annotations

import gc
import time

import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QProcess, QThread, QTimer

PATIENCE = 2.0
"""Seconds that something may take to end."""


def running() -> list[str]:
    """What runs now, in words."""
    found: list[str] = []
    for thing in gc.get_objects():
        # by its type: asking a lazy stand-in for its class could import what it stands for
        if issubclass(type(thing), (QThread, QProcess, QTimer)) and shiboken6.isValid(thing) and _runs(thing):
            found.append(f"{type(thing).__name__} {thing.objectName() or ''} of {_owner(thing)}".replace("  ", " "))
    return sorted(found)


def wait_for_the_end() -> list[str]:
    """What runs although it was given time to end."""
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    found = running()
    end = time.monotonic() + PATIENCE
    while found and time.monotonic() < end:
        gc.collect()
        QCoreApplication.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        time.sleep(0.02)
        found = running()
    return found


def _runs(thing: QThread | QProcess | QTimer) -> bool:
    if isinstance(thing, QTimer):
        return thing.isActive() and not thing.isSingleShot()
    if isinstance(thing, QThread):
        return thing.isRunning() and thing != QThread.currentThread()
    return thing.state() != QProcess.ProcessState.NotRunning


def _owner(thing: QThread | QProcess | QTimer) -> str:
    parent = thing.parent()
    return f"{type(parent).__name__} {parent.objectName()}".strip() if parent is not None else "nobody"
