"""Questions: every dialog that opening and saving asks, in one place, so that tests can answer them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from gui.files.swap import Swap
from gui.run_look import theme_of
from gui.theme.icons import pixmap
from gui.translation import marked, words
from nodegraph.problems import Problem

GRAPH_FILTER = marked("Graphs (*.json);;Pictures of graphs (*.png);;All files (*)")
SIGN = 32
WRONG = ("triangle-alert", "state_stale")
PICTURE_FILTER = marked("PNG with the graph inside (*.png);;SVG drawing (*.svg)")


class Questions:
    """Asks the user. Each method is one question and gives the answer."""

    def __init__(self, window: QWidget) -> None:
        self._window = window

    def open_path(self, folder: Path) -> Path | None:
        """Which graph to open."""
        name, _ = QFileDialog.getOpenFileName(self._window, words("Open Graph"), str(folder), words(GRAPH_FILTER))
        return Path(name) if name else None

    def save_path(self, start: Path) -> Path | None:
        """Where to save the graph."""
        name, _ = QFileDialog.getSaveFileName(
            self._window, words("Save Graph As"), str(start), words("Graphs (*.json)")
        )
        if not name:
            return None
        path = Path(name)
        return path if path.suffix else path.with_suffix(".json")

    def picture_path(self, start: Path) -> Path | None:
        """Where to put the picture of the graph."""
        name, chosen = QFileDialog.getSaveFileName(
            self._window, words("Export Picture of the Graph"), str(start), words(PICTURE_FILTER)
        )
        if not name:
            return None
        path = Path(name)
        return path if path.suffix else path.with_suffix(".svg" if "svg" in chosen else ".png")

    def unsaved(self, name: str) -> Literal["save", "discard", "cancel"]:
        """Whether to save before the graph is left."""
        box = self._box(
            words("Save the changes to {name}?").format(name=name), words("They are lost if you do not save them.")
        )
        save = box.addButton(QMessageBox.StandardButton.Save)
        discard = box.addButton(words("Do Not Save"), QMessageBox.ButtonRole.DestructiveRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(QMessageBox.StandardButton.Save)
        box.exec()
        return "save" if box.clickedButton() is save else "discard" if box.clickedButton() is discard else "cancel"

    def changed_on_disk(self, path: Path) -> Literal["overwrite", "save_as", "cancel"]:
        """What to do when somebody else changed the file."""
        box = self._box(
            words("{name} was changed by another program.").format(name=path.name),
            words("Since you opened it, the file was written by someone else. Saving over it loses what they changed."),
        )
        save_as = box.addButton(words("Save As..."), QMessageBox.ButtonRole.AcceptRole)
        overwrite = box.addButton(words("Save Over It"), QMessageBox.ButtonRole.DestructiveRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(save_as)
        box.exec()
        if box.clickedButton() is overwrite:
            return "overwrite"
        return "save_as" if box.clickedButton() is save_as else "cancel"

    def recover(self, swap: Swap) -> Literal["recover", "discard", "later"]:
        """What to do with what a killed app left."""
        when = datetime.fromtimestamp(swap.time).strftime("%d %B, %H:%M")
        name = swap.path.name if swap.path else words("an untitled graph")
        box = self._box(
            words("Recover your work on {name}?").format(name=name),
            words("The app ended before it was saved. The last changes are from {when}.").format(when=when),
        )
        recover = box.addButton(words("Recover"), QMessageBox.ButtonRole.AcceptRole)
        discard = box.addButton(words("Discard"), QMessageBox.ButtonRole.DestructiveRole)
        box.addButton(words("Ask Later"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(recover)
        box.exec()
        if box.clickedButton() is recover:
            return "recover"
        return "discard" if box.clickedButton() is discard else "later"

    def may_write(self, name: str, places: Sequence[Path], *, saved: bool) -> bool:
        """Whether a graph may write outside its own folder, or at all where it has no file yet."""
        if saved:
            title = words("{name} writes outside its own folder.")
            more = words("If the graph is from someone else, look at the places before you run it:")
        else:
            title = words("{name} is not saved yet; this run writes here:")
            more = words("To write elsewhere, save the graph first: what it makes then lies beside its file.")
        listed = "<br>".join(_plain(str(place)) for place in places[:8])
        box = self._box(title.format(name=name), f"{more}<br><br>{listed}")
        box.setTextFormat(Qt.TextFormat.RichText)
        run = box.addButton(words("Run"), QMessageBox.ButtonRole.AcceptRole)
        cancel = box.addButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(cancel if saved else run)
        box.exec()
        return box.clickedButton() is run

    def tell(self, problems: Sequence[Problem]) -> None:
        """Says what went wrong and what to do about it."""
        first = problems[0]
        more = [str(problem) for problem in problems[1:6]]
        box = self._box(first.message, "\n\n".join([part for part in (first.fix, *more) if part]), *WRONG)
        box.addButton(QMessageBox.StandardButton.Close)
        box.exec()

    def _box(self, text: str, more: str, sign: str = "circle-help", colour: str = "accent") -> QMessageBox:
        box = QMessageBox(self._window)
        box.setIconPixmap(pixmap(sign, theme_of(self._window), colour, SIGN, self._window.devicePixelRatioF()))
        box.setWindowTitle("nodegraph")
        box.setText(f"<b>{_plain(text)}</b>")
        box.setInformativeText(more)
        return box


def _plain(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
