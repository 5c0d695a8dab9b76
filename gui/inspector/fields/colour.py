"""Colour fields: "#rrggbb" to type, and a swatch that opens the system's colour dialog."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import QColorDialog, QHBoxLayout, QLineEdit, QToolButton, QWidget

from gui.inspector.fields.field import Field, FieldContext


class ColourField(Field):
    """A colour."""

    def __init__(self, context: FieldContext, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        self.swatch = QToolButton(self)
        self.swatch.setProperty("role", "button")
        self.swatch.setIconSize(QSize(28, 14))
        self.swatch.setAccessibleName(self.tr("{0}: choose a colour").format(self.parameter.label))
        self.swatch.clicked.connect(self._choose)
        layout.addWidget(self.swatch)
        self.edit = QLineEdit(self)
        self.edit.setFixedWidth(96)
        self.edit.textEdited.connect(self._typed)
        layout.addWidget(self.edit)
        self.compact = True
        self.set_main(self.edit)

    def show_value(self, value: object) -> None:
        """Shows the colour."""
        text = "" if value is None else str(value)
        if text != self.edit.text():
            self.edit.setText(text)
        self.edit.setPlaceholderText(self.tr("Not set") if value is None else "")
        colour = QColor.fromString(text) if text else QColor()
        picture = QPixmap(56, 28)
        picture.fill(colour if colour.isValid() else self.context.theme["border"])
        self.swatch.setIcon(QIcon(picture))

    def _typed(self, text: str) -> None:
        self.edited.emit(None if not text and self.parameter.nullable else text)

    def _choose(self) -> None:
        chosen = QColorDialog.getColor(QColor.fromString(self.edit.text()), self, self.parameter.label)
        if chosen.isValid():
            self.show_value(chosen.name())
            self.say(chosen.name())
