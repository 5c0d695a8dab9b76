"""Opening files for reading: regular files only, without waiting on pipes, and without touching what is read."""

from __future__ import annotations

import os
import stat
from collections.abc import Generator
from contextlib import contextmanager
from typing import BinaryIO

from nodegraph.data.paths import system_path
from nodegraph.data.unreadable import Unavailable, unavailable


@contextmanager
def opened(path: str | os.PathLike[str]) -> Generator[BinaryIO]:
    """The file open for reading. `path` is a Path or the text of one (`path_text`).

    Raises Unavailable for what is no regular file and for every error of the operating system, also inside the block.
    """
    # Without O_NONBLOCK, opening a pipe that nobody writes to would wait for ever; for regular files it does nothing.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
    try:
        number = os.open(system_path(path), flags)
        if not stat.S_ISREG(os.fstat(number).st_mode):
            os.close(number)
            raise Unavailable("not-a-file", "it is a folder, pipe, socket or device, not a file")
        with open(number, "rb", buffering=0) as file:  # noqa: PTH123
            yield file
    except OSError as error:
        raise unavailable(error) from error


def read_at_most(file: BinaryIO, size: int) -> bytes:
    """Up to `size` bytes from where the file is: fewer only at its end."""
    parts: list[bytes] = []
    while size > 0 and (part := file.read(size)):
        parts.append(part)
        size -= len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)
