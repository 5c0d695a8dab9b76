"""Qt's types in Python, all made before the first event: PySide makes each when it is first asked for.

PySide 6.11 crashes where it must make one while it hands an event to Python (an event filter is given a kind of event
or a style that Python never met): making the type looks through the types that are still to be made, finds itself
there, and takes itself off the list twice. Workers that touch Qt's types at the same time are no better off.
"""

from __future__ import annotations

from PySide6 import QtCore, QtGui, QtWidgets


def make_types() -> None:
    """Makes the types of all rooms of Qt that the app uses; some 30 ms, nothing the second time."""
    for room in (QtCore, QtGui, QtWidgets):
        for name in dir(room):
            getattr(room, name)
