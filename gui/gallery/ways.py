"""The ways of pictures, looked for off the app's thread."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from contextlib import suppress

from PySide6.QtCore import QObject, Qt, Signal

from gui.gallery.latest_first import LatestFirst
from gui.gallery.way import Station, Stop, way_of


class Ways(QObject):
    """`found(rid, stops)` follows each `ask` that was not overtaken by later ones."""

    found = Signal(str, object)
    _came = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.stations: Sequence[Station] = ()
        self._found: deque[tuple[str, list[Stop]]] = deque()
        self._finder = LatestFirst(self._find, threads=1, batch=1, longest=2, name="ways")
        self._came.connect(self._tell, Qt.ConnectionType.QueuedConnection)

    def ask(self, rid: str) -> None:
        """Looks for the way of a row through the stations."""
        self._finder.ask(rid)

    def shutdown(self) -> None:
        """Ends the thread."""
        self._finder.close()

    def _find(self, rids: list[str]) -> None:
        for rid in rids:
            stops = way_of(list(self.stations), rid)
            self._found.append((rid, stops))  # Python objects do not survive a signal between threads
            with suppress(RuntimeError):  # the app is closing
                self._came.emit()

    def _tell(self) -> None:
        while self._found:
            self.found.emit(*self._found.popleft())
