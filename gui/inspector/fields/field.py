"""What all fields share: they show a value, say `edited` when a person changes it, `settled` when a gesture ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from gui.inspector.look import restyled
from gui.theme.theme import Theme
from nodegraph.graph.columns import ColumnsAt
from nodegraph.parameters import Parameter
from nodegraph.registry import Registry


@dataclass(frozen=True)
class FieldContext:
    """What a field may know: parameter, columns upstream, installed models, where relative paths lead from."""

    parameter: Parameter
    registry: Registry
    theme: Theme
    columns: ColumnsAt
    base: Callable[[], Path]


class Field(QWidget):
    """A widget for one value. `show_value` never says `edited`; what a person does always does."""

    edited = Signal(object)
    settled = Signal()

    compact = False
    """Whether it is so narrow that it stands beside its name."""

    def __init__(self, context: FieldContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.context = context
        self.parameter = context.parameter

    def show_value(self, value: object) -> None:
        """Shows a value, whatever it is: one of a wrong type is kept until it is changed."""
        raise NotImplementedError

    def show_mixed(self) -> None:
        """Shows that several nodes differ in this."""
        self.show_value(None)

    def show_columns(self, columns: ColumnsAt) -> None:
        """Hears that other columns are upstream now."""

    def mark(self, wrong: bool) -> None:
        """Marks the value as wrong, or not."""
        widget = self.focusProxy() or self
        widget.setProperty("wrong", wrong)
        restyled(widget)

    def say(self, value: object) -> None:
        """Says a change that is done at once: its own step in the history."""
        self.edited.emit(value)
        self.settled.emit()

    def set_main(self, widget: QWidget) -> None:
        """Names the widget that takes the focus and is read aloud as the parameter."""
        self.setFocusProxy(widget)
        widget.setAccessibleName(self.parameter.label)
        widget.setAccessibleDescription(self.parameter.help)
        widget.installEventFilter(SettleOnLeave(self))


class SettleOnLeave(QObject):
    """Ends the gesture when the focus leaves a widget, so that typing is one step of the history each time."""

    def __init__(self, field: Field) -> None:
        super().__init__(field)
        self._field = field

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Hears of the focus leaving."""
        # a widget that is being destroyed loses the focus too, when the field around it is half gone
        if event.type() == QEvent.Type.FocusOut and isValid(self._field):
            self._field.settled.emit()
        return False


class WheelPasses(QObject):
    """Lets the wheel scroll the form instead of turning what happens to be under the pointer."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Takes wheel events from widgets that are not in focus."""
        if event.type() == QEvent.Type.Wheel and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()
            return True
        return False


def calm_wheel(widget: QWidget) -> None:
    """The wheel turns this widget only while it has the focus."""
    widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    widget.installEventFilter(WheelPasses(widget))
