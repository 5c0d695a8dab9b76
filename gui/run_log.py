"""The log as data: one line with its time, how serious it is, and the node it is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

LogLevel = Literal["engine", "info", "warning", "error"]
"""`engine` is what libraries print to stderr; the others are sentences of ours."""


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of the log."""

    time: datetime
    level: LogLevel
    node: str
    text: str

    def __str__(self) -> str:
        where = f"{self.node}: " if self.node else ""
        return f"{self.time:%H:%M:%S} {self.level} {where}{self.text}"
