"""Paths as text: any name a file system can hold becomes valid Unicode for tables and JSON, and comes back exactly."""

from __future__ import annotations

import os
import re
from pathlib import Path

_ESCAPE_IN_NAME = re.compile(r"\\(?=x[0-9a-f]{2}|ud[89a-f][0-9a-f]{2})")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_ESCAPE = re.compile(r"\\x([89a-f][0-9a-f]|5c)|\\u(d[89a-f][0-9a-f]{2})")


def path_text(path: str | os.PathLike[str]) -> str:
    r"""The path as valid Unicode text: what the columns `path` and `rid` hold. `path_of` gives the path back.

    It is the path itself, but for names that are not valid UTF-8: a byte that cannot be decoded is written `\xff`.
    Where a name already holds such a group, its backslash is written `\x5c`. Nothing else changes, newlines neither.
    """
    return _LONE_SURROGATE.sub(_escaped, _ESCAPE_IN_NAME.sub(r"\\x5c", os.fspath(path)))


def path_of(text: str | os.PathLike[str]) -> Path:
    """The path that `path_text` wrote; a Path is given back as it is."""
    return Path(system_path(text))


def system_path(text: str | os.PathLike[str]) -> str:
    """The same as the operating system is given it: for what is done to each file, where a Path takes too long."""
    if not isinstance(text, str):
        return os.fspath(text)
    return _ESCAPE.sub(_unescaped, text) if "\\" in text else text


def _escaped(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code - 0xDC00:02x}" if 0xDC80 <= code <= 0xDCFF else f"\\u{code:04x}"


def _unescaped(match: re.Match[str]) -> str:
    if match[2]:
        return chr(int(match[2], 16))
    value = int(match[1], 16)
    return "\\" if value == 0x5C else chr(0xDC00 + value)
