"""The measure cache: values of measures kept for ever under what they depend on, with the memos that belong to them."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from nodegraph.cache.blobs import Blob, load_blobs, missing_blobs, store_blobs, today
from nodegraph.cache.codec import decode_all, encode
from nodegraph.cache.collect import DEFAULT_LIMIT, collect
from nodegraph.cache.database import Database
from nodegraph.cache.filememo import find_cids, known_file, store_files
from nodegraph.cache.keys import MeasureKey, content_key
from nodegraph.cache.layouts import LAYOUTS, MEASURES_FILE
from nodegraph.cache.opening import PATIENCE
from nodegraph.cache.timings import (
    BatchSize,
    Timing,
    find_batch_size,
    find_seconds,
    store_batch_sizes,
    store_timings,
)

if TYPE_CHECKING:
    from nodegraph.measures import ValueKind

__all__ = ["Failure", "MeasureCache", "MeasureKey", "Remembered", "content_key"]

_FAILURE = b"!"


@dataclass(frozen=True, slots=True)
class Failure:
    """That a measure cannot be taken of a content: the ledger's rule ("unreadable") and the reason for people."""

    rule: str
    reason: str


Remembered = Any
"""A value as its measure gave it, or a `Failure`. A vector is read-only. No value is wrapped in an object of its own:
of a large set there are so many that Python would spend its time looking through them for garbage."""


class MeasureCache:
    """The measure cache of one folder, for any number of threads. Use it as a context manager, or close it.

    No trouble with the file ever raises: what cannot be read counts as not remembered, what cannot be written is
    forgotten, and `notices` says so. Only a value that is not of its kind raises TypeError.
    """

    def __init__(self, database: Database, limit: int | None, day: Callable[[], int]) -> None:
        self._database = database
        self._limit = limit
        self._day = day
        self._late_notices: tuple[str, ...] = ()

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        size_limit_bytes: int | None = DEFAULT_LIMIT,
        readonly: bool = False,
        patience: float = PATIENCE,
        day: Callable[[], int] = today,
    ) -> MeasureCache:
        """The cache in `folder`, made where there is none.

        `size_limit_bytes` is what the folder may hold after `close`; None is no limit. `patience` is how many seconds
        another process that is writing is waited for. `day` gives the day that uses are stamped with.
        """
        database = Database(folder / MEASURES_FILE, LAYOUTS[MEASURES_FILE], readonly=readonly, patience=patience)
        return cls(database, None if readonly else size_limit_bytes, day)

    @property
    def notices(self) -> tuple[str, ...]:
        """What happened to the cache that a person should know, in order."""
        return self._database.notices + self._late_notices

    def load(self, key: MeasureKey, kind: ValueKind, contents: Collection[str]) -> dict[str, Remembered]:
        """What is remembered of a measure for these contents; those not in the result are to be measured."""
        found = load_blobs(self._database, key, contents, self._day())
        # what is remembered as another kind, by a measure that changed and kept its rev, is measured again
        values: dict[str, Remembered] = decode_all(kind, found)
        if len(values) < len(found):
            for content, data in found.items():
                if data[:1] == _FAILURE:
                    with suppress(ValueError):
                        values[content] = Failure(*json.loads(data[1:]))
        return values

    def missing(self, key: MeasureKey, contents: Collection[str]) -> set[str]:
        """Those of the contents for which neither a value nor a failure is remembered. Reads no values."""
        return missing_blobs(self._database, key, contents)

    def put(self, key: MeasureKey, kind: ValueKind, content: str, remembered: Remembered) -> None:
        """Remembers a value or a failure; the writing thread commits it within moments.

        Raises TypeError for a value that is not of `kind`.
        """
        if isinstance(remembered, Failure):
            data = _FAILURE + json.dumps([remembered.rule, remembered.reason]).encode()
        else:
            data = encode(kind, remembered)
        self._database.write(store_blobs, Blob(key, content, data, self._day()), size=len(data) + 200)

    def lookup(self, files: Sequence[tuple[Path | str, tuple[int, ...]]], /) -> list[str | None]:
        """The content id remembered for each file in exactly this state, or None. A moment passes until it is seen."""
        unknown: list[str | None] = [None] * len(files)
        return self._database.read(lambda connection: find_cids(connection, files), unknown, settled=False)

    def remember(self, path: Path | str, stat: tuple[int, ...], cid: str, /) -> None:
        """Remembers the content id of a file that looked like `stat` before and after it was read."""
        row = known_file(path, stat, cid)
        self._database.write(store_files, row, size=len(row.path) + 200)

    def record_timing(self, measure_name: str, device: str, seconds: float, items: int) -> None:
        """Remembers that `items` of a measure took `seconds` on a device, for estimates."""
        self._database.write(store_timings, Timing(measure_name, device, seconds, items))

    def seconds_per_item(self, measure_name: str, device: str) -> float | None:
        """Seconds an item of a measure takes on a device, the latest timings weighing most; None: never timed."""
        return self._database.read(lambda connection: find_seconds(connection, measure_name, device), None)

    def record_batch_size(self, model: str, device: str, size: int) -> None:
        """Remembers the batch size found for a model on a device."""
        self._database.write(store_batch_sizes, BatchSize(model, device, size))

    def batch_size(self, model: str, device: str) -> int | None:
        """The batch size last found for a model on a device, or None."""
        return self._database.read(lambda connection: find_batch_size(connection, model, device), None)

    def flush(self) -> None:
        """Waits until everything put so far is committed, or known to be forgotten."""
        self._database.flush()

    def close(self) -> None:
        """Commits what was put and brings the folder under its size limit."""
        self._database.close()
        if self._limit is not None:
            self._late_notices = collect(self._database.path.parent, self._limit).notices
            self._limit = None

    def __enter__(self) -> MeasureCache:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._limit = None  # a cancelled run ends at once; the next one collects
        self.close()
