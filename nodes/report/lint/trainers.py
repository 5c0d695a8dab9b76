"""What each trainer takes: suffixes, folders, captions. After the sources of sd-scripts, OneTrainer and ai-toolkit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal

from nodes.balance.presets import Trainer

CAPTION_SUFFIXES = (".txt", ".caption", ".json")


@dataclass(frozen=True, slots=True)
class Habits:
    """How a trainer reads a folder.

    `suffixes`  of pictures, in small letters; `mixed_case`: whether ".Jpg" is one as well.
    `deep`      whether it looks into folders below.
    `lines`     of a caption: it takes the first one, one at random, or all.
    `turns`     whether it turns pictures as their EXIF says.
    `strict`    whether a caption that is not UTF-8 stops it.
    """

    suffixes: frozenset[str]
    mixed_case: bool
    deep: bool
    lines: Literal["first", "random", "all"]
    turns: bool
    strict: bool = True

    def takes(self, name: str) -> bool:
        """Whether it sees a picture in a file of this name."""
        suffix = PurePosixPath(name).suffix
        one_case = suffix in (suffix.lower(), suffix.upper())
        return suffix.lower() in self.suffixes and (self.mixed_case or one_case)


HABITS: Mapping[Trainer, Habits] = {
    "sd-scripts": Habits(frozenset((".png", ".jpg", ".jpeg", ".webp", ".bmp")), False, False, "first", False),
    "onetrainer": Habits(
        frozenset((".bmp", ".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp", ".avif")), True, False, "random", True
    ),
    "ai-toolkit": Habits(frozenset((".jpg", ".jpeg", ".png", ".webp")), True, True, "all", True, False),
}
