"""Settings: what the app remembers between two starts. One class over one QSettings, which tests hand in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, cast

from PySide6.QtCore import QByteArray, QObject, QSettings, Signal

ThemeChoice = Literal["system", "dark", "light"]
THEMES: tuple[ThemeChoice, ...] = ("system", "dark", "light")
DEVICES = ("auto", "cpu", "cuda", "mps")
MOST_RECENT = 10
MOST_USES = 60


class Settings(QObject):
    """Typed access to the stored settings; what was stored wrongly counts as not stored.

    `keys_changed` follows new shortcuts, `theme_changed` another theme, `recent_changed` another recent file.
    """

    keys_changed = Signal()
    theme_changed = Signal(str)
    recent_changed = Signal()

    def __init__(self, store: QSettings | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store if store is not None else QSettings()

    def keys(self) -> dict[str, tuple[str, ...]]:
        """The shortcuts that the user chose, by action id; actions with their defaults are not in it."""
        given = _parsed(self._text("keys"))
        if not isinstance(given, dict):
            return {}
        return {
            str(id): tuple(str(key) for key in cast(list[object], keys))
            for id, keys in cast(dict[object, object], given).items()
            if isinstance(keys, list)
        }

    def set_keys(self, keys: Mapping[str, tuple[str, ...]]) -> None:
        """Remembers the shortcuts that differ from the defaults."""
        self._store.setValue("keys", json.dumps({id: list(given) for id, given in keys.items()}))
        self.keys_changed.emit()

    @property
    def theme(self) -> ThemeChoice:
        """The theme that was chosen; "system" follows the desktop."""
        given = self._text("theme")
        return cast(ThemeChoice, given) if given in THEMES else "system"

    def set_theme(self, theme: ThemeChoice) -> None:
        """Remembers the theme."""
        self._store.setValue("theme", theme)
        self.theme_changed.emit(theme)

    @property
    def device(self) -> str:
        """Where models run: "auto" or the name of a device."""
        given = self._text("device")
        return given if given in DEVICES else "auto"

    def set_device(self, device: str) -> None:
        """Remembers where models run."""
        self._store.setValue("device", device)

    def recent(self) -> list[Path]:
        """The graph files opened or saved last, the latest first, those that are gone left out."""
        given = _parsed(self._text("recent"))
        paths = [Path(str(path)) for path in cast(list[object], given)] if isinstance(given, list) else []
        return [path for path in paths if path.is_file()]

    def add_recent(self, path: Path) -> None:
        """Puts a file at the top of the recent ones."""
        path = path.absolute()
        rest = [other for other in self.recent() if other != path]
        self._store.setValue("recent", json.dumps([str(one) for one in [path, *rest]][:MOST_RECENT]))
        self.recent_changed.emit()

    def clear_recent(self) -> None:
        """Forgets the recent files."""
        self._store.remove("recent")
        self.recent_changed.emit()

    def used_nodes(self) -> tuple[str, ...]:
        """The types of the nodes that were added last, the latest last."""
        given = _parsed(self._text("used_nodes"))
        return tuple(str(type) for type in cast(list[object], given)) if isinstance(given, list) else ()

    def add_used_node(self, type: str) -> None:
        """Remembers that a node of this type was added."""
        self._store.setValue("used_nodes", json.dumps([*self.used_nodes(), type][-MOST_USES:]))

    def flag(self, name: str) -> bool:
        """Something that happened once and is not asked again, such as "hints-dismissed"."""
        return self._text(f"flags/{name}") == "yes"

    def set_flag(self, name: str, on: bool = True) -> None:
        """Remembers that it happened, or forgets it."""
        self._store.setValue(f"flags/{name}", "yes" if on else "no")

    def bytes(self, name: str) -> QByteArray | None:
        """Geometry or state that a window stored, or None."""
        given = self._store.value(f"window/{name}")
        return given if isinstance(given, QByteArray) and not given.isEmpty() else None

    def set_bytes(self, name: str, value: QByteArray) -> None:
        """Remembers a window's geometry or state."""
        self._store.setValue(f"window/{name}", value)

    def sync(self) -> None:
        """Writes everything to disk now."""
        self._store.sync()

    def _text(self, name: str) -> str:
        given = self._store.value(name, "")
        return given if isinstance(given, str) else ""


def _parsed(text: str) -> object:
    try:
        return json.loads(text) if text else None
    except ValueError:
        return None
