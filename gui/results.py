"""The results: what the last run and plan said of each node. Filled by the run controller, shown by every view."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import polars as pl
from PySide6.QtCore import QObject, Signal

NodeState = Literal["ready", "stale", "running", "partial", "done", "review", "error"]


@dataclass(frozen=True, slots=True)
class NodeResult:
    """What is known of a node.

    `state`: ready (nothing run yet), stale (changed since its result), running, partial (of a sample, or stopped),
    done, review (rows wait for a person), error. `missing` is how many values a run would have to measure (None: not
    planned). `contents` are content keys of a few rows it gave, for thumbnails. `files` are Arrow files by port.
    """

    state: NodeState = "ready"
    rows_in: int | None = None
    rows_out: int | None = None
    dropped: int = 0
    errors: int = 0
    progress: float | None = None
    seconds: float | None = None
    missing: int | None = None
    contents: tuple[str, ...] = ()
    message: str = ""
    files: Mapping[str, Path] = field(default_factory=dict)
    ledger: Path | None = None


class Results(QObject):
    """`NodeResult` by node id. `node_changed(id)` follows each change; tables are read from their files when asked."""

    node_changed = Signal(str)
    cleared = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._results: dict[str, NodeResult] = {}

    def of(self, node: str) -> NodeResult:
        """What is known of the node."""
        return self._results.get(node, NodeResult())

    def update(self, node: str, **changes: object) -> None:
        """Changes fields of a node's result and says so."""
        now = replace(self.of(node), **changes)  # type: ignore[arg-type]
        if now != self._results.get(node):
            self._results[node] = now
            self.node_changed.emit(node)

    def clear(self) -> None:
        """Forgets everything: another document was opened."""
        self._results.clear()
        self.cleared.emit()

    def files(self) -> list[Path]:
        """The tables of all nodes; also of those that were removed, as undo brings them back."""
        return [path for result in self._results.values() for path in result.files.values()]

    def table(self, node: str, port: str) -> pl.DataFrame | None:
        """The rows that the node gave through this port, or None where there are none. 100,000 rows: about 30 ms."""
        path = self.of(node).files.get(port)
        return pl.read_ipc(path) if path is not None and path.is_file() else None

    def ledger(self, node: str) -> pl.DataFrame | None:
        """The ledger up to and with this node, or None."""
        path = self.of(node).ledger
        return pl.read_ipc(path) if path is not None and path.is_file() else None
