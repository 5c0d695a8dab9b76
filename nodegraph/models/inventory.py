"""Inventory: which files of a folder belong to a model, which are missing, and the hash of what is there."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Any

from nodegraph.models.catalogue import HASHED_SUFFIXES, SAFE_SUFFIXES, ModelEntry

WEIGHT_SUFFIXES = frozenset({".safetensors", ".pth"})


def wanted(entry: ModelEntry, names: Iterable[str]) -> list[str]:
    """Those of `names` that belong to the model, weights last; never a file that could run code when it is read.

    Weights come last so that an interrupted download has not the files that make a model look complete.
    """
    chosen = [name for name in names if _harmless(entry, name) and any(fnmatchcase(name, p) for p in entry.files)]
    return sorted(chosen, key=lambda name: (PurePosixPath(name).suffix in WEIGHT_SUFFIXES, name))


def required(entry: ModelEntry) -> list[str]:
    """The names that must be there: those in `files` without a wildcard."""
    return [name for name in entry.files if not any(sign in name for sign in "*?[")]


def missing(entry: ModelEntry, folder: Path) -> list[str]:
    """What the folder lacks: required names, and shards that an index of weights names."""
    lacking = [name for name in required(entry) if not (folder / name).is_file()]
    for index in sorted(folder.glob("*.safetensors.index.json")):
        if any(fnmatchcase(index.name, pattern) for pattern in entry.files):
            lacking += [name for name in _shards(index) if not (folder / name).is_file()]
    return lacking


def files_in(entry: ModelEntry, folder: Path) -> list[str]:
    """The names, with forward slashes, of the model's files in a folder."""
    return wanted(entry, (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()))


def content_revision(entry: ModelEntry, folder: Path, hash_of: Callable[[Path], str]) -> str:
    """The revision of files that no hub names: 12 hex digits of a hash over the names and hashes of all of them."""
    digest = hashlib.sha256()
    for name in sorted(files_in(entry, folder)):
        digest.update(f"{name}\0{hash_of(folder / name)}\n".encode())
    return digest.hexdigest()[:12]


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def git_blob_id(path: Path) -> str:
    """The id that git, and so the hub, gives a file outside large file storage: SHA-1 of a header and its bytes."""
    digest = hashlib.sha1(f"blob {path.stat().st_size}\0".encode(), usedforsecurity=False)
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _harmless(entry: ModelEntry, name: str) -> bool:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name:
        return False
    return path.suffix in SAFE_SUFFIXES or (path.suffix in HASHED_SUFFIXES and name in entry.sha256)


def _shards(index: Path) -> list[str]:
    try:
        content: Any = json.loads(index.read_text(encoding="utf-8"))
        return sorted({str(name) for name in content["weight_map"].values()})
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return [index.name + " (unreadable)"]
