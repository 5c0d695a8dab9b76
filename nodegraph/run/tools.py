"""The tools of a run: worker threads, open pictures, the model lane and pool, and the caches they fill."""

from __future__ import annotations

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor

from nodegraph.cache.measures import MeasureCache
from nodegraph.cache.thumbnails import ThumbnailStore
from nodegraph.data.pixels import Decoded, thumbnail
from nodegraph.models.pool import ModelPool
from nodegraph.run.images import OpenImages
from nodegraph.run.lanes import ModelLane
from nodegraph.run.measuring import Measuring
from nodegraph.run.stage import Batching


class Tools:
    """What does the work of one run, made at its start and let go at its end."""

    def __init__(
        self,
        cache: MeasureCache,
        thumbnails: ThumbnailStore,
        device: str,
        batching: Batching,
        threads: int,
        *,
        fresh: bool,
    ) -> None:
        self.cache = cache
        self.thumbnails = thumbnails
        self.batching = batching
        self.images = OpenImages(self._keep_thumbnail)
        self.pool = ModelPool()
        self.lane = ModelLane(
            device, timing=lambda name, seconds, items: cache.record_timing(name, device, seconds, items)
        )
        self.threads = ThreadPoolExecutor(threads, thread_name_prefix="measure")
        self.measuring = Measuring(
            cache,
            self.images,
            self.lane,
            self.threads,
            lambda files, measure: self.pool.get(files, measure.model.load, device) if measure.model else None,
            fresh=fresh,
        )
        self._without_thumbnail: set[str] = set()

    def expect(self, contents: Collection[str]) -> None:
        """These pictures may be opened next: finds out in bulk which have no thumbnail yet."""
        self._without_thumbnail |= set(self.thumbnails.missing(contents))

    def _keep_thumbnail(self, content: str, decoded: Decoded) -> None:
        if content in self._without_thumbnail:
            self._without_thumbnail.discard(content)
            self.thumbnails.put(content, thumbnail(decoded))

    def __enter__(self) -> Tools:
        return self

    def __exit__(self, *_: object) -> None:
        self.threads.shutdown(wait=True, cancel_futures=True)
        self.lane.close()
        self.pool.release()
