"""What can be done with the pictures that are chosen in the grid: a menu, and keys while the grid has the focus."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject, Qt, QUrl, Signal
from PySide6.QtGui import QAction, QContextMenuEvent, QDesktopServices, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QMenu

from gui.gallery.by_hand import ByHand
from gui.gallery.grid import Grid
from gui.gallery.verdict import VERDICTS
from gui.translation import words


class Chosen(QObject):
    """The actions on a grid. `opened(position)` and `paired(position, position)` ask for the viewer."""

    opened = Signal(int)
    paired = Signal(int, int)

    def __init__(self, grid: Grid, by_hand: ByHand) -> None:
        super().__init__(grid)
        self._grid, self._by_hand = grid, by_hand
        self._node, self._decides = "", False
        self.menu = QMenu(grid)
        self.open = self._add(self.tr("Open"), "", self._open)
        self.compare = self._add(self.tr("Side by Side"), "C", self._pair)
        self.menu.addSeparator()
        self.caption = self._add(self.tr("Edit Caption"), "F2", self._edit)
        self.menu.addSeparator()
        self.verdicts: dict[str, QAction] = {}
        for verdict, text, key, _tip in VERDICTS:
            self.verdicts[verdict] = self._add(words(text), key, lambda verdict=verdict: self._decide(verdict))
        self.back = self._add(self.tr("Take Back the Last Decision") + "\tCtrl+Z", "", self._take_back)
        self.menu.addSeparator()
        self.copy = self._add(self.tr("Copy Files"), "Ctrl+C", self._copy)
        self.folder = self._add(self.tr("Show in Folder"), "", self._show_folder)
        self.invert = self._add(self.tr("Invert Selection"), "Ctrl+I", grid.invert_selection)
        self.menu.aboutToShow.connect(self._renew)
        grid.selectionModel().selectionChanged.connect(self._renew)
        grid.installEventFilter(self)
        self._renew()

    def show_node(self, node: str, *, decides: bool) -> None:
        """The grid shows rows of this node; `decides`: people accept and reject pictures there."""
        self._node, self._decides = node, decides
        self._renew()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Opens the menu; takes Ctrl+Z while what was done last is a decision, and leaves it to the graph else."""
        if isinstance(event, QContextMenuEvent):
            self.menu.popup(event.globalPos())
            return True
        if isinstance(event, QKeyEvent) and event.matches(QKeySequence.StandardKey.Undo) and self._by_hand.is_last:
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress:
                self._take_back()
                return True
        return False

    def _add(self, text: str, keys: str, do: Callable[[], None]) -> QAction:
        action = QAction(text, self)
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        if keys:
            action.setShortcut(QKeySequence(keys))
        action.triggered.connect(lambda _checked=False: do())
        self.menu.addAction(action)
        self._grid.addAction(action)
        return action

    def _renew(self) -> None:
        count = self._grid.chosen_count()
        for action in (self.open, self.compare, self.copy, self.folder):
            action.setEnabled(count > 0)
        self.caption.setEnabled(count > 0 and self._grid.editable)
        self.caption.setVisible(self._grid.editable)
        for action in self.verdicts.values():
            action.setEnabled(count > 0 and self._decides)
            action.setVisible(self._decides)
        self.back.setEnabled(self._by_hand.is_last)

    def _open(self) -> None:
        self.opened.emit(self._current())

    def _pair(self) -> None:
        positions = self._grid.chosen()
        first = positions[0]
        self.paired.emit(first, positions[1] if len(positions) > 1 else min(first + 1, self._grid.rows.rowCount() - 1))

    def _current(self) -> int:
        current = self._grid.currentIndex().row()
        return current if current >= 0 else self._grid.chosen()[0]

    def _edit(self) -> None:
        self._grid.edit_caption(self._current())

    def _decide(self, verdict: str) -> None:
        """Decides about all that is chosen; then the next picture is chosen."""
        positions = self._grid.chosen()
        cids = self._grid.rows.values(positions, "cid")
        if self._by_hand.set_verdict(self._node, cids, verdict):
            self._grid.setCurrentIndex(self._grid.rows.index(min(positions[-1] + 1, self._grid.rows.rowCount() - 1)))

    def _take_back(self) -> None:
        back = self._by_hand.take_back()
        place = self._grid.rows.position_of(back[0], "cid") if back else None
        if place is not None:
            self._grid.setCurrentIndex(self._grid.rows.index(place))

    def _paths(self) -> list[str]:
        return self._grid.rows.values(self._grid.chosen(), "path")

    def _copy(self) -> None:
        paths = self._paths()
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(path) for path in paths])
        data.setText("\n".join(paths))
        QGuiApplication.clipboard().setMimeData(data)

    def _show_folder(self) -> None:
        if paths := self._paths():
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(Path(paths[0]).parent)))
