"""Why a file gives no picture: a fact about its bytes that can be remembered, or a mishap of the moment."""

from __future__ import annotations

from typing import Literal

UnreadableRule = Literal["empty", "not-an-image", "unsupported", "truncated", "corrupt", "too-large"]
UnavailableRule = Literal["vanished", "no-permission", "not-a-file", "changing", "no-memory", "io-error"]


class _NoPictureError(Exception):
    def __init__(self, rule: str, reason: str) -> None:
        super().__init__(rule, reason)
        self.rule = rule
        self.reason = reason

    def __str__(self) -> str:
        return self.reason


class Unreadable(_NoPictureError):  # noqa: N818  (a fact about a file, not a fault)
    """The bytes give no picture under this recipe, today and for ever. `rule` is short, `reason` for people."""

    def __init__(self, rule: UnreadableRule, reason: str) -> None:
        super().__init__(rule, reason)


class Unavailable(_NoPictureError):  # noqa: N818
    """The file could not be read now: gone, forbidden, no regular file, a failing disk. Says nothing of its content."""

    def __init__(self, rule: UnavailableRule, reason: str) -> None:
        super().__init__(rule, reason)


def unavailable(error: OSError) -> Unavailable:
    """What an error of the operating system means for the file it came from."""
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return Unavailable("vanished", "the file is no longer there")
    if isinstance(error, PermissionError):
        return Unavailable("no-permission", "reading the file is not permitted")
    return Unavailable("io-error", f"the file could not be read: {error.strerror or error}")
