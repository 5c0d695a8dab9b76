"""Importing: heavy libraries, without looking for garbage among their million objects, or for packages not needed."""

from __future__ import annotations

import atexit
import gc
import sys
import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from types import ModuleType


@contextmanager
def importing(module: str) -> Generator[None]:
    """Python's collector rests while `module` is imported inside, and never looks at what is there by then.

    Does nothing where it is imported already, or where the collector is off. Looking through the modules of torch and
    open_clip takes 0.4 of 2.7 CPU seconds even when it is done three times only, and finds nothing.
    """
    if module in sys.modules or not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()  # else the next collection goes through all of it at once
        atexit.register(_thaw)
        gc.enable()


@contextmanager
def without(package: str) -> Generator[None]:
    """Inside, this thread finds `package` not installed, unless it is imported already. Other threads find it.

    For a library that imports a heavy package only to see whether it is there.
    """
    hidden = _Hidden(package, threading.get_ident())
    sys.meta_path.insert(0, hidden)
    try:
        yield
    finally:
        sys.meta_path.remove(hidden)


class _Hidden(MetaPathFinder):
    """Finds nothing, and says of one package, in one thread, that there is none."""

    def __init__(self, package: str, thread: int) -> None:
        self._package = package
        self._thread = thread

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> None:
        if fullname.partition(".")[0] == self._package and threading.get_ident() == self._thread:
            raise ModuleNotFoundError(f"{fullname} is not looked for here", name=fullname)


def _thaw() -> None:
    """At an ordinary end the frozen objects are taken apart, else triton takes them for leaks and says so at length."""
    gc.unfreeze()
    gc.collect()
