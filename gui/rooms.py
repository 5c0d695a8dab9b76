"""Rooms: the window's parts by name; where one is not installed an empty panel stands in, so that the rest works."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel


class _Empty(QLabel):
    """An empty panel."""

    def fit(self) -> None:
        """Nothing to fit."""

    def center_on(self, node: str) -> None:
        """Nothing to show."""


def part(module: str, name: str) -> Any:
    """The class `name` of a module of the app, or one that makes an empty panel."""
    full = f"gui.{module}"
    if find_spec(full) is None:
        return lambda *_given, **_named: _Empty(name, alignment=Qt.AlignmentFlag.AlignCenter)
    return getattr(import_module(full), name)
