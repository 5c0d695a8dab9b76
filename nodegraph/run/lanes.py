"""The model lane: one thread through which all model work goes, in batches as large as the device takes."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Hashable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from nodegraph.measures import Measure
from nodegraph.models.pool import is_out_of_memory

CPU_BATCH = 16
FIRST_BATCH = 16
LARGEST_BATCH = 1024
LINGER = 0.02  # seconds that a batch waits for more items: full ones take far less time an item
GAIN = 1.05  # a doubled batch must be at least this much faster an item, or the size found before stays


def work_name(measure: Measure, model: str) -> str:
    """The name of what a measure does: with another model it takes another time."""
    return f"{measure.name}:{model}" if model else measure.name


@dataclass(frozen=True)
class Work:
    """What goes through the lane together: one measure with one model and one choice of settings."""

    key: Hashable
    measure: Measure
    settings: Mapping[str, Any]
    handle: Callable[[], Any]
    model: str = ""

    @property
    def name(self) -> str:
        """What its batch size and its speed are remembered under."""
        return work_name(self.measure, self.model)


@dataclass
class _Sizing:
    """The batch size of one kind of work: doubled while that makes it faster, halved for good when memory runs out."""

    size: int
    ceiling: int
    seconds_per_item: float = float("inf")
    settled: bool = False

    def after(self, count: int, seconds: float) -> None:
        """Learns from a batch. Only full batches tell anything."""
        if count < self.size:
            return
        each = seconds / count
        if each * GAIN < self.seconds_per_item and self.size * 2 <= self.ceiling:
            self.seconds_per_item = each
            self.size *= 2
        else:
            self.settled = True

    def out_of_memory(self, count: int) -> None:
        """Half of what did not fit, and never more again."""
        self.size = self.ceiling = max(1, count // 2)
        self.settled = True


class SizeMemory(Protocol):
    """Remembers from run to run the batch size found for a kind of work."""

    def recall(self, work: Work) -> int | None:
        """The size found last, or None."""
        ...

    def remember(self, work: Work, size: int) -> None:
        """Remembers a size that was found."""
        ...


@dataclass
class _Queue:
    work: Work
    items: deque[tuple[Any, Future[Any]]] = field(default_factory=deque[tuple[Any, "Future[Any]"]])


class _Next(NamedTuple):
    queue: _Queue
    size: int

    @property
    def is_full(self) -> bool:
        return len(self.queue.items) >= self.size


class ModelLane:
    """Runs model measures one batch at a time on its own thread; items of several callers share a batch.

    On the CPU batches have a fixed size; on a GPU it is found by doubling while throughput grows, and halves when
    memory runs out; what was found is where the next run starts. `device` is asked when there is work. `calls` counts
    the items that went through a model.
    """

    def __init__(
        self, device: Callable[[], str], memory: SizeMemory, *, timing: Callable[[str, float, int], None]
    ) -> None:
        self._device = device
        self._memory = memory
        self._timing = timing
        self._queues: dict[Hashable, _Queue] = {}
        self._sizes: dict[Hashable, _Sizing] = {}
        self._changed = threading.Condition()
        self._closing = False
        self.calls = 0
        self._thread = threading.Thread(target=self._serve, name="model-lane", daemon=True)
        self._thread.start()

    def submit(self, work: Work, item: Any) -> Future[Any]:
        """The future of the value that the model gives for one prepared item."""
        future: Future[Any] = Future()
        with self._changed:
            if self._closing:
                raise RuntimeError("the model lane is closed")
            items = self._queues.setdefault(work.key, _Queue(work)).items
            items.append((item, future))
            sizing = self._sizes.get(work.key)
            if sizing is None or len(items) in (1, sizing.size):  # to wake the lane takes as long as to read a header
                self._changed.notify()
        return future

    def close(self) -> None:
        """Ends the thread after the batch it is at; what still waits is cancelled."""
        with self._changed:
            self._closing = True
            for queue in self._queues.values():
                for _item, future in queue.items:
                    future.cancel()
                queue.items.clear()
            self._changed.notify()
        self._thread.join()

    def batch_size(self, work: Work) -> int:
        """The batch size in use for this kind of work."""
        return self._sizing(work).size

    def _sizing(self, work: Work) -> _Sizing:
        if work.key not in self._sizes:
            on_cpu = self._device() == "cpu"
            first, largest = (CPU_BATCH, CPU_BATCH) if on_cpu else (FIRST_BATCH, LARGEST_BATCH)
            found = self._memory.recall(work)
            size = min(found, largest) if found else first
            self._sizes[work.key] = _Sizing(size, largest, settled=on_cpu or found is not None)
        return self._sizes[work.key]

    def _serve(self) -> None:
        while not self._closing:
            try:
                self._serve_once()
            except BaseException as error:  # a lane that ended without a word would be waited for for ever
                self._fail_all(error)

    def _serve_once(self) -> None:
        with self._changed:
            while not self._closing and not any(queue.items for queue in self._queues.values()):
                self._changed.wait()
            self._changed.wait_for(lambda: self._closing or self._longest().is_full, LINGER)
            if self._closing:
                return
            queue, size = self._longest()
            batch = [queue.items.popleft() for _ in range(min(size, len(queue.items)))]
        try:
            self._run(queue.work, batch)
        except BaseException as error:  # what is kept beside the answers could not be: a cache that broke
            _fail(batch, error)
            raise

    def _fail_all(self, error: BaseException) -> None:
        with self._changed:
            waiting = [item for queue in self._queues.values() for item in queue.items]
            for queue in self._queues.values():
                queue.items.clear()
        _fail(waiting, error)

    def _longest(self) -> _Next:
        """The queue with the most items, and the batch size of its work."""
        queue = max(self._queues.values(), key=lambda queue: len(queue.items))
        return _Next(queue, self._sizing(queue.work).size)

    def _run(self, work: Work, batch: Sequence[tuple[Any, Future[Any]]]) -> None:
        try:
            handle = work.handle()
            started = time.perf_counter()  # to load the model is not part of what an item takes
            values = list(work.measure.function(handle, [item for item, _ in batch], **work.settings))
            if len(values) != len(batch):
                raise TypeError(f"measure {work.measure.name} gave {len(values)} values for {len(batch)} inputs")
        except BaseException as error:  # a panic of a tokenizer is no Exception
            self._recover(work, batch, error)
            return
        seconds = time.perf_counter() - started
        self.calls += len(batch)
        self._timing(work.name, seconds, len(batch))  # before anyone who waits for the answers goes on
        for (_item, future), value in zip(batch, values, strict=True):
            future.set_result(value)
        sizing = self._sizing(work)
        if not sizing.settled:
            sizing.after(len(batch), seconds)
            if sizing.settled:
                self._memory.remember(work, sizing.size)

    def _recover(self, work: Work, batch: Sequence[tuple[Any, Future[Any]]], error: BaseException) -> None:
        """Out of memory: halves. Anything else: one by one, so that one bad input costs one row."""
        if len(batch) == 1:
            batch[0][1].set_exception(error)
            return
        if is_out_of_memory(error):
            sizing = self._sizing(work)
            sizing.out_of_memory(len(batch))
            self._memory.remember(work, sizing.size)
            half = len(batch) // 2
            self._run(work, batch[:half])
            self._run(work, batch[half:])
            return
        for single in batch:
            self._run(work, [single])


def _fail(batch: Sequence[tuple[Any, Future[Any]]], error: BaseException) -> None:
    """Tells `error` to whoever still waits for one of these."""
    for _item, future in batch:
        if not future.done():
            future.set_exception(error)
