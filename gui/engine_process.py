"""The engine's process: started when first needed, kept warm, asked and heard in JSON lines. Never waits."""

from __future__ import annotations

import json
import signal
import sys
from collections import deque
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, Signal

from gui.translation import words

LAST_LINES = 20
SHUTDOWN_MS = (400, 5000)
"""How long the app waits for the engine when it closes: first for it to end by itself, then for it to be killed."""


class EngineProcess(QObject):
    """`nodegraph.run.worker` as a child. `said(event)` is an event of it, `printed(line)` a line of its stderr.

    `ended(why)` follows when it is no more, however that came; the next `ask` starts a new one.
    """

    said = Signal(object)
    printed = Signal(str)
    ended = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.last_lines: deque[str] = deque(maxlen=LAST_LINES)
        self._process: QProcess | None = None
        self._rest = b""
        self.crashed = False  # how the last one ended: by a signal, not by itself

    @property
    def process_id(self) -> int | None:
        """The id of the process, or None where none runs."""
        return (self._process.processId() or None) if self._process is not None else None

    def ask(self, request: dict[str, Any]) -> None:
        """Sends a request; starts the process where there is none."""
        if self._process is None:
            self._start()
        if self._process is not None:
            self._process.write(json.dumps(request).encode("ascii") + b"\n")

    def kill(self) -> None:
        """Ends the process at once; `ended` follows."""
        if self._process is not None:
            self._process.kill()

    def shutdown(self) -> None:
        """Ends the process and waits for that; one that is killed is gone at once, on a busy machine in seconds."""
        process, self._process = self._process, None
        if process is None:
            return
        process.blockSignals(True)
        process.closeWriteChannel()
        if not process.waitForFinished(SHUTDOWN_MS[0]):
            process.kill()
            process.waitForFinished(SHUTDOWN_MS[1])
        process.deleteLater()

    def _start(self) -> None:
        process = QProcess(self)
        environment = QProcessEnvironment.systemEnvironment()
        environment.insert("PYTHONUNBUFFERED", "1")
        process.setProcessEnvironment(environment)
        process.setWorkingDirectory(str(Path.home()))
        process.readyReadStandardOutput.connect(self._read)
        process.readyReadStandardError.connect(self._read_errors)
        process.finished.connect(self._finished)
        process.errorOccurred.connect(self._failed)
        self._rest = b""
        self.last_lines.clear()
        self._process = process
        # -P: a file named like a module in the folder it is started from is never imported
        process.start(sys.executable, ["-P", "-m", "nodegraph.run.worker"])

    def _read(self) -> None:
        if self._process is None:
            return
        *lines, self._rest = (self._rest + self._process.readAllStandardOutput().data()).split(b"\n")
        for line in lines:
            try:
                event = json.loads(line)
            except ValueError:
                self.printed.emit(line.decode("utf-8", "replace"))
                continue
            self.said.emit(event)

    def _read_errors(self) -> None:
        if self._process is None:
            return
        text = bytes(self._process.readAllStandardError().data()).decode("utf-8", "replace")
        for line in text.replace("\r", "\n").split("\n"):
            if line.strip():
                self.last_lines.append(line.rstrip())
                self.printed.emit(line.rstrip())

    def _finished(self, code: int, status: QProcess.ExitStatus) -> None:
        self._read()
        self._read_errors()
        self.crashed = status == QProcess.ExitStatus.CrashExit
        self._gone(reason(code, crashed=self.crashed))

    def _failed(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart and self._process is not None:
            self._gone(words("it could not be started: {why}").format(why=self._process.errorString()))

    def _gone(self, why: str) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.deleteLater()
            self.ended.emit(why)


def reason(code: int, *, crashed: bool) -> str:
    """Why a process ended, for people: "exit code 1", "signal 9 (SIGKILL)"."""
    if not crashed:
        return words("exit code {code}").format(code=code)
    try:
        return words("signal {code} ({name})").format(code=code, name=signal.Signals(code).name)
    except ValueError:
        return words("it crashed with code {code}").format(code=code)
