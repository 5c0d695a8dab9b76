"""A row of a form: a parameter's name, field, help, what is wrong with it, and buttons to reset, unset and pin."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from gui.inspector.binding import Binding
from gui.inspector.factory import field_for
from gui.inspector.fields.field import Field, FieldContext
from gui.inspector.fields.flag import FlagField
from gui.inspector.glyphs import icon
from gui.inspector.notice import ProblemNote
from gui.inspector.words import number_text, rich


class ParameterRow(QWidget):
    """One parameter. `title` and `help` stand in for its own, for knobs."""

    def __init__(
        self,
        binding: Binding,
        context: FieldContext,
        parent: QWidget | None = None,
        *,
        title: str = "",
        help: str = "",
    ) -> None:
        super().__init__(parent)
        self.binding = binding
        self.parameter = context.parameter
        self._theme = context.theme
        self.field: Field = field_for(context, self)
        self.field.edited.connect(self._edited)
        self.field.settled.connect(binding.settle)
        self.reset = self._button("reset", self.tr("Back to the default: {0}").format(self._default_text()))
        self.reset.clicked.connect(binding.clear)
        self.unset = self._button("cross", self.tr("Leave {0} unset").format(self.parameter.label.lower()))
        self.unset.clicked.connect(lambda: self.field.say(None))
        self.pin = self._button("pin", self.tr("Make a knob of it"))
        self.pin.setCheckable(True)
        self.pin.clicked.connect(binding.set_knob)
        self._notes: list[ProblemNote] = []
        self._help = help or self.parameter.help
        self._build(title, self._help)
        self.renew()
        self.show_problems()

    def _build(self, title: str, help: str) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3)
        head = QHBoxLayout()
        head.setSpacing(2)
        if isinstance(self.field, FlagField):
            if title:
                self.field.box.setText(title)
            head.addWidget(self.field, 1)
        else:
            name = QLabel((title or self.parameter.label).replace("&", "&&"), self)
            name.setWordWrap(True)
            name.setProperty("role", "name")
            name.setToolTip(rich(help))
            name.setBuddy(self.field.focusProxy() or self.field)
            head.addWidget(name, 1)
        if self.field.compact:
            head.addWidget(self.field)
        may_come = {self.unset: self.parameter.nullable, self.reset: not self.parameter.required, self.pin: True}
        for button, may in may_come.items():
            policy = button.sizePolicy()
            policy.setRetainSizeWhenHidden(self.field.compact and may)  # else the field would jump when one is shown
            button.setSizePolicy(policy)
            head.addWidget(button)
        layout.addLayout(head)
        self._under = 1
        if not isinstance(self.field, FlagField) and not self.field.compact:
            layout.addWidget(self.field)
            self._under = 2
        self._help_text = QLabel(rich(help), self)
        self._help_text.setProperty("role", "help")
        self._help_text.setWordWrap(True)
        self._help_text.setTextFormat(Qt.TextFormat.RichText)
        layout.addWidget(self._help_text)
        self._layout = layout

    def renew(self) -> None:
        """Shows the values that the nodes have now."""
        alike, value = self.binding.common()
        if alike:
            self.field.show_value(value)
        else:
            self.field.show_mixed()
        self.reset.setVisible(self.binding.changed and not self.parameter.required)
        self.unset.setVisible(self.parameter.nullable and value is not None and alike)
        knob = self.binding.knob()
        self.pin.setVisible(len(self.binding.nodes) == 1)
        self.pin.setChecked(knob is not None)
        tip = (
            self.tr('Knob "{0}": click to remove it').format(knob.name)
            if knob
            else self.tr("Make a knob of it: shown on the graph's page and set from the command line by name")
        )
        self.pin.setToolTip(tip)

    def show_problems(self) -> None:
        """Shows what the last check said."""
        for note in self._notes:
            self._layout.removeWidget(note)
            note.hide()
            note.deleteLater()
        problems = self.binding.problems()
        self._notes = [ProblemNote(found, self._theme, self) for found in problems]
        for note in self._notes:
            self._layout.insertWidget(self._under, note)
        self._help_text.setVisible(bool(self._help) and all(found.fix != self._help for found in problems))
        self.field.mark(wrong=any(found.severity == "error" for found in problems))

    @property
    def has_problem(self) -> bool:
        """Whether a problem is shown."""
        return bool(self._notes)

    def focus(self) -> None:
        """Puts the caret into the field."""
        (self.field.focusProxy() or self.field).setFocus(Qt.FocusReason.OtherFocusReason)

    def _edited(self, value: object) -> None:
        self.binding.set(value)

    def _default_text(self) -> str:
        default = self.parameter.default
        if self.parameter.required:
            return ""
        if default is None:
            return self.tr("not set")
        if isinstance(default, bool):
            return self.tr("on") if default else self.tr("off")
        if isinstance(default, list):
            return ", ".join(map(str, default)) or self.tr("none")
        return number_text(default) or self.tr("empty")

    def _button(self, glyph: str, tip: str) -> QToolButton:
        button = QToolButton(self)
        button.setIcon(icon(glyph, self._theme["text_dim"], self._theme["accent"]))
        button.setToolTip(tip)
        button.setAccessibleName(f"{self.parameter.label}: {tip}")
        return button
