"""Garbage of the app is collected on Qt's thread, never by a thread that happens to make one object too many."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from gui.collecting import Collector, collect_what_is_due


class Cycle:
    """Garbage that only a collection finds."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def threads() -> Iterator[list[str]]:
    """The threads that collected, in order."""
    found: list[str] = []

    def note(phase: str, _info: dict[str, int]) -> None:
        if phase == "start":
            found.append(threading.current_thread().name)

    gc.callbacks.append(note)
    yield found
    gc.callbacks.remove(note)


def test_a_thread_that_makes_garbage_does_not_collect_it_and_qts_thread_does(
    qtbot: QtBot, threads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gui.collecting.INTERVAL_MS", 10)
    gc.enable()
    parent = QObject()
    Collector(parent)
    threads.clear()
    worker = threading.Thread(target=lambda: [Cycle() for _ in range(3 * gc.get_threshold()[0])], name="worker")
    worker.start()
    worker.join()
    assert threads == []
    qtbot.waitUntil(lambda: bool(threads))
    assert set(threads) == {"MainThread"}
    parent.deleteLater()


def test_nothing_is_collected_while_little_was_made(threads: list[str]) -> None:
    gc.collect()
    threads.clear()
    collect_what_is_due()
    assert threads == []
