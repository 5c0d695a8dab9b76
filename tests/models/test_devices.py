"""Devices: what is told of the one that models run on."""

from __future__ import annotations

import sys
from importlib.machinery import ModuleSpec
from types import ModuleType, SimpleNamespace

import pytest

from nodegraph.models.devices import DeviceUse, device_use


@pytest.fixture
def torch(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A torch with one CUDA device, that has been used."""
    made = ModuleType("torch")
    made.__spec__ = ModuleSpec("torch", None)
    made.__dict__["cuda"] = SimpleNamespace(
        is_available=lambda: True,
        is_initialized=lambda: True,
        memory_reserved=lambda: 3_000,
        get_device_properties=lambda _index: SimpleNamespace(name="A GPU", total_memory=24e9),
    )
    no = SimpleNamespace(is_available=lambda: False)
    made.__dict__.update(backends=SimpleNamespace(mps=no), mps=SimpleNamespace(driver_allocated_memory=None))
    made.__dict__["get_num_threads"] = lambda: 4
    monkeypatch.setitem(sys.modules, "torch", made)
    return made


@pytest.mark.usefixtures("torch")
def test_the_device_in_use_is_told_with_the_memory_that_is_held_there() -> None:
    assert device_use("auto") == DeviceUse("cuda", "A GPU (24 GB)", 3_000)
    assert device_use("cpu") == DeviceUse("cpu", "CPU (4 threads)", None)


def test_asking_starts_no_accelerator(torch: ModuleType) -> None:
    torch.cuda.is_initialized = lambda: False
    assert device_use("auto") is None


def test_nothing_is_told_before_torch_is_there(torch: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    torch.__spec__._initializing = True  # type: ignore[union-attr]
    assert device_use("auto") is None, "another thread is importing it"
    monkeypatch.delitem(sys.modules, "torch")
    assert device_use("auto") is None
