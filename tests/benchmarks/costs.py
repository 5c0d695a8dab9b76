"""Costs: CPU and wall seconds of a command with all processes that it starts."""

from __future__ import annotations

import resource
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of processor time (user and system, the whole process tree) and seconds on the clock."""

    cpu: float
    wall: float

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.cpu + other.cpu, self.wall + other.wall)

    def __sub__(self, other: Cost) -> Cost:
        return Cost(self.cpu - other.cpu, self.wall - other.wall)


class FailedCommandError(Exception):
    """A command of a benchmark did not end well; the text is what it said."""


def cost_of(command: Sequence[str], environment: Mapping[str, str], *, accepts: Sequence[int] = (0,)) -> Cost:
    """What `command` takes, start-up included. Raises FailedCommandError for an exit code that is not in `accepts`.

    Processes count that were waited for by the one that started them. No other child may end meanwhile.
    """
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, env=dict(environment), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    wall = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in accepts:
        tail = done.stdout.decode("utf-8", "replace")[-2000:]
        raise FailedCommandError(f"{' '.join(command)} ended with {done.returncode}:\n{tail}")
    return Cost(after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime, wall)
