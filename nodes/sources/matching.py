"""Matching: which picture of a folder an annotation is about, by the hash of its bytes, else by its file name."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from hashlib import blake2b, sha256
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from nodegraph.data.opening import opened
from nodegraph.data.paths import path_text
from nodegraph.data.unreadable import Unavailable
from nodes.sources.folder_walk import Picture

_UPLOAD_MARK = re.compile(r"^[0-9a-f]{8}-")
_HASHES: dict[int, Any] = {64: sha256, 32: lambda: blake2b(digest_size=16)}  # SHA-256, and the content id of a row
_CHUNK = 1 << 20


class Matcher:
    """The pictures of a folder, asked for by hash and name. Files are read only when a hash has to be compared."""

    def __init__(self, pictures: Sequence[Picture]) -> None:
        self._pictures = pictures
        self._by_name: dict[str, list[Picture]] = defaultdict(list)
        for picture in pictures:
            self._by_name[picture.rid.rpartition("/")[2]].append(picture)
        self._hashes: dict[tuple[int, str], str] = {}
        self._by_hash: dict[int, dict[str, Picture]] = {}

    def match(self, name: str, digest: str = "") -> Picture | str:
        """The picture with this hash (SHA-256 or content id, in hex), else the one whose path ends most like `name`.

        A hash that no picture has is no hindrance: the file may have been converted. Else the reason why there is none.
        """
        named = self._named(name)
        digest = digest.strip().lower()
        if len(digest) in _HASHES:
            # Most often the file of that name is the one, and then no other has to be read.
            for picture in named:
                if self._hash(picture, len(digest)) == digest:
                    return picture
            if found := self._all(len(digest)).get(digest):
                return found
        if len(named) == 1:
            return named[0]
        return f"{len(named)} pictures have that name" if named else "there is no picture of that name in the folder"

    def _named(self, name: str) -> list[Picture]:
        parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".")]
        if not parts:
            return []
        found = self._by_name.get(parts[-1]) or self._by_name.get(_UPLOAD_MARK.sub("", parts[-1])) or []
        if exact := [picture for picture in found if picture.rid.split("/") == parts]:
            return exact
        alike = [_alike(picture.rid.split("/")[:-1], parts[:-1]) for picture in found]
        return [picture for picture, count in zip(found, alike, strict=True) if count == max(alike)]

    def _all(self, length: int) -> dict[str, Picture]:
        if length not in self._by_hash:
            hashes = {self._hash(picture, length): picture for picture in reversed(self._pictures)}
            self._by_hash[length] = hashes
        return self._by_hash[length]

    def _hash(self, picture: Picture, length: int) -> str:
        key = length, picture.rid
        if key not in self._hashes:
            digest = _HASHES[length]()
            try:
                with opened(picture.path) as file:
                    while part := file.read(_CHUNK):
                        digest.update(part)
                self._hashes[key] = digest.hexdigest()
            except Unavailable:
                self._hashes[key] = ""
        return self._hashes[key]


def name_in(address: str) -> str:
    """The path that an address in an annotation names: "/data/local-files/?d=set/a%20b.jpg" is "set/a b.jpg"."""
    try:
        parts = urlsplit(address)
        local = parse_qs(parts.query).get("d", [""])[0]
    except ValueError:
        return path_text(address)
    if local:
        return path_text(local)
    # A plain path may hold "#", "?" and "%20", which mean something in addresses only.
    is_address = len(parts.scheme) > 1 or address.startswith("/data/")
    return path_text(unquote(parts.path) if is_address else address)


def _alike(one: Sequence[str], other: Sequence[str]) -> int:
    """How many folders two paths have in common, counted from the file."""
    count = 0
    for here, there in zip(reversed(one), reversed(other), strict=False):
        if here != there:
            break
        count += 1
    return count
