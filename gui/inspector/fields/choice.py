"""Choice fields: a few short choices as buttons side by side, more of them as a list that drops down."""

from __future__ import annotations

from PySide6.QtWidgets import QButtonGroup, QComboBox, QHBoxLayout, QSizePolicy, QToolButton, QWidget

from gui.inspector.fields.field import Field, FieldContext, calm_wheel
from gui.inspector.words import choice_text
from nodegraph.parameters import Parameter, literal_choices, union_members

MOST_BUTTONS = 4
MOST_LETTERS = 24


def choices_of(parameter: Parameter) -> list[object]:
    """The values of a parameter that is a `Literal`; None among them where it is nullable."""
    found = [choice for member in union_members(parameter.type) for choice in literal_choices(member)]
    return [None, *found] if found and parameter.nullable and None not in found else found


class ButtonsField(Field):
    """One of a few choices, all of them in sight."""

    def __init__(self, context: FieldContext, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._choices = choices_of(self.parameter)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        self._group = QButtonGroup(self)
        for index, choice in enumerate(self._choices):
            button = QToolButton(self)
            button.setText(self.tr("Not set") if choice is None else choice_text(choice))
            button.setCheckable(True)
            button.setProperty("role", "segment")
            button.setAccessibleName(f"{self.parameter.label}: {button.text()}")
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            self._group.addButton(button, index)
            layout.addWidget(button)
        self._group.idClicked.connect(lambda index: self.say(self._choices[index]))
        first = self._group.button(0)
        self.set_main(first)
        first.setAccessibleName(f"{self.parameter.label}: {first.text()}")

    def show_value(self, value: object) -> None:
        """Presses the button of the value; none for a value that is no choice."""
        self._group.setExclusive(False)
        for index, choice in enumerate(self._choices):
            self._group.button(index).setChecked(choice == value and type(choice) is type(value))
        self._group.setExclusive(True)


class ListField(Field):
    """One of many choices. A value that is none of them is kept and marked."""

    def __init__(self, context: FieldContext, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._choices = choices_of(self.parameter)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self.box = QComboBox(self)
        for choice in self._choices:
            self.box.addItem(self.tr("Not set") if choice is None else choice_text(choice))
        self.box.activated.connect(self._chosen)
        calm_wheel(self.box)
        layout.addWidget(self.box)
        self.set_main(self.box)

    def show_value(self, value: object) -> None:
        """Shows the choice."""
        while self.box.count() > len(self._choices):
            self.box.removeItem(self.box.count() - 1)
        if value in self._choices:
            self.box.setCurrentIndex(self._choices.index(value))
        else:
            self.box.addItem(self.tr("{0} (no choice)").format(value) if value is not None else "")
            self.box.setCurrentIndex(len(self._choices))

    def _chosen(self, index: int) -> None:
        if index < len(self._choices):
            self.say(self._choices[index])


def choice_field(context: FieldContext, parent: QWidget | None = None) -> Field:
    """Buttons where they fit in a row, else a list."""
    choices = choices_of(context.parameter)
    few = len(choices) <= MOST_BUTTONS and sum(len(str(choice)) for choice in choices) <= MOST_LETTERS
    return ButtonsField(context, parent) if few else ListField(context, parent)
