"""Fields for values of a type that no other field knows: the value as JSON."""

from __future__ import annotations

import json

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from gui.inspector.fields.field import Field, FieldContext


class RawField(Field):
    """Any JSON value, as it is written in the file."""

    def __init__(self, context: FieldContext, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self.edit = QLineEdit(self)
        self.edit.textEdited.connect(self._typed)
        layout.addWidget(self.edit)
        self.set_main(self.edit)

    def show_value(self, value: object) -> None:
        """Shows the value as JSON."""
        known, written = _parsed(self.edit.text())
        if not known or written != value:
            self.edit.setText(json.dumps(value, ensure_ascii=False))

    def _typed(self, text: str) -> None:
        known, value = _parsed(text)
        self.mark(wrong=not known)
        if known:
            self.edited.emit(value)


def _parsed(text: str) -> tuple[bool, object]:
    try:
        return True, json.loads(text)
    except ValueError:
        return False, None
