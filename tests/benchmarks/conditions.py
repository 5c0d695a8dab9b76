"""Conditions: what a measurement ran on, so that its numbers can be read later."""

from __future__ import annotations

import os
import platform
from pathlib import Path

THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


def processor() -> str:
    """The name of the processor, as the system gives it."""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def machine() -> str:
    """One line: processor, cores, system, Python, and how busy the machine was."""
    load = f", load {os.getloadavg()[0]:.1f} at the start" if hasattr(os, "getloadavg") else ""
    return f"{processor()}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}{load}"


def with_threads(threads: int) -> dict[str, str]:
    """This process's environment with as many numeric threads a process as given, and no network for models."""
    return {
        **os.environ,
        **dict.fromkeys(THREAD_VARIABLES, str(threads)),
        "HF_HUB_OFFLINE": "1",
    }
