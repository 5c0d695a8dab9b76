"""The order of an export: what is to be written where, in which layout."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from nodes.export.items import Item
from nodes.export.manifest import Record
from nodes.export.packs import Pack
from nodes.export.pictures import Wish

Content = str | bytes


@dataclass(frozen=True)
class Layout:
    """How one kind of export is laid out.

    `place`    the subfolder of an item, with forward slashes.
    `caption`  the item's words as they are written.
    `sidecar`  suffix of the caption file beside each picture, or "" where captions live elsewhere.
    `texts`    the other files: path to content, given the pictures in order of their files.
    `packs`    archives that take in all pictures, given the same; None where pictures lie in the folder as files.
    """

    kind: str
    place: Callable[[Item], str]
    caption: Callable[[Item], str]
    sidecar: str
    texts: Callable[[Sequence[Record]], Mapping[str, Content]]
    packs: Callable[[Sequence[Record]], Sequence[Pack]] | None = None


@dataclass(frozen=True)
class Order:
    """Everything an export is asked for. `failed` are rows that were turned down before: rid to reason."""

    folder: str
    items: Sequence[Item]
    layout: Layout
    wish: Wish
    replace_edited: bool = False
    failed: Mapping[str, str] = field(default_factory=dict[str, str])
