"""Names of columns offered while a condition is typed into the search of the gallery."""

from __future__ import annotations

import re
from collections.abc import Iterable

from PySide6.QtCore import QStringListModel, Qt
from PySide6.QtWidgets import QCompleter, QLineEdit

from gui.expression_words import expression_words


class ConditionWords(QCompleter):
    """Completes the word before the caret of a line, while it is switched on. The arrow keys choose, Enter takes."""

    def __init__(self, line: QLineEdit) -> None:
        self._names = QStringListModel()
        super().__init__(self._names, line)
        self._line, self._on = line, False
        self.setWidget(line)
        self.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setFilterMode(Qt.MatchFlag.MatchContains)
        self.activated.connect(self._take)
        if (popup := self.popup()) is not None:
            popup.setObjectName("completions")
        line.textEdited.connect(self._offer)

    def offer(self, columns: Iterable[str]) -> None:
        """Offers these columns, and what can be said of them."""
        self._names.setStringList(expression_words(columns))

    def switch(self, on: bool) -> None:
        """Whether words are offered."""
        self._on = on
        if not on and (popup := self.popup()) is not None:
            popup.hide()

    def _begun(self) -> str:
        found = re.search(r"[A-Za-z_][A-Za-z0-9_]*$", self._line.text()[: self._line.cursorPosition()])
        return found[0] if found else ""

    def _offer(self) -> None:
        begun = self._begun()
        self.setCompletionPrefix(begun)
        popup = self.popup()
        if not self._on or not begun or not self.completionCount() or self.currentCompletion() == begun:
            if popup is not None:
                popup.hide()
            return
        area = self._line.rect()
        area.setWidth(max(220, area.width()))
        self.complete(area)

    def _take(self, word: str) -> None:
        text, caret = self._line.text(), self._line.cursorPosition()
        start = caret - len(self._begun())
        self._line.setText(f"{text[:start]}{word}{text[caret:]}")
        self._line.setCursorPosition(start + len(word))
