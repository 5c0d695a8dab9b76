"""Extras: libraries that only some nodes need and that are installed by the name of an extra."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from nodegraph.problems import Problem, ProblemError


def extra_problem(module: str, extra: str, param: str | None = None) -> Problem | None:
    """The problem that `module` of the extra `extra` is not installed, or None where it is. Imports nothing of it."""
    try:
        found = find_spec(module) is not None
    except ModuleNotFoundError:  # a package above it is missing
        found = False
    if found:
        return None
    return Problem(
        "missing-extra",
        f"This needs the library {module.partition('.')[0]}, which is not installed.",
        f"Install it: pip install 'nodegraph[{extra}]'",
        param=param,
        value=extra,
    )


def needed(module: str, extra: str) -> Any:
    """The imported module. Raises ProblemError, which names the extra, where it is not installed."""
    missing = extra_problem(module, extra)
    if missing is not None:
        raise ProblemError([missing])
    return import_module(module)
