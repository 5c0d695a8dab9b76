"""Records: what this machine knows of a model's files: the commit an unpinned one was resolved to, and file hashes."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import get_ident
from typing import Any

from nodegraph.models.catalogue import ModelEntry
from nodegraph.models.inventory import sha256_of


@dataclass(frozen=True, slots=True)
class Records:
    """A small JSON file a model, in `folder`. One that cannot be read or written is as good as none."""

    folder: Path

    def commit_of(self, entry: ModelEntry) -> str:
        """The commit that an unpinned model was resolved to on this machine, or ""."""
        record = self._read(entry)
        return str(record.get("commit", "")) if record.get("repo") == entry.repo else ""

    def remember_commit(self, entry: ModelEntry, commit: str) -> None:
        """From now on an unpinned model is this commit on this machine, until its record is deleted."""
        self._write(entry, {**self._read(entry), "repo": entry.repo, "commit": commit})

    def hash_of(self, entry: ModelEntry, path: Path) -> str:
        """The SHA-256 of a file of the model, not computed again while its size and time of change stay the same."""
        stat = path.stat()
        stamp = [stat.st_size, stat.st_mtime_ns]
        record = self._read(entry)
        hashes: dict[str, Any] = dict(record.get("hashes") or {})
        known = hashes.get(str(path))
        if isinstance(known, list) and known[:2] == stamp:
            return str(known[2])  # pyright: ignore[reportUnknownArgumentType]
        digest = sha256_of(path)
        self.remember_hash(entry, path, digest)
        return digest

    def remember_hash(self, entry: ModelEntry, path: Path, digest: str) -> None:
        """Notes the SHA-256 of a file that was verified just now."""
        stat = path.stat()
        record = self._read(entry)
        known: dict[str, Any] = record.get("hashes") or {}
        stamped = [stat.st_size, stat.st_mtime_ns, digest]
        self._write(entry, {**record, "hashes": {**known, str(path): stamped}})

    def _file(self, entry: ModelEntry) -> Path:
        return self.folder / f"{entry.folder_name}.json"

    def _read(self, entry: ModelEntry) -> dict[str, Any]:
        try:
            content: Any = json.loads(self._file(entry).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return content if isinstance(content, dict) else {}  # pyright: ignore[reportUnknownVariableType]

    def _write(self, entry: ModelEntry, record: dict[str, Any]) -> None:
        with suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            fresh = self._file(entry).with_suffix(f".{os.getpid()}-{get_ident()}.new")
            fresh.write_text(json.dumps(record, indent=1, sort_keys=True) + "\n", encoding="utf-8")
            fresh.replace(self._file(entry))
