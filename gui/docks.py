"""The docks around the canvas: outline left, inspector right, gallery with problems and log below."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QTabWidget, QWidget

from gui.actions import Actions

LEFT = Qt.DockWidgetArea.LeftDockWidgetArea
RIGHT = Qt.DockWidgetArea.RightDockWidgetArea
BOTTOM = Qt.DockWidgetArea.BottomDockWidgetArea
STATE_VERSION = 1
ROUND = ("inspector", "gallery", "problems", "log", "outline")
"""The order in which the keyboard goes from panel to panel."""


class Docks:
    """The window's docks by name; each is shown, brought to the front and hidden by its action "view.NAME"."""

    def __init__(self, window: QMainWindow, actions: Actions, panels: dict[str, QWidget]) -> None:
        self._window = window
        self._actions = actions
        self._docks: dict[str, QDockWidget] = {}
        window.setDockNestingEnabled(True)
        window.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        window.setCorner(Qt.Corner.BottomRightCorner, RIGHT)
        for name, area in (
            ("outline", LEFT),
            ("inspector", RIGHT),
            ("gallery", BOTTOM),
            ("problems", BOTTOM),
            ("log", BOTTOM),
        ):
            dock = QDockWidget(actions[f"view.{name}"].text(), window)
            dock.setObjectName(f"dock_{name}")
            dock.setWidget(panels[name])
            dock.setFeatures(QDockWidget.DockWidgetFeature.DockWidgetMovable)  # its action closes it
            if area is BOTTOM:
                dock.setTitleBarWidget(QWidget())  # its tab says what it is
            window.addDockWidget(area, dock)
            self._docks[name] = dock
            self._follow(dock, actions, name)
        window.tabifyDockWidget(self._docks["gallery"], self._docks["problems"])
        window.tabifyDockWidget(self._docks["problems"], self._docks["log"])
        self._docks["gallery"].raise_()
        self._docks["outline"].hide()
        actions["view.outline"].setChecked(False)

    def __getitem__(self, name: str) -> QDockWidget:
        return self._docks[name]

    def arrange(self) -> None:
        """The sizes of a first start: most of the room for the canvas."""
        window = self._window
        right = min(380, max(320, window.width() // 5))
        height = window.height()
        below = min(340, max(height * 3 // 10, min(284, height * 36 // 100)))
        window.resizeDocks([self._docks["inspector"]], [right], Qt.Orientation.Horizontal)
        window.resizeDocks([self._docks["gallery"]], [below], Qt.Orientation.Vertical)

    def show(self, name: str) -> None:
        """Shows a dock and brings it to the front."""
        self._docks[name].show()
        self._docks[name].raise_()

    def enter(self, name: str) -> bool:
        """Shows a dock and puts the keyboard into it; False where nothing in it takes the keyboard now."""
        self.show(name)
        place = _first_place(self._docks[name].widget())
        if place is None:
            return False
        place.setFocus(Qt.FocusReason.ShortcutFocusReason)
        return True

    def enter_next(self) -> None:
        """Puts the keyboard into the next panel in sight, after the last one into the graph."""
        focus = self._window.focusWidget()
        shown = [name for name in ROUND if self._actions[f"view.{name}"].isChecked()]
        here = [name for name in shown if focus is not None and self._docks[name].isAncestorOf(focus)]
        later = shown[shown.index(here[0]) + 1 :] if here else shown
        graph = self._window.centralWidget()
        if not any(self.enter(name) for name in later) and graph is not None:
            graph.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def leave(self, name: str) -> None:
        """Hides a dock; the keyboard goes back to the graph if it was there."""
        dock, focus = self._docks[name], self._window.focusWidget()
        graph = self._window.centralWidget() if focus is not None and dock.isAncestorOf(focus) else None
        dock.hide()
        if graph is not None:
            graph.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def state(self) -> QByteArray:
        """Which docks are where, to be kept."""
        return self._window.saveState(STATE_VERSION)

    def restore(self, state: QByteArray) -> bool:
        """Puts the docks where they were."""
        return self._window.restoreState(state, STATE_VERSION)

    def rename(self, name: str, title: str) -> None:
        """Gives a dock another title, for counts."""
        self._docks[name].setWindowTitle(title)

    def _follow(self, dock: QDockWidget, actions: Actions, name: str) -> None:
        action = actions[f"view.{name}"]
        # a dock behind another's tab is not in sight: its action brings it to the front
        dock.visibilityChanged.connect(action.setChecked)
        action.setChecked(not dock.isHidden())
        action.triggered.connect(lambda on: self.enter(name) if on else self.leave(name))


def _first_place(panel: QWidget) -> QWidget | None:
    """Where the keyboard begins in a panel: what it names as such, else the first field in sight."""
    named = panel.focusProxy()
    if named is not None and named.isVisible():
        return named
    place: QWidget | None = panel.nextInFocusChain()
    while place is not None and place is not panel:
        takes = place.isVisible() and place.isEnabled() and bool(place.focusPolicy() & Qt.FocusPolicy.TabFocus)
        if takes and panel.isAncestorOf(place):
            return place
        place = place.nextInFocusChain()
    return None
