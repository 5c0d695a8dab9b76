"""Text fields: a line, or several lines where the parameter asks for them."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPlainTextEdit, QSizePolicy, QWidget

from gui.inspector.fields.field import Field, FieldContext
from nodegraph.parameters import Text


class Lines(QPlainTextEdit):
    """A text of several lines, as high as its text, between `least` and `most` lines. Tab leaves it."""

    def __init__(self, least: int, most: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._least, self._most = least, most
        self.setTabChangesFocus(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.textChanged.connect(self._grow)
        self._grow()

    def sizeHint(self) -> QSize:
        """As high as its lines."""
        lines = min(max(self.document().lineCount(), self._least), self._most)
        around = 2 * (self.frameWidth() + round(self.document().documentMargin())) + 10
        return QSize(super().sizeHint().width(), self.fontMetrics().lineSpacing() * lines + around)

    def minimumSizeHint(self) -> QSize:
        """It may be narrow but not low."""
        return QSize(80, self.sizeHint().height())

    def _grow(self) -> None:
        self.setFixedHeight(self.sizeHint().height())


class TextField(Field):
    """Free text."""

    def __init__(self, context: FieldContext, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        facet = self.parameter.facet(Text)
        self._many = facet is not None and facet.lines > 1
        self.edit: QLineEdit | QPlainTextEdit
        if facet is not None and facet.lines > 1:
            self.edit = Lines(facet.lines, 12, self)
            self.edit.textChanged.connect(self._changed)
        else:
            self.edit = QLineEdit(self)
            self.edit.textEdited.connect(self.edited.emit)
        layout.addWidget(self.edit)
        self.set_main(self.edit)

    def text(self) -> str:
        """What is written."""
        return self.edit.toPlainText() if isinstance(self.edit, QPlainTextEdit) else self.edit.text()

    def show_value(self, value: object) -> None:
        """Shows the text; the caret stays where it is when it is shown already."""
        text = "" if value is None else str(value)
        if text != self.text():
            blocked = self.edit.blockSignals(True)
            if isinstance(self.edit, QPlainTextEdit):
                self.edit.setPlainText(text)
                self.edit._grow() if isinstance(self.edit, Lines) else None
            else:
                self.edit.setText(text)
            self.edit.blockSignals(blocked)
        self.edit.setPlaceholderText(self.tr("Not set") if value is None and self.parameter.nullable else "")

    def show_mixed(self) -> None:
        """Shows that the nodes differ."""
        self.show_value("")
        self.edit.setPlaceholderText(self.tr("Several values"))

    def _changed(self) -> None:
        self.edited.emit(self.text())
