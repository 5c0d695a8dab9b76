"""The teller: puts what the engine says of a run into lines of the log."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from PySide6.QtCore import QObject, Signal

from gui.run_log import LogLevel, LogLine

CANCELLED = 130
"""The exit of a run that was stopped."""


class RunTeller(QObject):
    """`logged(LogLine)` is each line, `log(text)` its words."""

    log = Signal(str)
    logged = Signal(object)

    def say(self, text: str, level: LogLevel = "info", node: str = "") -> None:
        """Writes a line."""
        with contextlib.suppress(RuntimeError):  # a view that is gone already
            self.logged.emit(LogLine(datetime.now(), level, node, text))
            self.log.emit(text)

    def printed(self, line: str) -> None:
        """Writes what a library printed."""
        self.say(line, "engine")

    def hear(self, event: Mapping[str, Any]) -> None:
        """Writes what an event has for people to read; most have nothing."""
        match event["event"]:
            case "notice":
                self.say(event["text"], "info", event["node"])
            case "model":
                text = self.tr("Downloading {}: {:.1f} MB, licence {}")
                self.say(text.format(event["title"], event["bytes"] / 1e6, event["licence"]))
            case "summary" if event["exit"] == CANCELLED:
                self.say(self.tr("Stopped."))
            case "summary":
                self.say(self.tr("Done in {:.1f} s.").format(event["seconds"]))
                for path in event["out"]:
                    self.say(self.tr("Written: {}").format(path))
            case _:
                pass


def cancelled_summary() -> dict[str, Any]:
    """The summary of a run that was stopped before the engine could give one."""
    return {"exit": CANCELLED, "nodes": {}, "measures": {}, "digest": "", "out": [], "receipt": "", "seconds": 0.0}
