"""Names of exported files: safe for every trainer, file system and shell, and the same from run to run."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from hashlib import blake2b

STEM_LENGTH = 40
FOLDER_LENGTH = 60
RESERVED = frozenset({"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))})


def stems_of(rids: Iterable[str]) -> dict[str, str]:
    """A file stem for each rid: the plain letters of its file name, a hyphen, and eight digits of the rid's hash.

    Stems are ASCII letters, digits and hyphens, unique whatever the case, and depend on the rid alone: a picture
    keeps its name when others come or go. There is no underscore and no dot in them, which sd-scripts would take for
    something else.
    """
    taken: set[str] = set()
    stems: dict[str, str] = {}
    for rid in sorted(rids):
        digest = blake2b(rid.encode("utf-8", "surrogatepass"), digest_size=32).hexdigest()
        name, length = plain_name(rid), 8
        while (stem := f"{name}-{digest[:length]}").lower() in taken:
            length += 8
        taken.add(stem.lower())
        stems[rid] = stem
    return stems


def plain_name(rid: str) -> str:
    """The file name in `rid` without suffix, as at most 40 ASCII letters, digits and hyphens; else "image"."""
    name = re.split(r"[/\\]", rid)[-1]
    head, dot, tail = name.rpartition(".")
    stem = head if dot and head and len(tail) <= 5 else name
    ascii_text = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode()
    words = re.sub(r"[^A-Za-z0-9]+", "-", ascii_text).strip("-")
    return words[:STEM_LENGTH].strip("-") or "image"


def folder_name(text: str, otherwise: str) -> str:
    """`text` as the name of a folder on any system: no separators, control characters, outer dots or reserved names."""
    cleaned = "".join(" " if unicodedata.category(c).startswith("C") else c for c in unicodedata.normalize("NFC", text))
    cleaned = " ".join(re.sub(r'[<>:"/\\|?*]', "-", cleaned).split()).strip(" .-")
    while len(cleaned.encode()) > FOLDER_LENGTH:
        cleaned = cleaned[:-1].rstrip(" .-")
    return otherwise if not cleaned or cleaned.partition(".")[0].lower() in RESERVED else cleaned


def one_line(text: str) -> str:
    """`text` on one line without control characters: trainers read the first line only, or draw one at random."""
    spaced = " ".join(text.split())
    return "".join(c for c in spaced if unicodedata.category(c) not in ("Cc", "Cs", "Co") and c != "\ufeff").strip()
