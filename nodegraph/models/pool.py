"""The model pool: loaded models, each once, as many as fit the device's memory; the least recently used go first."""

from __future__ import annotations

import gc
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from threading import Lock
from typing import Any, TypeVar, cast

from nodegraph.models.catalogue import ModelFiles
from nodegraph.models.devices import (
    choose_device,
    device_summary,
    free_memory,
    is_out_of_memory,
    release_unused_memory,
)
from nodegraph.models.troubles import readable_size
from nodegraph.problems import problem

__all__ = ["ModelPool", "choose_device", "device_summary", "is_out_of_memory"]

OVERHEAD = 1.3
"""A loaded model is taken to need this much more than its files, for buffers and the allocator: an allowance."""

Handle = TypeVar("Handle")
Loader = Callable[[ModelFiles, str], Handle]
Room = Callable[[str, int], int]


@dataclass(frozen=True, slots=True)
class _Key:
    model: str
    identity: str
    loader: Callable[..., Any]
    device: str


@dataclass(frozen=True, slots=True)
class _Slot:
    handle: Future[Any]
    cost: int


class ModelPool:
    """Loaded models by id, identity, loader and device. Safe to use from several threads.

    `room(device, held)` says how many bytes more models may take there, when those loaded take `held` by estimate.
    A handle that is let go lives on for whoever still holds it.
    """

    def __init__(self, room: Room = free_memory) -> None:
        self._room = room
        self._slots: OrderedDict[_Key, _Slot] = OrderedDict()
        self._lock = Lock()

    def get(self, files: ModelFiles, loader: Loader[Handle], device: str) -> Handle:
        """The loaded model; `loader(files, device)` is called when it is not here yet, once even if two ask at once.

        Where the device runs out of memory all other models are let go and it is tried once more.
        Raises what the loader raises (a later call tries again), and ProblemError for a model too large for the device.
        """
        key = _Key(files.entry.id, files.identity, loader, device)
        with self._lock:
            slot = self._slots.get(key)
            mine = slot is None
            if slot is None:
                slot = _Slot(Future(), int(files.entry.bytes * OVERHEAD))
                self._make_room(device, slot.cost)
                self._slots[key] = slot
            self._slots.move_to_end(key)
        if mine:
            self._load(key, slot, files, loader)
        return cast(Handle, slot.handle.result())

    def loaded(self) -> list[tuple[str, str]]:
        """Id and device of the models that are here, the least recently used first."""
        with self._lock:
            return [(key.model, key.device) for key, slot in self._slots.items() if slot.handle.done()]

    def release(self) -> None:
        """Lets go of all models and gives their memory back."""
        with self._lock:
            on_accelerator = any(key.device != "cpu" for key in self._slots)
            self._slots.clear()
        if on_accelerator:  # on the CPU a collection over all of torch's objects would take longer than it gives
            _give_back()

    def _load(self, key: _Key, slot: _Slot, files: ModelFiles, loader: Loader[Any]) -> None:
        try:
            slot.handle.set_result(self._loaded(key, files, loader))
        except BaseException as error:
            with self._lock:
                if self._slots.get(key) is slot:
                    del self._slots[key]
            slot.handle.set_exception(error)

    def _loaded(self, key: _Key, files: ModelFiles, loader: Loader[Any]) -> Any:
        try:
            return loader(files, key.device)
        except Exception as error:
            if not is_out_of_memory(error):
                raise
        # outside the handler, because a handled error keeps the half-loaded model alive
        with self._lock:
            for other in [other for other, slot in self._slots.items() if other != key and slot.handle.done()]:
                del self._slots[other]
        _give_back()
        try:
            return loader(files, key.device)
        except Exception as error:
            if not is_out_of_memory(error):
                raise
            raise problem(
                "model-too-large",
                f"The model {key.model} ({readable_size(files.entry.bytes)}) does not fit into the memory of "
                f"{key.device}.",
                "Choose a smaller model, or another device.",
                value=key.model,
            ) from error

    def _make_room(self, device: str, cost: int) -> None:
        held = {key: slot.cost for key, slot in self._slots.items() if key.device == device and slot.handle.done()}
        for key in held:
            if cost <= self._room(device, sum(slot.cost for k, slot in self._slots.items() if k.device == device)):
                break
            del self._slots[key]
            _give_back()


def _give_back() -> None:
    gc.collect()
    release_unused_memory()
