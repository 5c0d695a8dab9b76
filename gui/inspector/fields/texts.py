"""Fields for a list of texts, such as prompts: one a line."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.inspector.fields.field import Field, FieldContext
from gui.inspector.fields.text import Lines
from nodegraph.parameters import Text


class TextsField(Field):
    """A list of texts, one a line. Empty lines are none."""

    def __init__(self, context: FieldContext, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        layout = self.under = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        facet = self.parameter.facet(Text)
        self.edit = Lines(max(2, facet.lines if facet else 2), 12, self)
        self.edit.setPlaceholderText(self.tr("One a line"))
        self.edit.textChanged.connect(lambda: self.edited.emit(self.texts()))
        layout.addWidget(self.edit)
        self.set_main(self.edit)

    def texts(self) -> list[str]:
        """The texts that are written."""
        return [line.strip() for line in self.edit.toPlainText().split("\n") if line.strip()]

    def show_value(self, value: object) -> None:
        """Shows the texts; leaves what is written where it means them already."""
        texts = [str(item) for item in value] if isinstance(value, list) else [] if value is None else [str(value)]
        if texts != self.texts():
            blocked = self.edit.blockSignals(True)
            self.edit.setPlainText("\n".join(texts))
            self.edit._grow()
            self.edit.blockSignals(blocked)

    def show_mixed(self) -> None:
        """Shows that the nodes differ."""
        self.show_value([])
        self.edit.setPlaceholderText(self.tr("Several values"))
