"""Thumbnails by content key: from the engine's store, else of the file itself, decoded off the app's thread."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QImage, QPixmap

from gui.gallery.latest_first import LatestFirst
from nodegraph.cache.thumbnails import ThumbnailStore
from nodegraph.data.pixels import Unavailable, Unreadable, decode, thumbnail
from nodegraph.data.recipe import Recipe

KEPT_BYTES = 192 * 2**20
LONGEST_QUEUE = 2000
RETRY_SECONDS = 1.0


class Thumbnails(QObject):
    """Pixmaps by content key, the last ones used kept within `kept_bytes`.

    `get` answers at once; where it gives None and the picture can be had, `ready(content_key)` follows.
    """

    ready = Signal(str)
    _arrived = Signal()

    def __init__(self, cache_folder: Path, parent: QObject | None = None, *, kept_bytes: int = KEPT_BYTES) -> None:
        super().__init__(parent)
        self._store = ThumbnailStore.open(cache_folder, readonly=True)
        self._kept: OrderedDict[str, QPixmap] = OrderedDict()
        self._bytes, self._most = 0, kept_bytes
        self._asked: set[str] = set()
        self._paths: dict[str, str] = {}
        self._absent: dict[str, float] = {}
        self._broken: set[str] = set()
        self._lock = threading.Lock()  # guards what came, and the paths
        self._came: deque[tuple[str, QImage | None, bool]] = deque()
        self._stored = LatestFirst(
            self._from_store, threads=1, batch=24, longest=LONGEST_QUEUE, forgotten=self._forget, name="thumbnails"
        )
        self._files = LatestFirst(
            self._from_file, threads=2, batch=1, longest=LONGEST_QUEUE, forgotten=self._forget, name="thumbnail-files"
        )
        self._arrived.connect(self._take, Qt.ConnectionType.QueuedConnection)

    @property
    def bytes(self) -> int:
        """Memory that the kept pixmaps take."""
        return self._bytes

    def get(self, content_key: str, path: str = "") -> QPixmap | None:
        """The picture, or None where it is still coming. `path` is its file, for when no thumbnail is remembered."""
        found = self._kept.get(content_key)
        if found is not None:
            self._kept.move_to_end(content_key)
            return found
        if not content_key or content_key in self._asked or content_key in self._broken:
            return None
        absent = self._absent.get(content_key)
        if absent is not None and not path and time.monotonic() - absent < RETRY_SECONDS:
            return None
        self._asked.add(content_key)
        if path:
            with self._lock:
                self._paths[content_key] = path
        self._stored.ask(content_key)
        return None

    def is_broken(self, content_key: str) -> bool:
        """Whether its file cannot be shown."""
        return content_key in self._broken

    def shutdown(self) -> None:
        """Ends the threads and closes the store."""
        self._stored.close()
        self._files.close()
        self._store.close()

    def _from_store(self, names: list[str]) -> None:
        found = self._store.load(names)
        for name in names:
            image = QImage.fromData(found[name]) if name in found else QImage()
            if not image.isNull():
                self._give(name, image)
                continue
            with self._lock:
                has_path = name in self._paths
            if has_path:
                self._files.ask(name)
            else:
                self._give(name, None)

    def _from_file(self, names: list[str]) -> None:
        for name in names:
            with self._lock:
                path = self._paths.get(name, "")
            try:
                image = QImage.fromData(thumbnail(decode(path, Recipe.parse(name.partition("+")[2]))))
            except (Unreadable, Unavailable, ValueError, OSError, MemoryError):
                self._give(name, None, broken=True)
                continue
            self._give(name, image)

    def _give(self, name: str, image: QImage | None, *, broken: bool = False) -> None:
        with self._lock:
            self._came.append((name, image, broken))
            first = len(self._came) == 1
        if first:
            with suppress(RuntimeError):  # the app is closing
                self._arrived.emit()

    def _forget(self, names: list[str]) -> None:
        with self._lock:
            self._came.extend((name, None, False) for name in names)
        with suppress(RuntimeError):
            self._arrived.emit()

    def _take(self) -> None:
        with self._lock:
            came = list(self._came)
            self._came.clear()
            for name, _image, _broken in came:
                self._paths.pop(name, None)
        for name, image, broken in came:
            self._asked.discard(name)
            if image is not None:
                self._keep(name, QPixmap.fromImage(image))
            elif broken:
                self._broken.add(name)
            else:
                self._absent[name] = time.monotonic()
                continue
            self._absent.pop(name, None)
            self.ready.emit(name)

    def _keep(self, name: str, pixmap: QPixmap) -> None:
        self._bytes += _bytes_of(pixmap)
        if (before := self._kept.pop(name, None)) is not None:
            self._bytes -= _bytes_of(before)
        self._kept[name] = pixmap
        while self._bytes > self._most and len(self._kept) > 1:
            self._bytes -= _bytes_of(self._kept.popitem(last=False)[1])


def _bytes_of(pixmap: QPixmap) -> int:
    return pixmap.width() * pixmap.height() * max(1, pixmap.depth() // 8)
