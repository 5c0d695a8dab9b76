"""Pictures of the graph that hold the graph: a PNG with its text inside, which opens like the file itself."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSaveFile
from PySide6.QtGui import QImage, QImageReader, QImageWriter

from nodegraph.graph.io import loads
from nodegraph.graph.model import Graph
from nodegraph.problems import ProblemError, problem

KEY = "nodegraph"
"""The keyword of the PNG text chunk."""


def save_png(image: QImage, text: str, path: Path) -> None:
    """Writes the picture with the graph's text inside, whole or not at all. Raises a ProblemError."""
    holding = QImage(image)
    holding.setText(KEY, text)
    file = QSaveFile(str(path))
    if not file.open(QSaveFile.OpenModeFlag.WriteOnly):
        raise cannot_save(path, file.errorString())
    writer = QImageWriter(file, b"png")
    if not writer.write(holding) or not file.commit():
        raise cannot_save(path, writer.errorString())


def save_bytes(data: bytes, path: Path) -> None:
    """Writes a file whole or not at all. Raises a ProblemError."""
    file = QSaveFile(str(path))
    if not file.open(QSaveFile.OpenModeFlag.WriteOnly):
        raise cannot_save(path, file.errorString())
    if file.write(data) != len(data) or not file.commit():
        raise cannot_save(path, file.errorString())


def holds_graph(path: Path) -> bool:
    """Whether the file is a PNG with a graph inside."""
    return path.suffix.lower() == ".png" and bool(QImageReader(str(path), b"png").text(KEY))


def graph_in(path: Path) -> Graph:
    """The graph inside a PNG. Raises a ProblemError where there is none or it is damaged."""
    text = QImageReader(str(path), b"png").text(KEY)
    if not text:
        raise problem(
            "no-graph-inside",
            f"{path.name} holds no graph.",
            "Drop a picture that was exported with File > Export Picture of the Graph.",
            value=str(path),
        )
    return loads(text)


def cannot_save(path: Path, why: str) -> ProblemError:
    """The error that a file could not be written."""
    message = f"{path} could not be saved: {why}."
    return problem("cannot-save", message, "Check the folder and its permissions.", value=str(path))
