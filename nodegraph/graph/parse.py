"""Parsing a graph file's text: JSON without surprises, of a known version, that fits the schema. Trusts nothing."""

from __future__ import annotations

import json
import math
from collections import Counter
from typing import Any, cast

from nodegraph.graph.migrate import Document, migrate_document
from nodegraph.graph.places import Path, line_of, lines_of, places, shown_path
from nodegraph.graph.schema import document_errors
from nodegraph.graph.version import FORMAT, VERSION
from nodegraph.problems import Problem, ProblemError, problem

MAX_BYTES = 50 * 2**20
MAX_DEPTH = 64
MAX_DIGITS = 400
"""More digits than any number has that a parameter could mean."""

SHOWN = 20
"""So many mistakes of one file are told at most."""

_REPAIR = "Mend it by hand, or take the file from a backup."


def parse(text: str) -> tuple[Document, bool]:
    """The file's document in the current version, and whether it was of that version already.

    Raises a ProblemError with every mistake, each with its line.
    """
    document = _json(text)
    version = _version(text, document)
    migrated = migrate_document(document, version)
    if errors := document_errors(migrated):
        raise ProblemError(_schema_problems(text, migrated, errors))
    if repeated := _repeated_ids(text, migrated):
        raise ProblemError(repeated)
    return migrated, version == VERSION


class _RefusedError(Exception):
    """Something JSON parsers commonly let through and we do not; where it is, is looked for afterwards."""


def _json(text: str) -> Any:
    if len(text) > MAX_BYTES:
        raise problem(
            "too-large", f"It is larger than {MAX_BYTES // 2**20} MiB, which no graph is.", "Choose another file."
        )
    if text.startswith("\ufeff"):
        raise problem("not-utf-8", "Line 1: it starts with a byte order mark.", "Save it as UTF-8 without one.")
    if not text.strip():
        raise problem("not-json", "It is empty.", "Choose a graph's .json file.")
    try:
        document = json.loads(
            text, object_pairs_hook=_object, parse_constant=_constant, parse_float=_float, parse_int=_int
        )
    except json.JSONDecodeError as error:
        where = f"Line {error.lineno}, column {error.colno}"
        raise problem("not-json", f"{where}: it is not JSON: {error.msg}.", _REPAIR) from error
    except _RefusedError as error:
        raise ProblemError(_refused(text)) from error
    except RecursionError as error:
        raise ProblemError(_too_deep()) from error
    if _depth(document) > MAX_DEPTH:
        raise ProblemError(_too_deep())
    return document


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _RefusedError
    return found


def _constant(_word: str) -> float:
    raise _RefusedError


def _float(word: str) -> float:
    number = float(word)
    if math.isinf(number):
        raise _RefusedError
    return number


def _int(word: str) -> int:
    if len(word) > MAX_DIGITS:
        raise _RefusedError
    return int(word)


def _refused(text: str) -> Problem:
    """The first thing in the text that the hooks above refuse."""
    for place in places(text):
        line, where = line_of(text, place.offset), shown_path(place.path)
        if place.repeated:
            return Problem(
                "repeated-key", f"Line {line}: {where} is there twice.", "Remove one of the two.", value=where
            )
        if place.token.lstrip("-") in ("NaN", "Infinity"):
            return _no_number(line, where, place.token)
        if place.token[0] in "-0123456789" and (len(place.token) > MAX_DIGITS or math.isinf(float(place.token))):
            return _no_number(line, where, place.token[:20])
    return Problem("not-json", "It is not JSON.", _REPAIR)


def _no_number(line: int, where: str, token: str) -> Problem:
    return Problem(
        "not-a-number", f"Line {line}: {where} is {token}, which is no number of JSON.", _REPAIR, value=token
    )


def _too_deep() -> Problem:
    return Problem(
        "too-deep", f"It is nested more than {MAX_DEPTH} levels deep, which no graph is.", "Choose another file."
    )


def _depth(document: object) -> int:
    level, depth = [document], 0
    while level and depth <= MAX_DEPTH:
        inner: list[object] = []
        for value in level:
            if isinstance(value, dict):
                inner.extend(cast(dict[str, object], value).values())
            elif isinstance(value, list):
                inner.extend(cast(list[object], value))
        level, depth = inner, depth + 1
    return depth


def _version(text: str, document: object) -> int:
    if not isinstance(document, dict) or cast(Document, document).get("format") != FORMAT:
        raise problem(
            "not-a-graph",
            f'Line 1: it is JSON, but no graph: a graph file has "format": "{FORMAT}".',
            "Choose a graph that nodegraph saved.",
        )
    found = cast(Document, document)
    version = found.get("version")
    line = lines_of(text, {("version",)})[("version",)]
    if type(version) is not int or version < 1:
        shown = "missing" if version is None else json.dumps(version)[:40]
        advice = f"The current version is {VERSION}."
        raise problem(
            "bad-version", f"Line {line}: version is {shown}; it should be from 1 to {VERSION}.", advice, value=version
        )
    if version > VERSION:
        maker = found.get("made_with")
        by = f" (made with {maker[:60]})" if isinstance(maker, str) and maker else ""
        message = f"Line {line}: it is of version {version}{by}; this nodegraph reads up to version {VERSION}."
        raise problem("file-from-the-future", message, "Update nodegraph.", value=version)
    return version


def _schema_problems(text: str, document: Document, errors: list[tuple[Path, str]]) -> list[Problem]:
    lines = lines_of(text, {path for path, _ in errors})
    found: list[Problem] = []
    for path, message in sorted(errors, key=lambda error: (lines[error[0]], shown_path(error[0])))[:SHOWN]:
        where = shown_path(path) or "the file"
        node = _node_at(document, path)
        found.append(
            Problem(
                "bad-file",
                f"Line {lines[path]}: {where} {message}.",
                _REPAIR,
                node=node,
                value=_value_at(document, path),
            )
        )
    if len(errors) > SHOWN:
        found.append(Problem("bad-file", f"There are {len(errors) - SHOWN} more mistakes.", _REPAIR))
    return found


def _value_at(document: Any, path: Path) -> Any:
    for step in path:
        try:
            document = document[step]
        except (KeyError, IndexError, TypeError):
            return None
    return document


def _node_at(document: Document, path: Path) -> str | None:
    if len(path) < 2 or path[0] != "nodes":
        return None
    id = _value_at(document, ("nodes", path[1], "id"))
    return id if isinstance(id, str) and path[2:3] != ("id",) else None


def _repeated_ids(text: str, document: Document) -> list[Problem]:
    ids = [node["id"] for node in document.get("nodes", ())]
    if len(set(ids)) == len(ids):
        return []
    seen: Counter[str] = Counter()
    repeated: list[tuple[Path, str]] = []
    for position, id in enumerate(ids):
        seen[id] += 1
        if seen[id] > 1:
            repeated.append((("nodes", position, "id"), id))
    lines = lines_of(text, {path for path, _ in repeated})
    return [
        Problem(
            "repeated-node",
            f"Line {lines[path]}: {shown_path(path)} is {id!r}, which another node is called already.",
            "Give one of the two another id.",
            node=id,
            value=id,
        )
        for path, id in repeated[:SHOWN]
    ]
