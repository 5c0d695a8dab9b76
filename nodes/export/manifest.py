"""The manifest: a row for each file of an export, and the mark by which a later run knows the folder as its own."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

MANIFEST = "manifest.json"
LICENSES = "licenses.csv"
FORMAT = "nodegraph-export"
VERSION = 1


@dataclass(frozen=True, slots=True)
class Record:
    """One picture of an export: paths relative to its folder with forward slashes, SHA-256 of the bytes written.

    `key` says what the file was made from and how, so that the next run knows whether it would make the same file
    again. `caption_file` is "" where captions live in another file.
    """

    file: str
    caption_file: str
    rid: str
    cid: str
    sha256: str
    bytes: int
    width: int
    height: int
    caption: str
    split: str
    license: str
    author: str
    source: str
    converted: bool
    key: str

    @property
    def top(self) -> str:
        """The first folder on its path, which parts an export by split or subset."""
        return self.file.partition("/")[0]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an export folder holds: kind, pictures sorted by file, and the SHA-256 of the other files by path.

    `packs` has the digest of the members of each archive among the other files. Where there are archives, the pictures
    lie in them and not in the folder.
    """

    kind: str
    pictures: Sequence[Record]
    texts: Mapping[str, str] = field(default_factory=dict[str, str])
    packs: Mapping[str, str] = field(default_factory=dict[str, str])

    def dumps(self) -> str:
        """The manifest as JSON: sorted keys, UTF-8, a final newline."""
        whole = {
            "format": FORMAT,
            "version": VERSION,
            "kind": self.kind,
            "pictures": [asdict(record) for record in self.pictures],
            "texts": dict(self.texts),
            **({"packs": dict(self.packs)} if self.packs else {}),
        }
        return json.dumps(whole, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


_KINDS: Mapping[str, type] = {
    entry.name: {"int": int, "bool": bool, "str": str}[str(entry.type)] for entry in fields(Record)
}


def loads(text: str) -> Manifest | None:
    """The manifest written in `text`, or None when it is not one of ours, of another version, or damaged."""
    try:
        whole: Any = json.loads(text)
        if whole["format"] != FORMAT or whole["version"] != VERSION:
            return None
        names = [entry.name for entry in fields(Record)]
        pictures = [Record(**{name: row[name] for name in names}) for row in whole["pictures"]]
        if not all(map(_is_sound, pictures)):
            return None
        texts = {str(path): str(digest) for path, digest in whole["texts"].items()}
        packs = {str(path): str(digest) for path, digest in whole.get("packs", {}).items()}
        return Manifest(str(whole["kind"]), tuple(pictures), texts, packs)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _is_sound(record: Record) -> bool:
    """Whether the values are of their types; raises ValueError for a text that no file can hold."""
    for name, kind in _KINDS.items():
        value = getattr(record, name)
        if type(value) is not kind:
            return False
        if kind is str:
            value.encode()  # JSON can spell half a surrogate pair
    return True


def licenses_table(records: Sequence[Record]) -> str:
    """A CSV file with a row a picture: file, license, author, source, rid.

    A cell that a spreadsheet would take for a formula begins with an apostrophe (OWASP, CSV injection).
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")  # so that a lone "\r" in a cell is quoted, too
    writer.writerow(["file", "license", "author", "source", "rid"])
    writer.writerows(map(_no_formula, (r.file, r.license, r.author, r.source, r.rid)) for r in records)
    return text.getvalue()


def _no_formula(cell: str) -> str:
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
