"""The file commands: new, open, save, save as, recovery. Nothing is lost or written over without a question."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from gui.document import GraphDocument
from gui.files.paths import moved_edit, relative_edit
from gui.files.pictures import graph_in, save_bytes, save_png
from gui.files.questions import Questions
from gui.files.swap import Swap, SwapKeeper, left_over
from gui.settings import Settings
from nodegraph.graph.io import load, loads, save
from nodegraph.graph.model import Graph
from nodegraph.problems import ProblemError


class Files(QObject):
    """Opens and saves the document. `opened` follows another graph, `message` is for the status bar."""

    opened = Signal()
    message = Signal(str)

    def __init__(
        self,
        document: GraphDocument,
        settings: Settings,
        questions: Questions,
        parent: QObject | None = None,
        swaps: Path | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._settings = settings
        self._questions = questions
        self._swaps = swaps
        self._digest = ""
        self._from_elsewhere = False
        self.keeper = SwapKeeper(document, swaps, self)

    @property
    def name(self) -> str:
        """What the title bar calls the graph."""
        document = self._document
        return document.path.name if document.path else document.graph.title or self.tr("Untitled")

    @property
    def from_elsewhere(self) -> bool:
        """Whether the graph was opened from a file, so that someone else may have made it."""
        return self._from_elsewhere

    @property
    def modified(self) -> bool:
        """Whether there is something to save."""
        return not self._document.undo_stack.isClean()

    def may_leave(self) -> bool:
        """Asks about unsaved changes; False: stay."""
        if not self.modified:
            return True
        answer = self._questions.unsaved(self.name)
        return self.save() if answer == "save" else answer == "discard"

    def new(self) -> bool:
        """Shows an empty graph."""
        return self.may_leave() and self.show(Graph(), None)

    def new_from(self, graph: Graph) -> bool:
        """Shows an untitled copy of an example."""
        return self.may_leave() and self.show(replace(graph, loaded=None), None)

    def open(self, path: Path | None = None) -> bool:
        """Opens a graph's file, or a picture with a graph inside; asks which where none is given."""
        path = path or self._questions.open_path(self._document.base)
        if path is None or not self.may_leave():
            return False
        try:
            if path.suffix.lower() == ".png":
                return self.show(graph_in(path), None, from_elsewhere=True)
            digest = _file_digest(path)
            return self.show(load(path), path.absolute(), from_elsewhere=True, digest=digest)
        except ProblemError as error:
            self._questions.tell(error.problems)
            return False

    def show(self, graph: Graph, path: Path | None, *, from_elsewhere: bool = False, digest: str = "") -> bool:
        """Shows a graph without asking."""
        self.keeper.remove()
        self._digest = self.keeper.base_digest = digest
        self._from_elsewhere = from_elsewhere
        self._document.load(graph, path)
        self.keeper.remove()
        if path is not None:
            self._settings.add_recent(path)
        self.opened.emit()
        return True

    def save(self) -> bool:
        """Saves to the document's file; asks for one where it has none. False: not saved."""
        path = self._document.path
        if path is None:
            return self.save_as()
        if path.exists() and self._digest and _file_digest(path) != self._digest:
            answer = self._questions.changed_on_disk(path)
            if answer == "save_as":
                return self.save_as()
            if answer == "cancel":
                return False
        return self._write(path)

    def save_as(self, path: Path | None = None) -> bool:
        """Saves to another file; what the graph reads is found from there too."""
        document = self._document
        path = path or self._questions.save_path(document.path or document.base / f"{_file_name(self.name)}.json")
        if path is None:
            return False
        path = path.absolute()
        if path.parent != document.base:
            moved = moved_edit(document.graph, document.registry, document.base, path.parent)
            if moved.edits:
                document.push(moved, self.tr("Move to {folder}").format(folder=path.parent.name))
        return self._write(path)

    def export_picture(self, path: Path, text: str, image: object, svg: bytes) -> bool:
        """Writes a picture of the graph: SVG by its suffix, else a PNG that holds the graph."""
        try:
            if path.suffix.lower() == ".svg":
                save_bytes(svg, path)
            else:
                save_png(image, text, path)  # type: ignore[arg-type]
        except ProblemError as error:
            self._questions.tell(error.problems)
            return False
        self.message.emit(self.tr("Picture saved as {name}").format(name=path.name))
        return True

    def offer_recovery(self) -> bool:
        """Offers what a killed app left, the latest first; True: something was recovered."""
        for swap in left_over(self._swaps):
            answer = self._questions.recover(swap)
            if answer == "discard":
                swap.discard()
            elif answer == "recover" and self.recover(swap):
                return True
        return False

    def recover(self, swap: Swap) -> bool:
        """Shows what a swap holds, as unsaved changes to its file."""
        try:
            graph = loads(swap.text)
        except ProblemError as error:
            self._questions.tell(error.problems)
            return False
        self.show(graph, swap.path, from_elsewhere=True, digest=swap.base_digest)
        self._document.undo_stack.resetClean()
        self.keeper.write()
        swap.discard()
        self.opened.emit()
        return True

    def close(self) -> None:
        """The app ends in order: nothing is left to recover."""
        self.keeper.remove()

    def _write(self, path: Path) -> bool:
        document = self._document
        if not document.undo_stack.isClean():
            shorter = relative_edit(document.graph, document.registry, path.parent)
            if shorter.edits:
                document.push(shorter, self.tr("Shorten paths"))
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            save(document.graph, path)
        except ProblemError as error:
            self._questions.tell(error.problems)
            return False
        except OSError as error:
            self.message.emit(f"{path}: {error.strerror}")
            return False
        self._digest = self.keeper.base_digest = _file_digest(path)
        if document.path != path:
            document.set_path(path)
        document.undo_stack.setClean()
        self.keeper.remove()
        self._settings.add_recent(path)
        self.message.emit(self.tr("Saved {name}").format(name=path.name))
        return True


def _file_digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def _file_name(name: str) -> str:
    kept = "".join(letter if letter.isalnum() or letter in "-_ " else "" for letter in name.partition(":")[0])
    return "-".join(kept.lower().split())[:60] or "graph"
