"""The model catalogue: what a model is, where its files come from, under which licence and how large they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """One model that a `ModelOf(kind)` parameter offers.

    Its files are either `asset` (a folder name inside the installed `assets` package: an embedded demo model) or files of
    the hub repository `repo` at the pinned `revision` (a commit), only those that match `files`.
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

    @property
    def embedded(self) -> bool:
        """Whether it is shipped with the app and needs no download."""
        return bool(self.asset)


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """A model whose files are on this machine, and the revision they are remembered under."""

    entry: ModelEntry
    folder: Path
    revision: str
