"""A theme as a value: a QColor for each name of the palette file. Views are handed it and ask for colours by name."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PySide6.QtGui import QColor

ThemeName = Literal["dark", "light"]


@dataclass(frozen=True)
class Theme:
    """Colours by name. `theme["accent"]` is a QColor; an unknown name is a mistake."""

    name: ThemeName
    colours: dict[str, QColor]

    def __getitem__(self, name: str) -> QColor:
        return self.colours[name]


def load_theme(name: ThemeName) -> Theme:
    """The theme of this name from the palette file."""
    data = tomllib.loads((Path(__file__).parent / "palette.toml").read_text("utf-8"))
    return Theme(name, {key: QColor(value) for key, value in data[name].items()})
