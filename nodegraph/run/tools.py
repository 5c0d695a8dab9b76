"""The tools of a run: worker threads, open pictures, the model lane and pool, and the caches they fill."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from nodegraph.cache.measures import MeasureCache
from nodegraph.cache.thumbnails import ThumbnailStore
from nodegraph.data.pixels import Decoded, thumbnail
from nodegraph.measures import Measure
from nodegraph.models.catalogue import ModelFiles
from nodegraph.models.devices import leave_cores_to_decoders
from nodegraph.models.pool import ModelPool, choose_device
from nodegraph.problems import ProblemError, problem
from nodegraph.run.images import OpenImages
from nodegraph.run.lanes import ModelLane, Work
from nodegraph.run.measuring import Measuring


@contextmanager
def opened_caches(folder: Path, tell: Callable[[str], None]) -> Generator[tuple[MeasureCache, ThumbnailStore]]:
    """The caches in `folder`. What happens to them that a person should know is told at the start and at the end."""
    cache, thumbnails = MeasureCache.open(folder), ThumbnailStore.open(folder)
    told = (*cache.notices, *thumbnails.notices)
    for text in told:
        tell(text)
    try:
        with cache, thumbnails:
            yield cache, thumbnails
    finally:
        for text in (*cache.notices, *thumbnails.notices):
            if text not in told:
                tell(text)


class Device:
    """The device of a run, chosen when it is first asked for: finding out what there is takes seconds.

    A device that the user named is looked for at once. Raises ProblemError where it is not there.
    """

    def __init__(self, requested: str) -> None:
        self._requested = requested
        if requested not in ("auto", "cpu"):
            self.name  # noqa: B018  (a device that is not there is said before anything is done)

    @cached_property
    def name(self) -> str:
        """Its name: "cpu", "cuda" or "mps"."""
        return "cpu" if self._requested == "cpu" else choose_device(self._requested)


class _Sizes:
    """Batch sizes of kinds of work, remembered in the cache by model and device."""

    def __init__(self, cache: MeasureCache, device: Device) -> None:
        self._cache = cache
        self._device = device

    def recall(self, work: Work) -> int | None:
        """The size found last for this measure and model on this device."""
        return self._cache.batch_size(work.name, self._device.name)

    def remember(self, work: Work, size: int) -> None:
        """Remembers a size that was found."""
        self._cache.record_batch_size(work.name, self._device.name, size)


class Tools:
    """What does the work of one run, made at its start and let go at its end."""

    def __init__(
        self, cache: MeasureCache, thumbnails: ThumbnailStore, device: Device, threads: int, *, fresh: bool
    ) -> None:
        self.cache = cache
        self.thumbnails = thumbnails
        self.device = device
        self.images = OpenImages(self._keep_thumbnail)
        self.pool = ModelPool()
        self.lane = ModelLane(lambda: device.name, _Sizes(cache, device), timing=self._record_timing)
        self.threads = ThreadPoolExecutor(threads, thread_name_prefix="measure")
        self.measuring = Measuring(cache, self.images, self.lane, self.threads, self._handle, fresh=fresh)
        self._expected: set[str] = set()
        self._without_thumbnail: set[str] = set()
        self._lock = threading.Lock()  # guards the two

    def expect(self, contents: Collection[str]) -> None:
        """These pictures may be opened next: when the first is, finds out in bulk which have no thumbnail yet."""
        with self._lock:
            self._expected.update(contents)

    @cached_property
    def _model_device(self) -> str:
        """The device's name. On the CPU torch is told first how many cores it may have."""
        if self.device.name == "cpu":
            leave_cores_to_decoders()
        return self.device.name

    def _handle(self, files: ModelFiles, measure: Measure) -> Any:
        if measure.model is None:
            return None
        try:
            return self.pool.get(files, measure.model.load, self._model_device)
        except ProblemError:
            raise
        except BaseException as error:  # a panic of a reader of weights is no Exception
            raise problem(
                "model-not-loaded",
                f"The model {files.entry.id} in {files.folder} could not be loaded: {type(error).__name__}: {error}.",
                "Choose another model, or delete its folder so that it is fetched anew.",
                value=files.entry.id,
            ) from error

    def _record_timing(self, work: str, seconds: float, items: int) -> None:
        self.cache.record_timing(work, self.device.name, seconds, items)
        self.measuring.spent(work, seconds)

    def _keep_thumbnail(self, content: str, decoded: Decoded) -> None:
        with self._lock:
            if self._expected:
                self._without_thumbnail |= self.thumbnails.missing(self._expected)
                self._expected = set()
            wanted = content in self._without_thumbnail
            self._without_thumbnail.discard(content)
        if wanted:
            self.thumbnails.put(content, thumbnail(decoded))

    def __enter__(self) -> Tools:
        return self

    def __exit__(self, *_: object) -> None:
        self.threads.shutdown(wait=True, cancel_futures=True)
        self.lane.close()
        self.pool.release()
        self.measuring.forget()
        self.measuring.record_timings("cpu")
