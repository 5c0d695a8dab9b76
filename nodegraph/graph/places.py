"""Places in a JSON text: which line a value is written on. Read only when something is wrong with the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

Path = tuple[str | int, ...]
"""The way to a value from the top: keys of objects and positions in lists."""

_TOKEN = re.compile(
    r'[ \t\r\n]*(?:(?P<text>"[^"\\]*(?:\\.[^"\\]*)*")|(?P<mark>[{}\[\]:,])|(?P<word>[^\s{}\[\]:,"]+))', re.S
)


@dataclass(frozen=True, slots=True)
class Place:
    """A value in a text: the way to it, its offset, its first token, and whether its key was there before."""

    path: Path
    offset: int
    token: str
    repeated: bool = False


@dataclass(slots=True)
class _Open:
    """An object or list that is being read."""

    path: Path
    keys: set[str] | None
    key: str = ""
    position: int = 0
    repeated: bool = False

    @property
    def step(self) -> str | int:
        return self.position if self.keys is None else self.key


def places(text: str) -> Iterator[Place]:
    """Every value of a JSON text in the order it is written, as far as the text is JSON."""
    stack: list[_Open] = []
    offset = 0
    while token := _TOKEN.match(text, offset):
        offset = token.end()
        start, shown = token.start(token.lastgroup or 0), token[token.lastgroup or 0]
        top = stack[-1] if stack else None
        if shown in ("}", "]"):
            if stack:
                stack.pop()
        elif shown == ",":
            if top is not None:
                top.key, top.position = "", top.position + 1
        elif shown != ":":
            if top is not None and top.keys is not None and _is_key(text, offset):
                top.key = unquoted(shown)
                top.repeated = top.key in top.keys
                top.keys.add(top.key)
                continue
            path = () if top is None else (*top.path, top.step)
            yield Place(path, start, shown, top is not None and top.repeated)
            if shown in ("{", "["):
                stack.append(_Open(path, set() if shown == "{" else None))


def _is_key(text: str, offset: int) -> bool:
    following = _TOKEN.match(text, offset)
    return following is not None and following["mark"] == ":"


def unquoted(token: str) -> str:
    """The text that a quoted JSON token stands for; the token itself where it is not one."""
    import json

    try:
        return str(json.loads(token, strict=False))
    except ValueError:
        return token


def line_of(text: str, offset: int) -> int:
    """The line that an offset is on, from 1."""
    return text.count("\n", 0, offset) + 1


def lines_of(text: str, paths: set[Path]) -> dict[Path, int]:
    """The line of each of these values; of a value that is not there, the line of the nearest one around it."""
    offsets = {place.path: place.offset for place in places(text)}
    found: dict[Path, int] = {}
    for path in paths:
        around = path
        while around and around not in offsets:
            around = around[:-1]
        found[path] = line_of(text, offsets.get(around, 0))
    return found


def shown_path(path: Path) -> str:
    """A path as a person reads it: ("nodes", 3, "rev") is "nodes[3].rev"."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text
