"""Glances at sources: their first pictures are shown on the node before anything was run."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject

from gui.gallery.thumbnails import Thumbnails
from gui.results import Results
from gui.run_controller import RunController


class SourceGlances(QObject):
    """Follows what plans say of sources. A source that was run shows what it gave then, as before."""

    def __init__(
        self, run: RunController, results: Results, thumbnails: Thumbnails, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._results = results
        self._thumbnails = thumbnails
        run.source_seen.connect(self.show)

    def show(self, node: str, pictures: Mapping[str, str]) -> None:
        """Shows pictures, by content key with the file of each, on a source that was not run yet."""
        known = self._results.of(node)
        if known.files or known.state == "running":
            return
        for content, path in pictures.items():
            self._thumbnails.get(content, path)  # decoded from its file: no run has remembered it
        self._results.update(node, contents=tuple(pictures))
