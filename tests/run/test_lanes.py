"""The model lane: batches, memory that runs out, inputs that fail."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import Any

import pytest

from nodegraph.measures import Measure
from nodegraph.run.lanes import CPU_BATCH, FIRST_BATCH, ModelLane, Work


class Remembered(dict[str, int]):
    def recall(self, work: Work) -> int | None:
        return self.get(work.name)

    def remember(self, work: Work, size: int) -> None:
        self[work.name] = size


class Model:
    """Doubles numbers; fails on 13; runs out of memory above `fits`; waits for `gate` before its first batch."""

    def __init__(self, fits: int = 10**6) -> None:
        self.fits = fits
        self.batches: list[int] = []
        self.gate = threading.Event()

    def __call__(self, handle: object, batch: list[int]) -> list[int]:
        self.gate.wait()
        self.batches.append(len(batch))
        if len(batch) > self.fits:
            raise MemoryError("out of memory")
        if 13 in batch:
            raise ValueError("unlucky")
        return [item * 2 for item in batch]


def work_of(model: Model) -> Work:
    return Work("key", Measure("double", 1, None, "integer", model, {}), {}, lambda: None, "small")  # type: ignore[arg-type]


def through(model: Model, items: list[int], *, device: str = "cpu", memory: Remembered | None = None) -> list[Any]:
    """What the lane gives for the items, all of them waiting before the first batch."""
    lane = ModelLane(lambda: device, Remembered() if memory is None else memory, timing=lambda *_: None)
    futures = [lane.submit(work_of(model), item) for item in items]
    model.gate.set()
    results = [future.exception() or future.result() for future in futures]
    lane.close()
    return results


def test_waiting_items_share_batches() -> None:
    model = Model()
    assert through(model, list(range(100, 150))) == [item * 2 for item in range(100, 150)]
    assert max(model.batches) == CPU_BATCH


def test_one_bad_input_costs_one_row() -> None:
    results = through(Model(), [1, 13, 2])
    assert results[0] == 2
    assert isinstance(results[1], ValueError)
    assert results[2] == 4


def test_a_batch_halves_when_memory_runs_out_and_the_size_is_remembered() -> None:
    model, memory = Model(fits=5), Remembered()
    items = list(range(100, 164))
    assert through(model, items, memory=memory) == [item * 2 for item in items]
    assert memory["double:small"] == 4
    assert all(size <= 4 for size in model.batches[-8:])


def test_the_next_run_starts_with_the_size_that_was_found() -> None:
    model = Model(fits=5)
    through(model, list(range(100, 132)), memory=Remembered({"double:small": 4}))
    assert max(model.batches) == 4


def test_on_a_gpu_full_batches_double_while_they_get_faster() -> None:
    model = Model()
    through(model, list(range(100, 100 + 16 * FIRST_BATCH)), device="cuda")
    assert model.batches[1] > FIRST_BATCH or model.batches[0] > FIRST_BATCH


def test_a_model_that_does_not_fit_one_input_fails_that_input() -> None:
    assert isinstance(through(Model(fits=0), [1])[0], MemoryError)


def test_a_measure_that_gives_too_few_values_is_a_mistake_told_on_each_row() -> None:
    class Short(Model):
        def __call__(self, handle: object, batch: list[int]) -> list[int]:
            return []

    model = Short()
    assert isinstance(through(model, [1])[0], TypeError)


def test_what_waits_is_cancelled_when_the_lane_closes() -> None:
    model = Model()
    lane = ModelLane(lambda: "cpu", Remembered(), timing=lambda *_: None)
    futures = [lane.submit(work_of(model), item) for item in range(200)]
    threading.Timer(0.05, model.gate.set).start()
    lane.close()
    assert futures[-1].cancelled()
    with pytest.raises(RuntimeError):
        lane.submit(work_of(model), 1)


class Panic(BaseException):
    """As what libraries written in Rust raise: no Exception."""


def test_a_panic_of_a_library_costs_the_items_that_it_comes_with() -> None:
    class Panics(Model):
        def __call__(self, handle: object, batch: list[int]) -> list[int]:
            if 13 in batch:
                raise Panic("a tokenizer panicked")
            return super().__call__(handle, batch)

    *sound, failed = through(Panics(), [1, 2, 13])
    assert sound == [2, 4]
    assert isinstance(failed, Panic)


def test_a_device_that_cannot_be_found_is_told_to_everyone_who_waits() -> None:
    def no_device() -> str:
        raise ImportError("a library of torch is missing")

    lane = ModelLane(no_device, Remembered(), timing=lambda *_: None)
    futures = [lane.submit(work_of(Model()), item) for item in range(3)]
    assert {type(future.exception(timeout=10)) for future in futures} == {ImportError}
    lane.close()


def test_a_batch_is_answered_whose_time_cannot_be_kept() -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("the cache broke")

    lane, model = ModelLane(lambda: "cpu", Remembered(), timing=broken), Model()
    futures = [lane.submit(work_of(model), item) for item in range(3)]
    model.gate.set()
    assert {type(future.exception(timeout=10)) for future in futures} == {RuntimeError}
    lane.close()


def test_what_a_batch_takes_is_told_by_measure_and_model_without_the_loading() -> None:
    told: list[tuple[str, float, int]] = []
    lane = ModelLane(lambda: "cpu", Remembered(), timing=lambda *timing: told.append(timing))
    model = Model()
    model.gate.set()
    slow = replace(work_of(model), handle=lambda: time.sleep(0.2))
    assert lane.submit(slow, 4).result() == 8
    lane.close()
    ((name, seconds, items),) = told
    assert (name, items) == ("double:small", 1)
    assert seconds < 0.2
