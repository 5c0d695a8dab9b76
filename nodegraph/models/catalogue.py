"""The model catalogue: what a model is, where its files come from, under which licence and how large they are."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from hashlib import blake2b
from pathlib import Path, PurePosixPath
from typing import Any

SAFE_SUFFIXES = frozenset({".safetensors", ".json", ".jinja", ".txt", ".csv", ".model"})
"""Files of these kinds hold numbers or text and run nothing when they are read."""

HASHED_SUFFIXES = frozenset({".pth", ".zip", ".onnx"})
"""Files of these kinds are taken only with their sha256 in the entry.

Loaders read a .pth with `weights_only=True`, from a .zip its numbers alone, and run an .onnx in a runtime that knows
arithmetic and no more.
"""

COMMIT_PATTERN = r"[0-9a-f]{40}"
SHA256_PATTERN = r"[0-9a-f]{64}"
ID_PATTERN = r"[a-z0-9][a-z0-9.-]*"


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """One model that a `ModelOf(kind)` parameter offers.

    Its files are either `asset` (a folder inside the installed `assets` package: an embedded demo model), or files of
    the hub repository `repo` at the pinned `revision` (a commit), or single files at the addresses `urls`.
    `files` names them: a plain name must be there, a pattern with a wildcard takes what there is.
    An empty `revision` is no pin: the commit that the hub resolves first is recorded on this machine and kept to.
    `bytes` is the size of the download. `sha256` maps file names to the hash that they must have.
    `details` is what its loader needs to know (architecture name, embedding width, ...).
    """

    id: str
    kind: str
    title: str
    licence: str
    bytes: int
    asset: str = ""
    repo: str = ""
    revision: str = ""
    files: tuple[str, ...] = ()
    note: str = ""
    restricted: bool = False  # a licence that forbids common uses, so it is flagged
    details: Mapping[str, Any] = field(default_factory=dict[str, Any])
    sha256: Mapping[str, str] = field(default_factory=dict[str, str])
    urls: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def folder_name(self) -> str:
        """Its id as the name of a folder or file."""
        return self.id.replace(":", "--").replace("/", "--")

    @property
    def embedded(self) -> bool:
        """Whether it is shipped with the app and needs no download."""
        return bool(self.asset)

    @property
    def origin(self) -> str:
        """Where a download of it comes from, for people."""
        return self.repo or next(iter(self.urls.values()), "")


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """A model whose files are on this machine, and their revision."""

    entry: ModelEntry
    folder: Path
    revision: str

    @property
    def identity(self) -> str:
        """What its values are remembered under: the revision, and a hash of the details that its loader goes by."""
        if not self.entry.details:
            return self.revision
        details = json.dumps(dict(self.entry.details), sort_keys=True, default=str)
        return f"{self.revision}+{blake2b(details.encode(), digest_size=4).hexdigest()}"


def read_catalogue(path: Path) -> tuple[ModelEntry, ...]:
    """The entries of a catalogue file: TOML with one `[[model]]` table a model, keys as the fields of `ModelEntry`.

    Raises ValueError, naming file and entry, for one that breaks the rules: a catalogue is code of its pack.
    """
    tables: list[dict[str, Any]] = tomllib.loads(path.read_text(encoding="utf-8")).get("model", [])
    entries = tuple(_entry_of(table, path) for table in tables)
    twice = {entry.id for entry in entries if sum(other.id == entry.id for other in entries) > 1}
    if twice:
        raise ValueError(f"{path}: more than one model is called {', '.join(sorted(twice))}")
    return entries


def _entry_of(table: dict[str, Any], path: Path) -> ModelEntry:
    known = {item.name for item in fields(ModelEntry)}
    where = f"{path}: model {table.get('id', '?')}"
    if unknown := sorted(table.keys() - known):
        raise ValueError(f"{where}: unknown keys {', '.join(unknown)}")
    try:
        given: dict[str, Any] = {**table, "files": tuple(table.get("files", ()))}
        entry = ModelEntry(**given)
    except TypeError as error:
        raise ValueError(f"{where}: {error}") from error
    if fault := _fault_of(entry):
        raise ValueError(f"{where}: {fault}")
    return entry


def _fault_of(entry: ModelEntry) -> str:
    if not re.fullmatch(ID_PATTERN, entry.id):
        return "its id is not lower-case letters, digits, dots and dashes"
    if sum(map(bool, (entry.asset, entry.repo, entry.urls))) != 1:
        return "it needs exactly one of asset, repo and urls"
    if entry.revision and not re.fullmatch(COMMIT_PATTERN, entry.revision):
        return f"its revision {entry.revision!r} is no full commit"
    if not entry.licence or not entry.files:
        return "it needs a licence and files"
    for name in entry.files:
        suffix = PurePosixPath(name).suffix
        if suffix not in SAFE_SUFFIXES and not (suffix in HASHED_SUFFIXES and name in entry.sha256):
            hashed = ", ".join(sorted(HASHED_SUFFIXES))
            return f"{name} may run code when it is loaded: only safetensors and text, or {hashed} with its sha256"
    if bad := [name for name, digest in entry.sha256.items() if not re.fullmatch(SHA256_PATTERN, digest)]:
        return f"the sha256 of {bad[0]} is none"
    if entry.urls and not set(entry.files) == set(entry.urls) <= set(entry.sha256):
        return "each of its files needs an address and a sha256"
    return ""
