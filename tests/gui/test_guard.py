"""Guards: a PySide6 that loses references to None is noticed, and the test that leaves something running is named."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QObject, QProcess, QThread, QTimer
from pytestqt.qtbot import QtBot

from tests.gui.leaks import running, wait_for_the_end

CALLS = 20_000
ROOT = Path(__file__).parents[2]


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None is immortal there and is not counted")
def test_calls_that_return_none_do_not_lose_a_reference_to_it(qapp: QCoreApplication) -> None:
    thing = QObject()
    timer = QTimer()
    before = sys.getrefcount(None)
    for _ in range(CALLS):
        thing.setObjectName("name")
        timer.setInterval(5)
    lost = before - sys.getrefcount(None)
    assert lost < CALLS // 100, f"PySide6 lost {lost} references to None in {2 * CALLS} calls: it will abort"


@pytest.fixture
def timer(qtbot: QtBot) -> Iterator[QTimer]:
    made = QTimer(interval=10_000)
    yield made
    made.stop()


def test_a_timer_that_repeats_is_found_and_one_that_ends_is_not(timer: QTimer) -> None:
    timer.start()
    single = QTimer(singleShot=True, interval=10_000)
    single.start()
    assert [found for found in running() if "QTimer" in found]
    timer.stop()
    assert wait_for_the_end() == []
    single.stop()


def test_a_thread_and_a_process_are_found_until_they_end(qtbot: QtBot) -> None:
    thread = QThread(objectName="the one that stays")
    thread.start()
    process = QProcess()
    process.start(sys.executable, ["-c", "input()"])
    assert process.waitForStarted()
    found = " ".join(running())
    assert "the one that stays" in found and "QProcess" in found
    process.closeWriteChannel()
    thread.quit()
    assert thread.wait(2000) and process.waitForFinished(5000)
    assert wait_for_the_end() == []


LEAVES = """
from PySide6.QtCore import QObject, QTimer, Signal

kept = []

def test_leaves_a_timer(qapp):
    timer = QTimer(interval=1000)
    timer.start()
    kept.append(timer)

def test_stops_it(qapp):
    kept.pop().stop()

def test_warns(qapp):
    qapp.thread().wait(1)

def test_leaves_nothing(qapp):
    pass
"""


def test_a_test_that_leaves_a_timer_or_a_warning_fails(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text("from tests.gui.conftest import *\n")
    (tmp_path / "test_leaves.py").write_text(LEAVES)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", str(tmp_path), "-c", str(ROOT / "pyproject.toml"), "-p", "no:randomly"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    said = done.stdout
    assert "still running: QTimer" in said and "Failure: Qt messages with level WARNING" in said, said
    assert "1 failed, 3 passed, 1 error" in said, said
