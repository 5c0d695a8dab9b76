"""Open pictures of a run: each is decoded once while it is needed and kept for later stages as memory allows."""

from __future__ import annotations

import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from functools import lru_cache, partial
from typing import TypeVar
from weakref import WeakValueDictionary

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.content import RACY_NS, content_id
from nodegraph.data.header import Header, read_header
from nodegraph.data.paths import system_path
from nodegraph.data.pixels import Decoded, decode, decode_full, middle
from nodegraph.data.recipe import Recipe
from nodegraph.data.unreadable import Unavailable, Unreadable
from nodegraph.measures import REDUCED_SIDE, Detail, FileHeader, Picture, Pixels, Readability, Sizes, Takes

T = TypeVar("T")
KEPT_BYTES = 256 * 1024 * 1024


class OpenImage:
    """One picture by its content: header and reduced decode are read when first asked for, once, whoever asks.

    `unchanged` is asked after each reading whether the file still holds that content.
    """

    def __init__(
        self,
        path: str,
        recipe: str,
        on_decode: Callable[[Decoded], None],
        unchanged: Callable[[], bool] = lambda: True,
    ) -> None:
        self._path = path
        self._recipe = _recipe(recipe)
        self._on_decode = on_decode
        self._unchanged = unchanged
        self._lock = threading.RLock()
        self._header: Header | Unreadable | Unavailable | None = None
        self._decoded: Decoded | Unreadable | Unavailable | None = None
        self._details: dict[Detail, NDArray[np.uint8]] = {}

    def input_for(self, takes: Takes) -> object:
        """What a measure that `takes` this gets. Raises Unreadable or Unavailable, the same each time."""
        with self._lock:
            if isinstance(takes, Pixels):
                return self._decode().pixels(takes)
            if isinstance(takes, Picture):
                return self._decode().picture(takes.pixels)
            if isinstance(takes, Sizes):
                return self._decode()
            if isinstance(takes, Detail):
                return self._detail(takes)
            if isinstance(takes, FileHeader):
                return self._read_header()
            if isinstance(takes, Readability):
                return self._readability()
        raise TypeError(f"a measure of images cannot take {takes!r}")

    @property
    def bytes(self) -> int:
        """Memory that its decoded picture and its details take."""
        details = sum(detail.nbytes for detail in tuple(self._details.values()))
        return details + (self._decoded.bytes if isinstance(self._decoded, Decoded) else 0)

    def _decode(self) -> Decoded:
        if self._decoded is None:
            self._decoded = self._read(lambda: decode(self._path, self._recipe))
            if isinstance(self._decoded, Decoded):
                self._on_decode(self._decoded)
        return _raised(self._decoded)

    def _detail(self, takes: Detail) -> NDArray[np.uint8]:
        if takes not in self._details:
            picture = self._decode().image
            if max(picture.size) >= REDUCED_SIDE:  # it may have been made smaller
                picture = _raised(self._read(lambda: decode_full(self._path, self._recipe)))
            self._details[takes] = middle(picture, takes)
        return self._details[takes]

    def _read_header(self) -> Header:
        if self._header is None:
            self._header = self._read(lambda: read_header(self._path, self._recipe))
        return _raised(self._header)

    def _read(self, read: Callable[[], T]) -> T | Unreadable | Unavailable:
        found = _caught(read)
        if isinstance(found, Unavailable) or self._unchanged():
            return found
        return Unavailable("changing", "the file was changed while the run was at work")

    def _readability(self) -> dict[str, object]:
        try:
            decoded = self._decode()
        except Unreadable as error:
            return {"rule": error.rule, "reason": error.reason, "truncated": error.rule == "truncated"}
        return {"rule": "", "reason": "", "truncated": decoded.truncated}


@lru_cache(maxsize=256)
def _recipe(text: str) -> Recipe:
    """The recipe of a text: most pictures of a run have the same."""
    return Recipe.parse(text)


def _caught(read: Callable[[], T]) -> T | Unreadable | Unavailable:
    try:
        return read()
    except (Unreadable, Unavailable) as error:
        return error


def _raised(result: T | Unreadable | Unavailable) -> T:
    if isinstance(result, Unreadable | Unavailable):
        raise result
    return result


def _holds(path: str, cid: str, since: int) -> bool:
    """Whether the file holds this content. Read only where it was changed after `since`: it was hashed later."""
    try:
        status = os.stat(system_path(path))  # noqa: PTH116
        changed = status.st_mtime_ns if os.name == "nt" else status.st_ctime_ns
        return changed < since or content_id(path) == cid
    except (OSError, Unavailable):
        return False


class OpenImages:
    """The open pictures of a run by content key, the least recently used let go when they take more than `limit` bytes.

    A picture that a caller still holds lives on with the caller. `decodes` counts pictures decoded.
    """

    def __init__(self, on_decode: Callable[[str, Decoded], None], limit: int = KEPT_BYTES) -> None:
        self._on_decode = on_decode
        self._since = time.time_ns() - RACY_NS
        self._limit = limit
        self._kept: OrderedDict[str, OpenImage] = OrderedDict()
        self._alive: WeakValueDictionary[str, OpenImage] = WeakValueDictionary()
        self._lock = threading.Lock()
        self.decodes = 0

    def open(self, content: str, path: str, recipe: str) -> OpenImage:
        """The picture with this content key, from the file at `path` when it is not open yet."""
        with self._lock:
            image = self._alive.get(content)
            if image is None:
                unchanged = partial(_holds, path, content.partition("+")[0], self._since)
                image = OpenImage(path, recipe, lambda decoded: self._decoded(content, decoded), unchanged)
                self._alive[content] = image
            self._kept[content] = image
            self._kept.move_to_end(content)
            return image

    def trim(self, in_flight: int) -> None:
        """Lets go of pictures above the limit, but not of the last `in_flight`: rows under way still need those."""
        with self._lock:
            total = sum(image.bytes for image in self._kept.values())
            while total > self._limit and len(self._kept) > in_flight:
                _content, image = self._kept.popitem(last=False)
                total -= image.bytes

    def _decoded(self, content: str, decoded: Decoded) -> None:
        with self._lock:
            self.decodes += 1
        self._on_decode(content, decoded)
