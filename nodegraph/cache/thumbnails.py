"""The thumbnail store: small encoded pictures by content, in their own file, read by the app while a run writes."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from types import TracebackType

from nodegraph.cache.blobs import Blob, load_blobs, missing_blobs, store_blobs, today
from nodegraph.cache.database import Database
from nodegraph.cache.keys import MeasureKey
from nodegraph.cache.layouts import LAYOUTS, THUMBNAILS_FILE
from nodegraph.cache.opening import PATIENCE

THUMBNAIL = MeasureKey("thumbnail", 1)
"""Its rev changes when thumbnails are made in another way."""


class ThumbnailStore:
    """The thumbnails in one folder, for any number of threads and processes. Trouble with the file never raises."""

    def __init__(self, database: Database, key: MeasureKey, day: Callable[[], int]) -> None:
        self._database = database
        self._key = key
        self._day = day

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        key: MeasureKey = THUMBNAIL,
        readonly: bool = False,
        patience: float = PATIENCE,
        day: Callable[[], int] = today,
    ) -> ThumbnailStore:
        """The store in `folder`, made where there is none. `key` says how thumbnails are made (rev, size, format)."""
        database = Database(folder / THUMBNAILS_FILE, LAYOUTS[THUMBNAILS_FILE], readonly=readonly, patience=patience)
        return cls(database, key, day)

    @property
    def notices(self) -> tuple[str, ...]:
        """What happened to the store that a person should know, in order."""
        return self._database.notices

    def get(self, content: str) -> bytes | None:
        """The thumbnail of a content as the bytes that were put, or None."""
        return self.load([content]).get(content)

    def load(self, contents: Collection[str]) -> dict[str, bytes]:
        """The thumbnails of these contents, those that there are."""
        return load_blobs(self._database, self._key, contents, self._day())

    def missing(self, contents: Collection[str]) -> set[str]:
        """Those of the contents that have no thumbnail."""
        return missing_blobs(self._database, self._key, contents)

    def put(self, content: str, data: bytes) -> None:
        """Remembers a thumbnail; the writing thread commits it within moments."""
        self._database.write(store_blobs, Blob(self._key, content, data, self._day()), size=len(data) + 200)

    def flush(self) -> None:
        """Waits until everything put so far is committed, or known to be forgotten."""
        self._database.flush()

    def close(self) -> None:
        """Commits what was put and closes the file."""
        self._database.close()

    def __enter__(self) -> ThumbnailStore:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
