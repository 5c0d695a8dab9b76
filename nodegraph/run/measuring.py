"""Measuring: the values of measures for rows and texts, remembered ones first, each missing one taken exactly once."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from typing import Any

from nodegraph.cache.measures import Failure, MeasureCache, MeasureKey, Remembered
from nodegraph.data.ledger import ERROR_RULE
from nodegraph.data.unreadable import Unavailable, Unreadable
from nodegraph.measures import Measure
from nodegraph.models.catalogue import ModelFiles
from nodegraph.parameters import KeyVariable
from nodegraph.problems import ProblemError
from nodegraph.run.images import OpenImages
from nodegraph.run.lanes import ModelLane, Work, work_name

HANDED_OVER = 4
"""Pictures that a thread is given at a time, where there are enough for all: to wake it takes as long as to read a
header."""


@dataclass(frozen=True)
class Request:
    """One measure with its settings bound, as a node wants it. `key` is what its values are remembered under."""

    key: MeasureKey
    measure: Measure
    settings: Mapping[str, Any]
    files: ModelFiles | None = None

    @property
    def work(self) -> str:
        """The name that its speed is remembered under."""
        return work_name(self.measure, self.files.entry.id if self.files else "")


@dataclass(frozen=True, slots=True)
class ImageRef:
    """An image to be measured: its content key, and a file that holds it."""

    content: str
    path: str
    recipe: str


def request_of(measure: Measure, params: Mapping[str, Any], files: ModelFiles | None) -> Request:
    """The request for `measure` with its settings taken from the node's parameters of the same name."""
    settings = {
        name: _canonical(setting.type, params.get(name, None if setting.required else setting.default))
        for name, setting in measure.settings.items()
    }
    kept = {name: value for name, value in settings.items() if not measure.settings[name].facet(KeyVariable)}
    text = json.dumps(kept, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    revision = files.identity if files else ""
    return Request(MeasureKey(measure.name, measure.rev, text, revision), measure, settings, files)


def _canonical(kind: Any, value: Any) -> Any:
    """An integer where a float is declared is that float, so that 1 and 1.0 are remembered as the same setting."""
    return float(value) if kind is float and isinstance(value, int) else value


def text_content(text: str) -> str:
    """The content id of a text: blake2b-128 of its UTF-8 bytes, hex."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


class Measuring:
    """Gives the values of measures during one run and counts what that took.

    Safe to use from several threads: two that want the same missing value wait for the same measurement.
    """

    def __init__(
        self,
        cache: MeasureCache,
        images: OpenImages,
        lane: ModelLane,
        threads: ThreadPoolExecutor,
        handle: Callable[[ModelFiles, Measure], Any],
        *,
        fresh: bool = False,
    ) -> None:
        self._cache = cache
        self._images = images
        self._lane = lane
        self._threads = threads
        self._handle = handle
        self._fresh = fresh
        self._values: dict[MeasureKey, dict[str, Remembered]] = {}
        self._asked: dict[MeasureKey, set[str]] = {}
        self._loaded: dict[MeasureKey, set[str]] = {}
        self._pending: dict[tuple[MeasureKey, str], Future[Remembered]] = {}
        self._lock = threading.Lock()
        self._seconds: defaultdict[str, float] = defaultdict(float)
        self._model_seconds: defaultdict[str, float] = defaultdict(float)
        self._busy = 0  # threads that measure pictures
        self.hits: Counter[str] = Counter()
        self.misses: Counter[str] = Counter()

    def spent(self, work: str, seconds: float) -> None:
        """A model took so long for a batch."""
        self._model_seconds[work] += seconds

    def seconds_of(self, work: str) -> float:
        """How long a measure took in this run; threads that measure side by side share the time."""
        return self._seconds.get(work, 0.0) + self._model_seconds.get(work, 0.0)

    def record_timings(self, device: str) -> None:
        """Remembers how long the measures that use no model took, decoding included, for later estimates."""
        for name, seconds in self._seconds.items():
            self._cache.record_timing(name, device, seconds, self.misses[name])

    def preload(self, request: Request, contents: Collection[str]) -> None:
        """Reads what the cache remembers for these contents, in bulk. Done once a content and key in a run."""
        asked = self._asked.setdefault(request.key, set())
        new = dict.fromkeys(content for content in contents if content not in asked)
        asked.update(new)
        values = self._values.setdefault(request.key, {})
        if new and not self._fresh:
            found = self._cache.load(request.key, request.measure.gives, new)
            self._loaded.setdefault(request.key, set()).update(found)
            for content in found.keys() & values.keys():
                del found[content]
            values.update(found)

    def forget(self) -> None:
        """Lets go of all values: at the end of a run, which may live on in a circle until Python looks for garbage."""
        self._values.clear()

    def known(self, request: Request, contents: Sequence[str]) -> list[Remembered | None]:
        """The values that need no work, None where one is missing. Counts each remembered value once as a hit."""
        values = self._values.get(request.key, {})
        found = list(map(values.get, contents))
        self._count_hits(request, contents)
        return found

    def take(self, requests: Iterable[Request], refs: Sequence[ImageRef]) -> dict[MeasureKey, list[Remembered]]:
        """The values of all requests for all images; waits until the missing ones are measured."""
        wanted = list(requests)
        contents = [ref.content for ref in refs]
        futures: list[Future[Remembered]] = []
        work: list[tuple[ImageRef, list[tuple[Request, Future[Remembered]]]]] = []
        for ref in {ref.content: ref for ref in refs}.values():
            owned: list[tuple[Request, Future[Remembered]]] = []
            for request in wanted:
                future, mine = self._promise(request, ref.content)
                if future is not None:
                    futures.append(future)
                    if mine:
                        owned.append((request, future))
            if owned:
                work.append((ref, owned))
        size = max(1, min(HANDED_OVER, len(work) // HANDED_OVER))
        for start in range(0, len(work), size):
            self._threads.submit(self._measure_images, work[start : start + size])
        _wait_for(futures)
        result: dict[MeasureKey, list[Remembered]] = {}
        for request in wanted:
            self._count_hits(request, contents)
            values = self._values[request.key]
            result[request.key] = [values[content] for content in contents]
        return result

    def take_texts(self, request: Request, texts: Sequence[str]) -> dict[str, Remembered]:
        """The values of a measure of words for these texts."""
        contents = {text: text_content(text) for text in texts}
        self.preload(request, contents.values())
        futures: list[Future[Remembered]] = []
        for text, content in contents.items():
            future, mine = self._promise(request, content)
            if future is not None:
                futures.append(future)
                if mine:
                    self._threads.submit(self._measure_input, request, content, lambda text=text: text, future)
        _wait_for(futures)
        self._count_hits(request, list(contents.values()))
        return {text: self._values[request.key][content] for text, content in contents.items()}

    def _promise(self, request: Request, content: str) -> tuple[Future[Remembered] | None, bool]:
        """The future of a missing value and whether the caller is the one to measure it; (None, False) when known."""
        with self._lock:
            if content in self._values.setdefault(request.key, {}):
                return None, False
            future = self._pending.get((request.key, content))
            if future is not None:
                return future, False
            future = self._pending[request.key, content] = Future()
            return future, True

    def _measure_images(self, work: Sequence[tuple[ImageRef, list[tuple[Request, Future[Remembered]]]]]) -> None:
        with self._lock:
            self._busy += 1
        for ref, owned in work:
            try:
                image = self._images.open(ref.content, ref.path, ref.recipe)
            except BaseException as error:  # a recipe that is none: somebody waits for these futures, too
                for request, future in owned:
                    self._fail(request, ref.content, error, future)
                continue
            for request, future in owned:
                self._measure_input(request, ref.content, partial(image.input_for, request.measure.takes), future)
        with self._lock:
            self._busy -= 1

    def _measure_input(
        self, request: Request, content: str, read: Callable[[], object], future: Future[Remembered]
    ) -> None:
        use = request.measure.model
        started = time.perf_counter()
        try:
            given = read()
            if use is None or request.files is None:
                value = request.measure.function(given, **request.settings)
                self._time(request, time.perf_counter() - started)
                self._settle(request, content, value, future)
                return
            files = request.files
            if use.prepare is not None:
                given = use.prepare(self._handle(files, request.measure), given, **request.settings)
            work = Work(
                request.key,
                request.measure,
                request.settings,
                lambda: self._handle(files, request.measure),
                files.entry.id,
            )
            answer = self._lane.submit(work, given)
            answer.add_done_callback(lambda done: self._settle_answer(request, content, done, future))
        except BaseException as error:  # a panic of a library in Rust is no Exception; somebody waits for the future
            self._fail(request, content, error, future)

    def _time(self, request: Request, seconds: float) -> None:
        """Notes what a value took of the run's time: threads that measure side by side share it."""
        with self._lock:
            self._seconds[request.work] += seconds / max(1, self._busy)

    def _settle_answer(self, request: Request, content: str, answer: Future[Any], future: Future[Remembered]) -> None:
        try:
            self._settle(request, content, answer.result(), future)
        except BaseException as error:  # as above; a cancelled answer, too
            self._fail(request, content, error, future)

    def _settle(self, request: Request, content: str, value: Remembered, future: Future[Remembered]) -> None:
        self._cache.put(request.key, request.measure.gives, content, value)
        self._keep(request, content, value, future)

    def _fail(self, request: Request, content: str, error: BaseException, future: Future[Remembered]) -> None:
        """A failure that is a fact about the content is remembered; any other is tried again in the next run.

        A problem (a model that cannot be loaded) is no fault of the row: it ends the run.
        """
        if isinstance(error, ProblemError):
            with self._lock:
                self._pending.pop((request.key, content), None)
            future.set_exception(error)
            return
        failure = Failure(ERROR_RULE, f"{type(error).__name__}: {error}")
        if isinstance(error, Unreadable | Unavailable):
            failure = Failure(error.rule, error.reason)
        if isinstance(error, Unreadable):
            with suppress(RuntimeError):  # a cache that broke, which its flush tells
                self._cache.put(request.key, request.measure.gives, content, failure)
        self._keep(request, content, failure, future)

    def _keep(self, request: Request, content: str, value: Remembered, future: Future[Remembered]) -> None:
        with self._lock:
            self._values[request.key][content] = value
            self._pending.pop((request.key, content), None)
            self.misses[request.measure.name] += 1
        future.set_result(value)

    def _count_hits(self, request: Request, contents: Sequence[str]) -> None:
        loaded = self._loaded.get(request.key)
        if not loaded:
            return
        with self._lock:
            first = loaded.intersection(contents)
            loaded -= first
            self.hits[request.measure.name] += len(first)


def _wait_for(futures: Sequence[Future[Remembered]]) -> None:
    """Until all are done, or one raises. Woken once: to wake for each in turn takes a twentieth of a run."""
    for future in wait(futures, return_when=FIRST_EXCEPTION).done:
        future.result()
