"""Glances: pictures for the strips of nodes that no run has remembered, decoded from their files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QObject

from gui.gallery.thumbnails import Thumbnails
from gui.results import Results
from gui.run_controller import RunController
from gui.tables import pictures_of

SHOWN = 8
"""So many pictures of a node are looked at."""


class Glances(QObject):
    """Shows a source's first pictures as soon as a plan names them, and cropped or resized ones that nothing opened.

    A source that was run shows what it gave then.
    """

    def __init__(
        self, run: RunController, results: Results, thumbnails: Thumbnails, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._results = results
        self._thumbnails = thumbnails
        self._seen: dict[str, Path] = {}
        run.source_seen.connect(self.show_source)
        results.node_changed.connect(self._look)
        results.cleared.connect(self._seen.clear)

    def show_source(self, node: str, pictures: Mapping[str, str]) -> None:
        """Shows pictures, by content key with the file of each, on a source that was not run yet."""
        known = self._results.of(node)
        if known.files or known.state == "running":
            return
        self._ask(pictures)
        self._results.update(node, contents=tuple(pictures))

    def _look(self, node: str) -> None:
        file = next(iter(self._results.of(node).files.values()), None)
        if file is not None and self._seen.get(node) != file:
            self._seen[node] = file
            self._ask(pictures_of(file, SHOWN))

    def _ask(self, pictures: Mapping[str, str]) -> None:
        for content, path in pictures.items():
            self._thumbnails.get(content, path)
