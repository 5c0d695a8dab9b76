"""Full pictures: decoded off the app's thread, with smaller copies of themselves so that painting is never slow."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QImage

from gui.gallery.latest_first import LatestFirst
from gui.translation import words
from nodegraph.data.pixels import Header, Unavailable, Unreadable, decode_full, read_header
from nodegraph.data.recipe import Recipe
from nodegraph.data.written import written_in

KEPT_BYTES = 600 * 2**20
SMALLEST_COPY = 1400


@dataclass(frozen=True)
class FullPicture:
    """A picture with copies of half the size each, largest first, and what its file says. Without one: why not.

    `written`: what programs and cameras wrote into the file.
    """

    copies: tuple[QImage, ...] = ()
    header: Header | None = None
    written: Mapping[str, str] = field(default_factory=dict[str, str])
    trouble: str = ""

    @property
    def size(self) -> QSize:
        """Its size in pixels."""
        return self.copies[0].size() if self.copies else QSize()

    @property
    def bytes(self) -> int:
        """Memory that it takes."""
        return sum(image.sizeInBytes() for image in self.copies)


class FullPictures(QObject):
    """Pictures by path and recipe; `ready(name)` follows where `get` gives None."""

    ready = Signal(str)
    _arrived = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._kept: OrderedDict[str, FullPicture] = OrderedDict()
        self._asked: set[str] = set()
        self._lock = threading.Lock()
        self._came: deque[tuple[str, FullPicture | None]] = deque()
        self._loader = LatestFirst(
            self._load, threads=1, batch=1, longest=4, forgotten=self._forget, name="full-pictures"
        )
        self._arrived.connect(self._take, Qt.ConnectionType.QueuedConnection)

    def get(self, path: str, recipe: str) -> FullPicture | None:
        """The picture, or None where it is still coming."""
        name = name_of(path, recipe)
        found = self._kept.get(name)
        if found is not None:
            self._kept.move_to_end(name)
            return found
        if name not in self._asked:
            self._asked.add(name)
            self._loader.ask(name)
        return None

    def shutdown(self) -> None:
        """Ends the thread."""
        self._loader.close()

    def _load(self, names: list[str]) -> None:
        for name in names:
            recipe, _, path = name.partition("\n")
            self._give(name, load(path, recipe))

    def _give(self, name: str, picture: FullPicture | None) -> None:
        with self._lock:
            self._came.append((name, picture))
        with suppress(RuntimeError):  # the app is closing
            self._arrived.emit()

    def _forget(self, names: list[str]) -> None:
        for name in names:
            self._give(name, None)

    def _take(self) -> None:
        with self._lock:
            came = list(self._came)
            self._came.clear()
        for name, picture in came:
            self._asked.discard(name)
            if picture is None:
                continue
            self._kept[name] = picture
            while sum(one.bytes for one in self._kept.values()) > KEPT_BYTES and len(self._kept) > 1:
                self._kept.popitem(last=False)
            self.ready.emit(name)


def name_of(path: str, recipe: str) -> str:
    """What a picture is asked for by; a recipe never holds a line's end."""
    return f"{recipe}\n{path}"


def load(path: str, recipe: str) -> FullPicture:
    """Decodes a file at its full size. What cannot be shown says why."""
    try:
        how = Recipe.parse(recipe)
        header = read_header(path, how)
        image = decode_full(path, how).convert("RGB")
    except (Unreadable, Unavailable, ValueError, OSError) as error:
        return FullPicture(trouble=str(error))
    except MemoryError:
        return FullPicture(trouble=words("there is not enough memory for it"))
    data = image.tobytes()
    whole = QImage(data, image.width, image.height, image.width * 3, QImage.Format.Format_RGB888).convertToFormat(
        QImage.Format.Format_RGB32
    )
    copies = [whole]
    while max(copies[-1].width(), copies[-1].height()) > SMALLEST_COPY:
        half = QSize(max(1, copies[-1].width() // 2), max(1, copies[-1].height() // 2))
        copies.append(
            copies[-1].scaled(half, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)
        )
    return FullPicture(tuple(copies), header, _written(path, how))


def _written(path: str, recipe: Recipe) -> dict[str, str]:
    try:
        return written_in(path, recipe)
    except (Unreadable, Unavailable, OSError):  # its pixels can be seen all the same
        return {}
