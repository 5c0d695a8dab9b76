"""The graph file: read without trust, written in one canonical form, saved in one step. Reading it runs nothing."""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from nodegraph.graph.model import Edge, End, Graph, Group, Knob, Loaded, Node, Note
from nodegraph.graph.parse import MAX_BYTES, parse
from nodegraph.graph.version import FORMAT, VERSION
from nodegraph.problems import Problem, ProblemError, problem

_SURROGATE = re.compile("[\ud800-\udfff]")


def load(path: str | os.PathLike[str]) -> Graph:
    """The graph in a file. Raises a ProblemError that names the file and, where there is one, the line."""
    path = Path(path)
    data = _read(path)
    try:
        return loads(_decoded(data))
    except ProblemError as error:
        raise ProblemError(_in_file(found, path) for found in error.problems) from error


def loads(text: str) -> Graph:
    """The graph that a file's text holds, past versions included. Raises a ProblemError with everything wrong in it."""
    document, as_it_is = parse(text)
    graph = _graph(document)
    return replace(graph, loaded=Loaded(text, canonical(graph))) if as_it_is else graph


def dumps(graph: Graph) -> str:
    """The text of the graph's file: what it was loaded from as long as it says the same, else the canonical form."""
    text = canonical(graph)
    return graph.loaded.text if graph.loaded is not None and graph.loaded.canonical == text else text


def canonical(graph: Graph) -> str:
    """The canonical form: JSON with sorted keys, two spaces, nodes by id, edges by target, defaults left out.

    Raises ValueError for a graph that holds what JSON cannot (NaN, objects): edits do not let such values in.
    """
    text = json.dumps(document_of(graph), sort_keys=True, indent=2, ensure_ascii=False, allow_nan=False)
    # a file name that is not UTF-8 has lone surrogates, which UTF-8 cannot hold but JSON can
    return _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n"


def save(graph: Graph, path: str | os.PathLike[str]) -> None:
    """Writes the file whole or not at all; a link is followed and the file's permissions stay. Raises ProblemError."""
    data = dumps(graph).encode()
    target = Path(os.path.realpath(path))
    mode = 0o666
    try:
        if target.exists():
            if not target.is_file():
                raise problem(
                    "cannot-save", f"{target} is no ordinary file.", "Choose another name.", value=str(target)
                )
            if not os.access(target, os.W_OK):
                raise PermissionError("it is read only")
            mode = stat.S_IMODE(target.stat().st_mode)
        _write_beside(target, data, mode)
    except OSError as error:
        why = error.strerror or str(error)
        advice = "Check the folder and its permissions, or choose another."
        raise problem("cannot-save", f"{target} could not be saved: {why}.", advice, value=str(target)) from error


def _write_beside(target: Path, data: bytes, mode: int) -> None:
    beside = target.with_name(f".{os.urandom(8).hex()}.tmp")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            beside.chmod(mode)
        beside.replace(target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    if os.name == "posix":  # so that the new name, too, outlives a power cut
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _read(path: Path) -> bytes:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise problem("no-such-file", f"{path} is no file.", "Name the graph's .json file.", value=str(path))
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise problem(
            "no-such-file", f"There is no file {path}.", "Check the name and the folder.", value=str(path)
        ) from error
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        why = getattr(error, "strerror", None) or str(error)
        raise problem(
            "unreadable-file", f"{path} could not be read: {why}.", "Check its permissions.", value=str(path)
        ) from error


def _decoded(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise problem(
            "too-large",
            f"It is larger than {MAX_BYTES // 2**20} MiB, which no graph is.",
            "Choose the graph's .json file.",
        )
    if data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        raise problem("not-utf-8", "Line 1: it starts with a byte order mark.", "Save it as UTF-8 without one.")
    if b"\x00" in data:
        raise problem("not-text", "It is a binary file, not a graph.", "Choose the graph's .json file.")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise problem("not-utf-8", f"Line {line}: it is not UTF-8.", "Save it as UTF-8.") from error


def _in_file(found: Problem, path: Path) -> Problem:
    message = found.message
    message = f"{path}, l{message[1:]}" if message.startswith("Line ") else f"{path}: {message}"
    return replace(found, message=message)


def _graph(document: Mapping[str, Any]) -> Graph:
    nodes = [
        Node(**_known(block, "id", "type", "rev", "params", "mode", "label", "ui"))
        for block in document.get("nodes", ())
    ]
    known = _known(
        document, "title", "seed", "ui", "made_with", "nodes", "edges", "knobs", "groups", "notes", "format", "version"
    )
    return Graph(
        title=document.get("title", ""),
        seed=document.get("seed", 0),
        nodes={node.id: node for node in nodes},
        edges=tuple(_edge(block) for block in document.get("edges", ())),
        knobs={
            name: Knob(name, **_known(block, "node", "param", "help"))
            for name, block in document.get("knobs", {}).items()
        },
        groups=tuple(_group(block) for block in document.get("groups", ())),
        notes=tuple(_note(block) for block in document.get("notes", ())),
        ui=document.get("ui", {}),
        made_with=document.get("made_with", ""),
        extra=known["extra"],
    )


def _edge(block: Mapping[str, Any]) -> Edge:
    return Edge(End.parse(block["from"]), End.parse(block["to"]), _known(block, "from", "to")["extra"])


def _group(block: Mapping[str, Any]) -> Group:
    extra = _known(block, "title", "nodes", "ui")["extra"]
    return Group(block.get("title", ""), tuple(block.get("nodes", ())), block.get("ui", {}), extra)


def _note(block: Mapping[str, Any]) -> Note:
    return Note(block.get("text", ""), block.get("ui", {}), _known(block, "text", "ui")["extra"])


def _known(block: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """The block's entries of these names, and all others under "extra"."""
    known = {name: block[name] for name in names if name in block}
    return {**known, "extra": {name: value for name, value in block.items() if name not in names}}


def document_of(graph: Graph) -> dict[str, Any]:
    """The graph as the plain JSON object of its file. What is at its default is left out."""
    return {
        **graph.extra,
        "format": FORMAT,
        "version": VERSION,
        "title": graph.title,
        "seed": graph.seed,
        "nodes": [_node_block(node) for node in graph.nodes.values()],
        "edges": [{**edge.extra, "from": str(edge.source), "to": str(edge.target)} for edge in graph.edges],
        **_filled(
            knobs={name: _knob_block(knob) for name, knob in graph.knobs.items()},
            groups=[_group_block(group) for group in graph.groups],
            notes=[{**note.extra, "text": note.text, **_filled(ui=note.ui)} for note in graph.notes],
            ui=graph.ui,
            made_with=graph.made_with,
        ),
    }


def _node_block(node: Node) -> dict[str, Any]:
    mode = "" if node.mode == "normal" else node.mode
    always = {"id": node.id, "type": node.type, "rev": node.rev, "params": dict(node.params)}
    return {**node.extra, **always, **_filled(mode=mode, label=node.label, ui=node.ui)}


def _knob_block(knob: Knob) -> dict[str, Any]:
    return {**knob.extra, "node": knob.node, "param": knob.param, **_filled(help=knob.help)}


def _group_block(group: Group) -> dict[str, Any]:
    return {**group.extra, "title": group.title, "nodes": list(group.nodes), **_filled(ui=group.ui)}


def _filled(**blocks: Any) -> dict[str, Any]:
    return {name: block for name, block in blocks.items() if block}
