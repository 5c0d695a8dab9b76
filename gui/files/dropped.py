"""What a dropped file or folder means: a graph to open, or a folder of pictures to read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from gui.files.pictures import holds_graph
from nodegraph.parameters import Folder, Parameter
from nodegraph.problems import ProblemError, problem
from nodegraph.registry import Registry

EXPORT_FORMAT = "nodegraph-export"
MANIFEST = "manifest.json"
MOST_BYTES = 64 * 2**20


@dataclass(frozen=True, slots=True)
class Dropped:
    """What is to be done with it: open the graph, open the graph inside the picture, or read the folder.

    `kind` says for which trainer or library an exported set was made.
    """

    what: Literal["graph", "picture", "folder", "set"]
    path: Path
    kind: str = ""


def understand(path: Path) -> Dropped:
    """What a dropped path is for. Raises a ProblemError for what the app cannot use."""
    if path.is_dir():
        kind = _kind_of_export(path / MANIFEST)
        return Dropped("folder", path) if kind is None else Dropped("set", path, kind)
    if path.name == MANIFEST and (kind := _kind_of_export(path)) is not None:
        return Dropped("set", path.parent, kind)
    if path.suffix.lower() == ".json":
        return Dropped("graph", path)
    if holds_graph(path):
        return Dropped("picture", path)
    raise _unusable(path)


def source_for(found: Dropped, registry: Registry) -> tuple[str, str] | None:
    """The source that reads a dropped folder and its parameter that names the folder; None: none is installed.

    A set is read by the source of its own kind, which finds the captions where its export wrote them.
    """
    for type in (f"source/{found.kind}", "source/folder"):
        spec = registry.nodes.get(type)
        needed = [one for one in spec.parameters.values() if one.required] if spec is not None else []
        if needed and _reads_folder(needed[0]):
            return type, needed[0].name
    return None


def _reads_folder(parameter: Parameter) -> bool:
    return any(isinstance(facet, Folder) and not facet.writes for facet in parameter.facets)


def _kind_of_export(manifest: Path) -> str | None:
    try:
        if not manifest.is_file() or manifest.stat().st_size > MOST_BYTES:
            return None
        whole: Any = json.loads(manifest.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(whole, dict) or whole.get("format") != EXPORT_FORMAT:
        return None
    return str(whole.get("kind", ""))


def _unusable(path: Path) -> ProblemError:
    return problem(
        "cannot-drop",
        f"{path.name} is neither a folder nor a graph.",
        "Drop the folder that the pictures are in, a graph's .json file, or a picture exported from a graph.",
        value=str(path),
    )
