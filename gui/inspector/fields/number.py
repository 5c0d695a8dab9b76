"""Number fields: a number to type, to step with the arrow keys and, where a range is declared, to slide."""

from __future__ import annotations

import math
import re

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QSlider, QWidget

from gui.inspector.fields.field import Field, FieldContext, calm_wheel
from gui.inspector.fields.scale import scale_of, step_of
from gui.inspector.look import restyled
from gui.inspector.words import number_text
from nodegraph.parameters import Range


class NumberEdit(QLineEdit):
    """A line for a number. Up and down step it (Shift: a tenth of a step, Ctrl: ten steps), so does the wheel."""

    stepped = Signal(float)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Steps on up and down."""
        direction = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()))
        if direction is None:
            super().keyPressEvent(event)
        else:
            self.stepped.emit(direction * _size(event.modifiers()))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Steps by the wheel, while in focus."""
        turn = event.angleDelta().y() or event.angleDelta().x()
        if turn:
            self.stepped.emit(math.copysign(1, turn) * _size(event.modifiers()))
        event.accept()


def _size(modifiers: Qt.KeyboardModifier) -> float:
    if modifiers & Qt.KeyboardModifier.ShiftModifier:
        return 0.1
    return 10 if modifiers & Qt.KeyboardModifier.ControlModifier else 1


class NumberField(Field):
    """A number with decimals."""

    whole = False

    def __init__(self, context: FieldContext, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        span = self.parameter.facet(Range)
        self._step = step_of(span, whole=self.whole)
        self._scale = scale_of(span, whole=self.whole)
        self._value: object = None
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        self.slider = self._made_slider() if self._scale else None
        if self.slider:
            layout.addWidget(self.slider, 1)
        self.edit = NumberEdit(self)
        self.edit.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.edit.setFixedWidth(92 if self.slider else 112)
        calm_wheel(self.edit)
        self.edit.textEdited.connect(self._typed)
        self.edit.stepped.connect(self._stepped)
        self.edit.editingFinished.connect(self._finished)
        layout.addWidget(self.edit)
        self.set_main(self.edit)
        if span and span.unit:
            unit = QLabel(span.unit, self)
            unit.setProperty("role", "dim")
            layout.addWidget(unit)
        self.compact = self.slider is None

    def _made_slider(self) -> QSlider:
        slider = QSlider(Qt.Orientation.Horizontal, self)
        assert self._scale is not None
        slider.setRange(0, self._scale.count)
        slider.setPageStep(max(1, self._scale.count // 10))
        slider.setAccessibleName(self.tr("{0}, slider").format(self.parameter.label))
        calm_wheel(slider)
        slider.valueChanged.connect(self._slid)
        slider.sliderReleased.connect(self.settled)
        return slider

    def show_value(self, value: object) -> None:
        """Shows the number; leaves the text alone where it means this number already."""
        self._value = value
        known, typed = self._parsed(self.edit.text())
        if not known or typed != value or not self.edit.hasFocus():
            self.edit.setText(number_text(value))
        self.edit.setPlaceholderText(self.tr("Not set") if value is None and self.parameter.nullable else "")
        self._show_slider(value)

    def show_mixed(self) -> None:
        """Shows that the nodes differ."""
        self.show_value(None)
        self.edit.setPlaceholderText(self.tr("Several"))

    def _show_slider(self, value: object) -> None:
        if self.slider is None or self._scale is None:
            return
        number = value if isinstance(value, (int, float)) and not isinstance(value, bool) else None
        blocked = self.slider.blockSignals(True)
        if not self.slider.isSliderDown():
            self.slider.setValue(0 if number is None else self._scale.position(number))
        self.slider.blockSignals(blocked)
        if self.slider.property("unset") != (number is None):
            self.slider.setProperty("unset", number is None)
            restyled(self.slider)

    def _typed(self, text: str) -> None:
        known, value = self._parsed(text)
        if known:
            self._value = value
            self._show_slider(value)
            self.edited.emit(value)
        else:
            self.mark(wrong=True)

    def _stepped(self, steps: float) -> None:
        start = self._value if isinstance(self._value, (int, float)) else self._start()
        value = start + (math.copysign(max(1, abs(steps)), steps) if self.whole else steps) * self._step
        span = self.parameter.facet(Range)
        if span is not None:
            value = max(value, span.low) if span.low is not None else value
            value = min(value, span.high) if span.high is not None else value
        self._tell(round(value) if self.whole else round(value, 10))

    def _start(self) -> float:
        span = self.parameter.facet(Range)
        default = self.parameter.default
        if isinstance(default, (int, float)):
            return default
        return span.low if span and span.low is not None else 0

    def _slid(self, position: int) -> None:
        assert self._scale is not None
        self._tell(self._scale.value(position))

    def _tell(self, value: float) -> None:
        self._value = value if self.whole else float(value)
        self.edit.setText(number_text(self._value))
        self._show_slider(self._value)
        self.edited.emit(self._value)

    def _finished(self) -> None:
        known, _ = self._parsed(self.edit.text())
        if not known:
            self.edit.setText(number_text(self._value))
            self.mark(wrong=False)
        self.settled.emit()

    def _parsed(self, text: str) -> tuple[bool, float | None]:
        text = text.strip().replace(",", ".")
        if not text:
            return self.parameter.nullable, None
        if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", text):
            return False, None
        number = float(text)
        if not math.isfinite(number) or (self.whole and number != int(number)):
            return False, None
        return True, int(text) if self.whole and re.fullmatch(r"[+-]?\d+", text) else int(
            number
        ) if self.whole else number
