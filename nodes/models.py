"""The model catalogue of the node library: the entries of assets/catalogue.toml."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from nodegraph.models.catalogue import ModelEntry, read_catalogue
from nodegraph.models.places import asset_folder


def _with_size(entry: ModelEntry) -> ModelEntry:
    """An embedded model's size is that of its files: they are made anew more often than the catalogue."""
    folder = asset_folder(entry.asset) if entry.asset else None
    if folder is None:
        return entry
    return replace(entry, bytes=sum(path.stat().st_size for path in folder.iterdir() if path.name in entry.files))


def _models() -> tuple[ModelEntry, ...]:
    home = asset_folder(".")
    return tuple(map(_with_size, read_catalogue(Path(home) / "catalogue.toml"))) if home else ()


MODELS: tuple[ModelEntry, ...] = _models()
