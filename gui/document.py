"""The document: the graph that is open, the only place where it changes, and its undo history."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

from platformdirs import user_state_path
from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from nodegraph.data.journal import journal_path
from nodegraph.graph.edit import apply
from nodegraph.graph.edits import Edit
from nodegraph.graph.io import dumps
from nodegraph.graph.model import Graph
from nodegraph.graph.validate import validate
from nodegraph.problems import Problem, ProblemError
from nodegraph.registry import Registry


class GraphDocument(QObject):
    """Holds an immutable `Graph`; every change is an edit pushed on `undo_stack`.

    `changed(before, after)` follows each change, undo and redo included; views compare the two graphs and renew what
    differs. `problems_changed` follows when the graph was checked again, at the latest 200 ms later. `refused(problem)`
    tells why an edit was not possible. `loaded` comes before all that follows from another graph being shown.
    `journal_changed` is said by whoever wrote to the file at `journal`: what people decide by hand is no edit.
    """

    changed = Signal(object, object)
    problems_changed = Signal(object)
    refused = Signal(object)
    path_changed = Signal(object)
    journal_changed = Signal()
    loaded = Signal()

    def __init__(self, registry: Registry, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.registry = registry
        self.undo_stack = QUndoStack(self)
        self.problems: tuple[Problem, ...] = ()
        self._graph = Graph()
        self._path: Path | None = None
        self._unsaved = uuid4().hex
        self._checking = QTimer(self, singleShot=True, interval=120)
        self._checking.timeout.connect(self.check)

    @property
    def graph(self) -> Graph:
        """The graph as it is now."""
        return self._graph

    @property
    def path(self) -> Path | None:
        """The file it was read from or written to, or None."""
        return self._path

    @property
    def base(self) -> Path:
        """The folder that relative paths lead from; for a graph without a file one of its own in the home folder."""
        return self._path.absolute().parent if self._path else Path.home() / "nodegraph"

    @property
    def journal(self) -> Path:
        """The file with what was decided by hand: beside the graph, or in the state folder while that has no file."""
        if self._path is not None:
            return journal_path(self._path.absolute())
        return user_state_path("nodegraph", appauthor=False) / "journals" / f"{self._unsaved}.journal.jsonl"

    @property
    def text(self) -> str:
        """The graph as the text of its file."""
        return dumps(self._graph)

    def load(self, graph: Graph, path: Path | None) -> None:
        """Shows another graph; the history begins anew."""
        self.undo_stack.clear()
        self._unsaved = uuid4().hex
        self._path = path
        self.loaded.emit()
        self._set(graph)
        self.set_path(path)
        self.check()

    def set_path(self, path: Path | None) -> None:
        """Says where the document lives from now on."""
        self._path = path
        self.path_changed.emit(path)

    def push(self, edit: Edit, text: str, *, merge: str = "") -> bool:
        """Makes an edit, named `text` in the history; False, and `refused` is said, where it is not possible.

        Edits pushed one after the other with the same `merge` (a slider's drag, typing in one field) are one step.
        """
        try:
            after, inverse = apply(self._graph, edit)
        except ProblemError as error:
            self.refused.emit(error.problems[0])
            return False
        if after != self._graph:
            self.undo_stack.push(_EditCommand(self, edit, inverse, text, merge))
        return True

    def check(self) -> None:
        """Checks the graph now."""
        self._checking.stop()
        self.problems = tuple(validate(self._graph, self.registry, base=self.base))
        self.problems_changed.emit(self.problems)

    def _set(self, graph: Graph) -> None:
        before, self._graph = self._graph, graph
        self.changed.emit(before, graph)
        self._checking.start()


class _EditCommand(QUndoCommand):
    """One step of the history: an edit and its inverse, both plain data."""

    ID = 1

    def __init__(self, document: GraphDocument, edit: Edit, inverse: Edit, text: str, merge: str) -> None:
        super().__init__(text)
        self._document = document
        self._edits = [edit]
        self._inverses = [inverse]
        self._merge = merge

    def redo(self) -> None:
        """Makes the edits."""
        self._run(self._edits)

    def undo(self) -> None:
        """Takes them back."""
        self._run(reversed(self._inverses))

    def id(self) -> int:
        """Commands with the same id are asked whether they merge."""
        return self.ID if self._merge else -1

    def mergeWith(self, other: QUndoCommand) -> bool:
        """Takes in the next command of the same drag: its edit replaces ours, our inverse stays."""
        if not isinstance(other, _EditCommand) or other._merge != self._merge:
            return False
        self._edits = other._edits
        return True

    def _run(self, edits: object) -> None:
        graph = self._document.graph
        for edit in edits:  # type: ignore[attr-defined]
            graph, _ = apply(graph, edit)
        self._document._set(graph)
