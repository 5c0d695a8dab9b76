"""What a dropped file or folder means: a graph to open, or a folder of pictures to read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from gui.files.pictures import holds_graph
from nodegraph.problems import ProblemError, problem

EXPORT_FORMAT = "nodegraph-export"
MANIFEST = "manifest.json"
MOST_BYTES = 64 * 2**20


@dataclass(frozen=True, slots=True)
class Dropped:
    """What is to be done with it: open the graph, open the graph inside the picture, or read the folder."""

    what: Literal["graph", "picture", "folder", "set"]
    path: Path


def understand(path: Path) -> Dropped:
    """What a dropped path is for. Raises a ProblemError for what the app cannot use."""
    if path.is_dir():
        return Dropped("set" if _is_export(path / MANIFEST) else "folder", path)
    if path.name == MANIFEST and _is_export(path):
        return Dropped("set", path.parent)
    if path.suffix.lower() == ".json":
        return Dropped("graph", path)
    if holds_graph(path):
        return Dropped("picture", path)
    raise _unusable(path)


def _is_export(manifest: Path) -> bool:
    try:
        if not manifest.is_file() or manifest.stat().st_size > MOST_BYTES:
            return False
        whole: Any = json.loads(manifest.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(whole, dict) and whole.get("format") == EXPORT_FORMAT


def _unusable(path: Path) -> ProblemError:
    return problem(
        "cannot-drop",
        f"{path.name} is neither a folder nor a graph.",
        "Drop the folder that the pictures are in, a graph's .json file, or a picture exported from a graph.",
        value=str(path),
    )
