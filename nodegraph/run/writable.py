"""What a run writes at its end can be written: said before the first row is touched, not after hours."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from nodegraph.graph.paths import is_path, texts_of, writes
from nodegraph.plan.stages import Steps
from nodegraph.problems import Problem, ProblemError, problem
from nodegraph.run.receipt import is_receipt


def require_writable(steps: Steps) -> None:
    """Raises ProblemError for each export whose folder could not be made or written to. Makes nothing."""
    if found := list(_unwritable(steps)):
        raise ProblemError(found)


def require_receipt(path: Path) -> None:
    """Raises ProblemError where no receipt can be written to `path`, or where that would replace something else."""
    advice = "Give another file for the receipt; nothing was done."
    if path.is_dir():
        raise problem("not-a-file", f"The receipt cannot be written: {path} is a folder.", advice, value=str(path))
    if path.exists() and not is_receipt(path):
        raise problem("file-exists", f"{path} is there already, and it is no receipt.", advice, value=str(path))
    try:
        path.absolute().parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path.absolute().parent):
            pass
    except OSError as error:
        why = error.strerror or str(error)
        raise problem("no-receipt", f"The receipt {path} cannot be written: {why}.", advice, value=str(path)) from error


def _unwritable(steps: Steps) -> Iterator[Problem]:
    for item in steps.active.values():
        if item.spec.kind != "export" or item.node.mode == "bypass":
            continue
        for name, parameter in item.spec.parameters.items():
            if not (is_path(parameter) and writes(parameter)):
                continue
            for text in texts_of(item.params[name]):
                if why := _hindrance(Path(text)):
                    message = f"Nothing can be written to {text}: {why}."
                    yield Problem("cannot-write", message, "Choose another place.", item.id, param=name, value=text)


def _hindrance(path: Path) -> str:
    """Why nothing could be written at `path`, "" where nothing speaks against it. The disk may still be full then."""
    try:
        there = next(one for one in (path, *path.parents) if os.path.lexists(one))
        if not there.exists():
            return f"{there} is a link that leads nowhere"
        if there != path and not there.is_dir():
            return f"{there} is a file"
        return "" if os.access(there, os.W_OK) else f"{there} is read only"
    except OSError as error:
        return error.strerror or str(error)
