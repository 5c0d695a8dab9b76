"""The command palette: every action of the app by a few letters, with its keys."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QWidget

from gui.actions import Actions
from gui.palette.fuzzy import ranked
from gui.palette.search_popup import Entry, SearchPopup
from gui.theme.theme import Theme
from gui.translation import words


class CommandPalette(SearchPopup):
    """Triggers the action that is picked. Those that are not possible now are shown dimmed."""

    def __init__(self, actions: Actions, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, self.tr("Type a command"), parent, details=False)
        self._actions = actions
        self.picked.connect(lambda id: self._actions[id].trigger())

    def entries(self, query: str) -> Sequence[Entry]:
        """Actions whose text or menu fits."""
        specs = ranked(query, self._actions.specs.values(), lambda spec: (spec.name, words(spec.menu), spec.help))
        return [self._entry(spec.id, spec.name, words(spec.menu)) for spec in specs if spec.id != "help.commands"]

    def _entry(self, id: str, text: str, menu: str) -> Entry:
        action = self._actions[id]
        keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        return Entry(id, f"{menu}: {text}", keys, enabled=action.isEnabled())
