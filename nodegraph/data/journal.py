"""The journal: what people decided about pictures by hand, as lines of JSON beside the graph file, only appended to.

A line is {"node", "cid", "field", "value", "by", "at"}. The last line for a node, a content and a field counts; the
value null takes a decision back. Lines that cannot be read (a torn end) are passed over and counted.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any

from nodegraph.data.opening import opened, read_at_most
from nodegraph.data.unreadable import Unavailable
from nodegraph.problems import ProblemError, problem

SUFFIX = ".journal.jsonl"
CAPTION = "caption"
PERSON = "person"
LOCK_SECONDS = 5.0
MOST_BYTES = 512 * 2**20
"""Some two million decisions."""

VERDICT = "verdict"
"""The field of what a person decided at a review node: "accept", "review" or "reject"."""

APART = "apart:"
"""The field that says "not a duplicate": this, then the other's cid; its value is "yes"."""

Decisions = Mapping[str, Mapping[str, Mapping[str, str]]]
"""Node id -> field -> cid -> value: what counts of a journal."""

Captions = Mapping[str, Mapping[str, str]]
"""Node id -> cid -> text."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One decision: at this node, `field` of the pictures with this content is `value`; None: as the node gave it."""

    node: str
    cid: str
    field: str
    value: str | None
    by: str = PERSON
    at: str = ""


@dataclass(frozen=True)
class Journal:
    """The entries of a journal in the order of their lines. `unread` counts the lines that could not be read."""

    entries: tuple[Entry, ...] = ()
    unread: int = 0
    decisions: Decisions = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        last = {(entry.node, entry.field, entry.cid): entry.value for entry in self.entries}
        found: dict[str, dict[str, dict[str, str]]] = {}
        for (node, name, cid), value in last.items():
            if value is not None:
                found.setdefault(node, {}).setdefault(name, {})[cid] = value
        object.__setattr__(self, "decisions", found)

    @property
    def captions(self) -> Captions:
        """The captions that count."""
        return {node: fields[CAPTION] for node, fields in self.decisions.items() if CAPTION in fields}


def journal_path(graph: Path) -> Path:
    """Where the journal of a graph file is: beside it, with its name."""
    return graph.with_name(graph.stem + SUFFIX)


def read_journal(path: Path) -> Journal:
    """The journal in this file; an empty one where there is none.

    Raises ProblemError where it cannot be opened, is no ordinary file, or is larger than any journal.
    """
    try:
        with opened(path) as file:
            data = read_at_most(file, MOST_BYTES + 1)
    except Unavailable as error:
        if error.rule == "vanished":
            return Journal()
        raise _unreachable(path, error, "read") from error
    if len(data) > MOST_BYTES:
        raise _unreachable(path, ValueError(f"it is larger than {MOST_BYTES // 2**20} MiB"), "read")
    entries: list[Entry] = []
    unread = 0
    for line in data.split(b"\n"):
        if not line.strip():
            continue
        entry = _entry(line)
        if entry is None:
            unread += 1
        else:
            entries.append(entry)
    return Journal(tuple(entries), unread)


def append(path: Path, entries: Iterable[Entry]) -> None:
    """Adds entries at the end in one write that is on the disk when this returns. Raises ProblemError."""
    from filelock import FileLock, Timeout

    now = datetime.now(UTC).isoformat(timespec="seconds")
    lines = [json.dumps(asdict(entry) | {"at": entry.at or now}, ensure_ascii=True) for entry in entries]
    if not lines:
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_name(f".{path.name}.lock"), timeout=LOCK_SECONDS), path.open("ab+") as file:
            torn = file.tell() > 0 and _last_byte(file) != b"\n"
            file.write((("\n" if torn else "") + "\n".join(lines) + "\n").encode("ascii"))
            file.flush()
            os.fsync(file.fileno())
    except (OSError, Timeout) as error:
        raise _unreachable(path, error, "written") from error


def digest_of(decisions: Decisions) -> str:
    """blake2b-128 over the decisions, whatever the order of their lines; "" where there is none."""
    plain = {node: fields for node, fields in decisions.items() if any(fields.values())}
    return blake2b(json.dumps(plain, sort_keys=True).encode("ascii"), digest_size=16).hexdigest() if plain else ""


def apart_in(decisions: Decisions) -> frozenset[frozenset[str]]:
    """The pairs of contents that a person said are no duplicates of one another, at whichever node."""
    return frozenset(
        frozenset((cid, name.removeprefix(APART)))
        for fields in decisions.values()
        for name, said in fields.items()
        if name.startswith(APART)
        for cid in said
    )


def _last_byte(file: Any) -> bytes:
    file.seek(-1, os.SEEK_END)
    return file.read(1)


def _entry(line: bytes) -> Entry | None:
    try:
        given: Any = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(given, dict):
        return None
    texts: list[Any] = [given.get(name) for name in ("node", "cid", "field")]  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    value: Any = given.get("value")  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    if not all(isinstance(text, str) for text in texts) or not (value is None or isinstance(value, str)):
        return None
    by, at = str(given.get("by", PERSON)), str(given.get("at", ""))  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
    return Entry(texts[0], texts[1], texts[2], value, by, at)


def _unreachable(path: Path, error: Exception, done: str) -> ProblemError:
    why = getattr(error, "strerror", None) or str(error)
    return problem(
        "no-journal",
        f"The journal {path} cannot be {done}: {why}.",
        "Captions edited by hand live there: make the file and its folder writable, or move the graph.",
        value=str(path),
    )
