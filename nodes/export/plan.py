"""The plan of an export: what would be added, changed, renamed and removed, as plain data, before it is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nodes.export.items import Item
from nodes.export.manifest import Record


@dataclass(frozen=True, slots=True)
class Planned:
    """One picture as it should be: its path in the export folder without suffix, its caption, and what it is made from.

    `bytes` is the size of the source file: what the copy takes, about, when it is converted.
    """

    item: Item
    place: str
    caption: str
    key: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run would do to the export folder; records are those of the last export.

    `renamed` are pictures that are there already, made in the same way, under another name or in another folder.
    `reused` has the record of each wanted picture, by rid, whose coded bytes are there already, wherever they lie.
    """

    added: Sequence[Planned]
    changed: Sequence[tuple[Planned, Record]]
    renamed: Sequence[tuple[Planned, Record]]
    unchanged: Sequence[tuple[Planned, Record]]
    removed: Sequence[Record]
    reused: Mapping[str, Record]

    @property
    def wanted(self) -> list[Planned]:
        """All pictures of the set, by place."""
        planned = [*self.added, *(planned for planned, _old in (*self.changed, *self.renamed, *self.unchanged))]
        return sorted(planned, key=lambda planned: planned.place)

    @property
    def nothing_to_do(self) -> bool:
        """Whether all pictures are there as they should be and no others."""
        return not (self.added or self.changed or self.renamed or self.removed)

    @property
    def new_bytes(self) -> int:
        """Bytes of pictures to be made, estimated from their sources."""
        return sum(planned.bytes for planned in self.wanted if planned.item.rid not in self.reused)

    @property
    def bytes(self) -> int:
        """Bytes of all pictures of the set; exact for those that are there already."""
        return self.new_bytes + sum(old.bytes for old in self.reused.values())

    @property
    def line(self) -> str:
        """The plan in one line for people."""
        parts = [
            f"{len(self.added)} to add",
            f"{len(self.changed)} to change",
            *([f"{len(self.renamed)} to rename"] if self.renamed else []),
            f"{len(self.removed)} to remove",
            f"{len(self.unchanged)} unchanged",
        ]
        return f"{', '.join(parts)}; about {megabytes(self.bytes)}"

    @property
    def done(self) -> str:
        """The plan in one line, once it was carried out."""
        renamed = [f"{len(self.renamed)} renamed"] if self.renamed else []
        added, changed, removed = len(self.added), len(self.changed), len(self.removed)
        return ", ".join([f"{added} added", f"{changed} changed", *renamed, f"{removed} removed"])


def megabytes(count: int) -> str:
    """A number of bytes in MB with one decimal, or in bytes below 0.1 MB."""
    return f"{count / 1e6:,.1f} MB" if count >= 100_000 else f"{count:,} bytes"


def plan_of(wanted: Sequence[Planned], last: Sequence[Record]) -> Plan:
    """Compares the wanted pictures with those of the last export, by place; what is left of both, by key."""
    before = {place_of(record.file): record for record in last}
    places = {planned.place for planned in wanted}
    both = [(planned, before[planned.place]) for planned in wanted if planned.place in before]
    gone = [record for record in last if place_of(record.file) not in places]
    renamed = _renamed([planned for planned in wanted if planned.place not in before], gone)
    found = {planned.place for planned, _old in renamed}
    taken = {old.file for _planned, old in renamed}
    return Plan(
        added=[planned for planned in wanted if planned.place not in before and planned.place not in found],
        changed=[(planned, old) for planned, old in both if not is_same(planned, old)],
        renamed=renamed,
        unchanged=[(planned, old) for planned, old in both if is_same(planned, old)],
        removed=[record for record in gone if record.file not in taken],
        reused={planned.item.rid: old for planned, old in (*both, *renamed) if planned.key == old.key},
    )


def _renamed(new: Sequence[Planned], gone: Sequence[Record]) -> list[tuple[Planned, Record]]:
    # each old file once, that of the same row first: two copies of a picture must not become one file on the disk
    pairs: list[tuple[Planned, Record]] = []
    left = {record.file: record for record in gone}
    by_row = {(record.rid, record.key): record.file for record in gone}
    by_key: dict[str, list[str]] = {}
    for record in reversed(gone):
        by_key.setdefault(record.key, []).append(record.file)
    unmatched: list[Planned] = []
    for planned in new:
        file = by_row.get((planned.item.rid, planned.key), "")
        if file in left:
            pairs.append((planned, left.pop(file)))
        else:
            unmatched.append(planned)
    for planned in unmatched:
        files = by_key.get(planned.key, [])
        while files:
            if old := left.pop(files.pop(), None):
                pairs.append((planned, old))
                break
    return pairs


def place_of(file: str) -> str:
    """The path of a picture in the export folder without its suffix (stems hold no dot)."""
    return file.rpartition(".")[0]


def is_same(planned: Planned, old: Record) -> bool:
    """Whether the last export wrote exactly this picture with exactly these words."""
    item = planned.item
    said = (old.rid, old.cid, old.caption, old.split, old.license, old.author, old.source)
    return planned.key == old.key and said == (
        item.rid,
        item.cid,
        planned.caption,
        item.split,
        item.license,
        item.author,
        item.source,
    )
