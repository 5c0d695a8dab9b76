"""Flag fields: a box to tick, with the parameter's name beside it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QWidget

from gui.inspector.fields.field import Field, FieldContext


class FlagField(Field):
    """Yes or no; partly ticked where it is not set or several nodes differ."""

    def __init__(self, context: FieldContext, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self.box = QCheckBox(self.parameter.label, self)
        self.box.clicked.connect(self._clicked)
        layout.addWidget(self.box)
        layout.addStretch(1)
        self.set_main(self.box)

    def show_value(self, value: object) -> None:
        """Ticks the box or not."""
        known = isinstance(value, bool)
        self.box.setTristate(not known)
        self.box.setCheckState(
            Qt.CheckState.PartiallyChecked if not known else Qt.CheckState.Checked if value else Qt.CheckState.Unchecked
        )

    def _clicked(self) -> None:
        on = self.box.checkState() != Qt.CheckState.Unchecked
        self.show_value(on)
        self.say(on)
