"""Devices: what a model can run on here, how much memory it may take, and whether an error was a lack of it."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nodegraph.models.importing import importing
from nodegraph.problems import problem

DEVICES = ("auto", "cpu", "cuda", "mps")

RAM_SHARE = 0.5
"""The part of this machine's memory that loaded models may take; pictures, tables and the desktop need the rest."""

_MEMORY_WORDS = (
    "out of memory",
    "can't allocate memory",
    "cannot allocate memory",
    "not enough memory",
    "cublas_status_alloc_failed",
    "cudnn_status_alloc_failed",
)


def choose_device(requested: str) -> str:
    """The device to run on: "cuda", "mps" or "cpu"; for "auto" the first of these that is there.

    Raises ProblemError for a device that this machine has not.
    """
    if requested not in DEVICES:
        raise problem(
            "unknown-device",
            f"There is no device {requested!r}.",
            f"Choose one of: {', '.join(DEVICES)}.",
            param="device",
            value=requested,
        )
    there = _accelerators()
    if requested == "auto":
        return there[0] if there else "cpu"
    if requested != "cpu" and requested not in there:
        raise problem(
            "no-such-device",
            f"This machine has no {requested} device that torch can use ({_torch_build()}).",
            f'Use "auto" or "cpu", or install a build of torch for {requested}.',
            param="device",
            value=requested,
        )
    return requested


def device_summary(device: str) -> str:
    """The device in words: "NVIDIA H200 (150 GB)" or "CPU (8 threads)"."""
    import torch

    if device == "cuda":
        cuda: Any = torch.cuda
        properties = cuda.get_device_properties(0)
        return f"{properties.name} ({properties.total_memory / 1e9:.0f} GB)"
    if device == "mps":
        return "Apple GPU"
    return f"CPU ({torch.get_num_threads()} threads)"


@dataclass(frozen=True, slots=True)
class DeviceUse:
    """Where models run, in words for people, and how many bytes torch holds there; None: not of its own."""

    device: str
    words: str
    held: int | None


def device_use(requested: str) -> DeviceUse | None:
    """What is used of the device that `requested` means, or None while no model has run. Imports and starts nothing."""
    torch: Any = sys.modules.get("torch")
    if torch is None or getattr(torch.__spec__, "_initializing", False):  # another thread is importing it
        return None
    device = choose_device(requested)
    if device == "cuda" and not torch.cuda.is_initialized():
        return None
    held = {"cuda": torch.cuda.memory_reserved, "mps": torch.mps.driver_allocated_memory}.get(device)
    return DeviceUse(device, device_summary(device), int(held()) if held is not None else None)


def leave_cores_to_decoders() -> None:
    """Lets torch use half of the cores, at least one: pictures are decoded on the others while a model works.

    With a thread a core the two get in each other's way: threads that wait for one another spin, and the demo CLIP took
    5.5 CPU seconds for 876 pictures instead of 0.3 (measured on 2 cores).
    """
    with importing("torch"):
        import torch

    torch.set_num_threads(max(1, (os.cpu_count() or 2) // 2))


def free_memory(device: str, held: int) -> int:
    """How many bytes more the models on a device may take, when those loaded there take `held` by estimate."""
    if device == "cuda":
        import torch

        free, _total = torch.cuda.mem_get_info()
        unused = torch.cuda.memory_reserved() - torch.cuda.memory_allocated()
        return int(free) + max(int(unused), 0)
    return int(total_memory() * RAM_SHARE) - held


def total_memory() -> int:
    """The memory of this machine, or of the container it runs in, in bytes."""
    found = [_physical_memory()]
    for limit in (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes")):
        try:
            found.append(int(limit.read_text()))
        except (OSError, ValueError):
            continue
    return min(found)


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that a device, or the machine, had not enough memory; imports nothing."""
    if isinstance(error, MemoryError):
        return True
    torch: Any = sys.modules.get("torch")
    if torch is not None and isinstance(error, torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and any(words in str(error).lower() for words in _MEMORY_WORDS)


def release_unused_memory() -> None:
    """Gives memory that torch keeps for later back to the accelerator. Does nothing where torch was never imported."""
    torch: Any = sys.modules.get("torch")
    if torch is None:
        return
    if torch.cuda.is_available() and torch.cuda.is_initialized():
        torch.cuda.empty_cache()
    elif torch.backends.mps.is_available():
        torch.mps.empty_cache()


def _accelerators() -> list[str]:
    with importing("torch"):
        import torch

    there: list[str] = []
    if torch.cuda.is_available():
        there.append("cuda")
    if torch.backends.mps.is_available():
        there.append("mps")
    return there


def _torch_build() -> str:
    import torch

    return f"torch {torch.__version__}"


def _physical_memory() -> int:
    if sys.platform == "win32":
        return _windows_memory()
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _windows_memory() -> int:
    import ctypes

    kilobytes = ctypes.c_ulonglong()
    kernel: Any = getattr(ctypes, "windll").kernel32  # noqa: B009  (the attribute is there on Windows alone)
    kernel.GetPhysicallyInstalledSystemMemory(ctypes.byref(kilobytes))
    return kilobytes.value * 1024
