"""Pictures of the graph that hold the graph: a PNG with its text inside, which opens like the file itself."""

from __future__ import annotations

import zlib
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QSaveFile
from PySide6.QtGui import QImage, QImageWriter

from nodegraph.data.png import chunks
from nodegraph.graph.io import loads
from nodegraph.graph.model import Graph
from nodegraph.problems import ProblemError, problem

KEY = "nodegraph"
"""The keyword of the PNG's text chunk."""

MOST_BYTES = 256 * 2**20
_HEADER_END = 33
_START = KEY.encode() + b"\0\0\0\0\0"
"""An iTXt chunk begins with the keyword, no compression, no language, no translated keyword."""


def save_png(image: QImage, text: str, path: Path) -> None:
    """Writes the picture with the graph's text inside, whole or not at all. Raises a ProblemError."""
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    if not QImageWriter(buffer, b"png").write(image):
        raise cannot_save(path, "the graph is too large for one picture")
    plain = bytes(data.data())
    # by hand, as Qt's own text chunks lose line breaks and double spaces
    save_bytes(plain[:_HEADER_END] + _chunk(b"iTXt", _START + text.encode()) + plain[_HEADER_END:], path)


def save_bytes(data: bytes, path: Path) -> None:
    """Writes a file whole or not at all. Raises a ProblemError."""
    file = QSaveFile(str(path))
    if not file.open(QSaveFile.OpenModeFlag.WriteOnly):
        raise cannot_save(path, file.errorString())
    if file.write(data) != len(data) or not file.commit():
        raise cannot_save(path, file.errorString())


def holds_graph(path: Path) -> bool:
    """Whether the file is a PNG with a graph inside."""
    return bool(_text_in(path))


def graph_in(path: Path) -> Graph:
    """The graph inside a PNG. Raises a ProblemError where there is none or it is damaged."""
    text = _text_in(path)
    if not text:
        raise problem(
            "no-graph-inside",
            f"{path.name} holds no graph.",
            "Choose a picture that was exported with File > Export Picture of the Graph.",
            value=str(path),
        )
    return loads(text)


def _text_in(path: Path) -> str:
    try:
        if path.suffix.lower() != ".png" or path.stat().st_size > MOST_BYTES:
            return ""
        data = path.read_bytes()
    except OSError:
        return ""
    for chunk in chunks(data):
        found = data[chunk.start : chunk.end]
        if chunk.type == b"iTXt" and found.startswith(_START):
            return found.removeprefix(_START).decode("utf-8", "replace")
    return ""


def _chunk(type: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + type + data + zlib.crc32(type + data).to_bytes(4, "big")


def cannot_save(path: Path, why: str) -> ProblemError:
    """The error that a file could not be written."""
    message = f"{path} could not be saved: {why}."
    return problem("cannot-save", message, "Check the folder and its permissions.", value=str(path))
