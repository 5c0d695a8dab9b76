"""Loaded models are shared, bounded by memory, and loaded once; devices are chosen or refused plainly."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nodegraph.models import devices
from nodegraph.models.catalogue import ModelEntry, ModelFiles
from nodegraph.models.pool import OVERHEAD, ModelPool, choose_device, device_summary, is_out_of_memory
from nodegraph.problems import ProblemError


def model(name: str, size: int = 100, revision: str = "r1") -> ModelFiles:
    entry = ModelEntry(id=name, kind="clip", title=name, licence="MIT", bytes=size, asset=name)
    return ModelFiles(entry, Path(), revision)


class Loads:
    """A loader that counts."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def __call__(self, files: ModelFiles, device: str) -> str:
        self.names.append(files.entry.id)
        return f"{files.entry.id} {files.revision} on {device}"


def room_for(total: int) -> ModelPool:
    return ModelPool(room=lambda _device, held: total - held)


def test_a_model_is_loaded_once_and_shared() -> None:
    loads = Loads()
    pool = room_for(1000)
    assert pool.get(model("a"), loads, "cpu") is pool.get(model("a"), loads, "cpu")
    assert loads.names == ["a"]


def test_another_revision_loader_or_device_is_another_model() -> None:
    one, other = Loads(), Loads()
    pool = room_for(10_000)
    handles = {
        pool.get(model("a"), one, "cpu"),
        pool.get(model("a", revision="r2"), one, "cpu"),
        pool.get(model("a"), one, "mps"),
    }
    pool.get(model("a"), other, "cpu")
    assert (len(handles), len(one.names), len(other.names)) == (3, 3, 1)


def test_the_least_recently_used_goes_first() -> None:
    loads = Loads()
    pool = room_for(int(2 * 100 * OVERHEAD))
    for name in ("a", "b", "a", "c"):
        pool.get(model(name), loads, "cpu")
    assert [name for name, _ in pool.loaded()] == ["a", "c"]


def test_a_full_device_does_not_evict_from_another() -> None:
    loads = Loads()
    pool = room_for(int(100 * OVERHEAD))
    pool.get(model("a"), loads, "cpu")
    pool.get(model("b"), loads, "mps")
    assert pool.loaded() == [("a", "cpu"), ("b", "mps")]


def test_a_model_larger_than_the_budget_is_still_loaded_alone() -> None:
    loads = Loads()
    pool = room_for(10)
    pool.get(model("a"), loads, "cpu")
    pool.get(model("huge", 10_000), loads, "cpu")
    assert pool.loaded() == [("huge", "cpu")]


@settings(max_examples=25)  # each model let go costs a collection, a slow one once torch is loaded
@given(st.lists(st.sampled_from("abcde"), max_size=30), st.integers(1, 6))
def test_loaded_models_never_take_more_than_the_budget(names: list[str], slots: int) -> None:
    loads = Loads()
    pool = room_for(int(slots * 100 * OVERHEAD))
    for name in names:
        pool.get(model(name), loads, "cpu")
        assert len(pool.loaded()) <= slots
        assert pool.loaded()[-1] == (name, "cpu")


def test_two_that_ask_at_once_get_one_load() -> None:
    started = threading.Barrier(8)
    calls: list[int] = []

    def slow(_files: ModelFiles, _device: str) -> object:
        calls.append(1)
        time.sleep(0.05)
        return object()

    pool = room_for(1000)

    def ask(_number: int) -> object:
        started.wait()
        return pool.get(model("a"), slow, "cpu")

    with ThreadPoolExecutor(8) as threads:
        handles = set(threads.map(ask, range(8)))
    assert (len(handles), len(calls)) == (1, 1)


def test_a_load_that_failed_is_tried_again_by_the_next_call() -> None:
    attempts: list[int] = []

    def fails_once(_files: ModelFiles, _device: str) -> str:
        attempts.append(1)
        if len(attempts) == 1:
            raise ValueError("half a file")
        return "loaded"

    pool = room_for(1000)
    with pytest.raises(ValueError, match="half a file"):
        pool.get(model("a"), fails_once, "cpu")
    assert pool.get(model("a"), fails_once, "cpu") == "loaded"


def test_out_of_memory_while_loading_lets_the_others_go_and_tries_again() -> None:
    pool = room_for(10_000)
    pool.get(model("a"), Loads(), "cpu")

    def needs_all(_files: ModelFiles, _device: str) -> str:
        if pool.loaded():
            raise MemoryError
        return "loaded"

    assert pool.get(model("b"), needs_all, "cpu") == "loaded"
    assert pool.loaded() == [("b", "cpu")]


def test_a_model_that_never_fits_is_a_problem() -> None:
    def never(_files: ModelFiles, _device: str) -> str:
        raise RuntimeError("CUDA out of memory. Tried to allocate 20.00 MiB")

    with pytest.raises(ProblemError) as failure:
        room_for(1000).get(model("b"), never, "cuda")
    assert failure.value.problems[0].code == "model-too-large"


def test_release_lets_everything_go() -> None:
    loads = Loads()
    pool = room_for(1000)
    pool.get(model("a"), loads, "cpu")
    pool.release()
    assert pool.loaded() == []
    pool.get(model("a"), loads, "cpu")
    assert loads.names == ["a", "a"]


@pytest.mark.parametrize(
    ("there", "chosen"), [([], "cpu"), (["mps"], "mps"), (["cuda"], "cuda"), (["cuda", "mps"], "cuda")]
)
def test_auto_takes_the_fastest_device_there_is(monkeypatch: pytest.MonkeyPatch, there: list[str], chosen: str) -> None:
    monkeypatch.setattr(devices, "_accelerators", lambda: there)
    assert choose_device("auto") == chosen


def test_the_cpu_is_given_when_asked_for_beside_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "_accelerators", lambda: ["cuda"])
    assert choose_device("cpu") == "cpu"


@pytest.mark.parametrize(("asked", "code"), [("cuda", "no-such-device"), ("tpu", "unknown-device")])
def test_a_device_that_is_not_there_is_a_problem(monkeypatch: pytest.MonkeyPatch, asked: str, code: str) -> None:
    monkeypatch.setattr(devices, "_accelerators", list)
    with pytest.raises(ProblemError) as failure:
        choose_device(asked)
    problem = failure.value.problems[0]
    assert (problem.code, problem.param, problem.value) == (code, "device", asked)


@pytest.mark.parametrize(
    ("error", "is_one"),
    [
        (MemoryError(), True),
        (RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB"), True),
        (RuntimeError("MPS backend out of memory"), True),
        (RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried"), True),
        (RuntimeError("cuBLAS error: CUBLAS_STATUS_ALLOC_FAILED"), True),
        (RuntimeError("mat1 and mat2 shapes cannot be multiplied"), False),
        (ValueError("out of memory"), False),
    ],
)
def test_a_lack_of_memory_is_told_from_other_errors(error: Exception, is_one: bool) -> None:
    assert is_out_of_memory(error) is is_one


def test_torchs_own_error_is_a_lack_of_memory() -> None:
    import torch

    assert is_out_of_memory(torch.OutOfMemoryError("no room"))


def test_the_summary_names_the_device() -> None:
    assert device_summary("cpu").startswith("CPU (")


def test_the_room_on_a_cpu_shrinks_with_what_is_held() -> None:
    assert devices.free_memory("cpu", 1000) == devices.free_memory("cpu", 0) - 1000
    assert 0 < devices.free_memory("cpu", 0) < devices.total_memory()


def test_importing_the_pool_imports_no_torch() -> None:
    import subprocess
    import sys

    check = "import sys, nodegraph.models.pool, nodegraph.models.download; assert 'torch' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0
