"""The teller: puts what the engine says of a run into lines of the log."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from PySide6.QtCore import QObject, Signal

from gui.run_log import LogLevel, LogLine

CANCELLED = 130
"""The exit of a run that was stopped."""


@dataclass(frozen=True, slots=True)
class DeviceUse:
    """Where models run ("cpu", "cuda" or "mps"), in words, and how many bytes of its own memory they hold there."""

    device: str
    words: str
    held: int | None = None


class RunTeller(QObject):
    """`logged(LogLine)` is each line, `log(text)` its words; `device_used(DeviceUse)` says where models run."""

    log = Signal(str)
    logged = Signal(object)
    device_used = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._device = ""

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
            case "device":
                use = DeviceUse(event["device"], event["words"], event["held"])
                if use.words != self._device:
                    self._device = use.words
                    self.say(self.tr("Models run on {}.").format(use.words))
                self.device_used.emit(use)
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
