"""Hands: mouse events on a canvas as a person makes them, fast enough for thousands: press, moves, release."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

LEFT, RIGHT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton
NO_BUTTON, NO_KEYS = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
Keys = Qt.KeyboardModifier


def send(
    widget: QWidget, kind: QEvent.Type, at: QPoint, button: Qt.MouseButton, held: Qt.MouseButton, keys: Keys = NO_KEYS
) -> None:
    """One mouse event, delivered as Qt delivers it."""
    place = QPointF(at)
    event = QMouseEvent(kind, place, QPointF(widget.mapToGlobal(at)), button, held, keys)
    QApplication.sendEvent(widget, event)


def press(widget: QWidget, at: QPoint, button: Qt.MouseButton = LEFT, keys: Keys = NO_KEYS) -> None:
    """Presses a button."""
    send(widget, QEvent.Type.MouseButtonPress, at, button, button, keys)


def move(widget: QWidget, at: QPoint, button: Qt.MouseButton = LEFT, keys: Keys = NO_KEYS) -> None:
    """Moves the mouse with a button held."""
    send(widget, QEvent.Type.MouseMove, at, NO_BUTTON, button, keys)


def release(widget: QWidget, at: QPoint, button: Qt.MouseButton = LEFT, keys: Keys = NO_KEYS) -> None:
    """Lets a button go."""
    send(widget, QEvent.Type.MouseButtonRelease, at, button, NO_BUTTON, keys)


def way(start: QPoint, end: QPoint, steps: int = 4) -> Iterable[QPoint]:
    """The places that a hand passes, the start left out."""
    return (start + (end - start) * step / steps for step in range(1, steps + 1))


def drag(
    widget: QWidget, start: QPoint, end: QPoint, button: Qt.MouseButton = LEFT, keys: Keys = NO_KEYS, steps: int = 4
) -> None:
    """Presses, moves in steps, lets go."""
    press(widget, start, button, keys)
    for at in way(start, end, steps):
        move(widget, at, button, keys)
    release(widget, end, button, keys)


def click(widget: QWidget, at: QPoint, button: Qt.MouseButton = LEFT, keys: Keys = NO_KEYS) -> None:
    """Presses and lets go in place."""
    press(widget, at, button, keys)
    release(widget, at, button, keys)


def double_click(widget: QWidget, at: QPoint, keys: Keys = NO_KEYS) -> None:
    """What the second click of two is."""
    click(widget, at, LEFT, keys)
    send(widget, QEvent.Type.MouseButtonDblClick, at, LEFT, LEFT, keys)
    release(widget, at, LEFT, keys)
