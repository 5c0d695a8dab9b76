"""What is known of a picture: its file, its caption to be edited, its way through the graph, and every column."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QColor, QGuiApplication, QKeySequence
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QTabWidget,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gui.gallery.caption_field import CaptionField
from gui.gallery.lanes import REASON
from gui.gallery.rows_model import name_of
from gui.gallery.tile import shown
from gui.gallery.way import Stop
from gui.gallery.widgets import label
from gui.theme.theme import Theme
from gui.translation import words
from nodegraph.data.pixels import Header

_STOP = Qt.ItemDataRole.UserRole
FEW = 3
"""Nodes that gave at most so many values show them at once; the others when they are unfolded."""


class Facts(QWidget):
    """The panel beside the picture. `caption_written(text)`; `caption_reset()`: back to what the machine wrote.

    `node_wanted(node, port)`: a node of the way was opened; the port is "dropped" where the picture did not go on.
    """

    caption_written = Signal(str)
    caption_reset = Signal()
    node_wanted = Signal(str, str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setFixedWidth(348)
        self._name = label(bold=True, wrap=True, selectable=True)
        self._file = label(dim=True, wrap=True, selectable=True)
        self._reason = label(wrap=True, selectable=True)
        self._reason.hide()
        self.caption = CaptionField()
        self.caption.committed.connect(self.caption_written)
        self._by = label(dim=True, wrap=True)
        self.reset = QPushButton(self.tr("Back to the machine's"))
        self.reset.setToolTip(self.tr("Take your caption back and use what the graph wrote"))
        self.reset.clicked.connect(self.caption_reset)
        self.way = _tree([self.tr("Node"), self.tr("What it made of it")], self.tr("Way through the graph"))
        self.columns = _tree([self.tr("Column"), self.tr("Value")], self.tr("All columns"))
        self.file = _tree([self.tr("Name"), self.tr("What is written there")], self.tr("What the file says"))
        self.way.itemActivated.connect(self._go)
        tabs = QTabWidget()
        tabs.setDocumentMode(True)
        tabs.addTab(self.way, self.tr("Way"))
        tabs.addTab(self.columns, self.tr("Columns"))
        tabs.addTab(self.file, self.tr("File"))
        under = QHBoxLayout()
        under.addWidget(self._by, 1)
        under.addWidget(self.reset)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(12, 12, 12, 8)
        whole.setSpacing(6)
        for widget in (self._name, self._file, self._reason, self.caption):
            whole.addWidget(widget)
        whole.addLayout(under)
        whole.addWidget(tabs, 1)
        self.apply_theme(theme)

    def show_row(self, row: Mapping[str, Any], beside: Mapping[str, Any] | None = None) -> None:
        """Shows what a row says; with another one beside it, which stands on the left, the columns of both."""
        self._name.setText(name_of(row.get("rid") or ""))
        self._name.setToolTip(row.get("path") or "")
        reason = row.get(REASON)
        self._reason.setText(self.tr("Dropped by {}").format(reason) if reason else "")
        self._reason.setVisible(bool(reason))
        self._show_columns([row] if beside is None else [beside, row])

    def _show_columns(self, rows: list[Mapping[str, Any]]) -> None:
        heads = [self.tr("Value")] if len(rows) == 1 else [self.tr("Left"), self.tr("Right")]
        self.columns.clear()
        self.columns.setColumnCount(1 + len(rows))
        self.columns.setHeaderLabels([self.tr("Column"), *heads])
        self.columns.header().resizeSection(0, 168 if len(rows) == 1 else 112)
        self.columns.header().resizeSection(1, 88)
        for name in dict.fromkeys(name for row in rows for name in row if not name.startswith("_")):
            values = [row.get(name) for row in rows]
            item = QTreeWidgetItem([name, *map(shown, values)])
            for place, value in enumerate(values, 1):
                item.setToolTip(place, str(value))
                if value != values[0]:
                    item.setForeground(place, self._theme["accent"])
            self.columns.addTopLevelItem(item)

    def show_file(self, path: str, header: Header | None, written: Mapping[str, str], trouble: str = "") -> None:
        """Shows what the file says of itself, or why it cannot be shown."""
        self.file.clear()
        for name, text in {self.tr("Path"): path, **written}.items():
            item = QTreeWidgetItem([name, " ".join(text.split())])
            item.setToolTip(1, text)
            self.file.addTopLevelItem(item)
        if header is None:
            self._file.setText(trouble or self.tr("Reading..."))
            return
        parts = [f"{header.width:,} x {header.height:,}".replace("x", "\N{MULTIPLICATION SIGN}"), header.format]
        parts += [size_of(header.bytes), header.icc or ("sRGB" if header.srgb else header.mode)]
        if header.jpeg_quality:
            parts.append(self.tr("quality about {}").format(header.jpeg_quality))
        self._file.setText(" \N{MIDDLE DOT} ".join(parts))

    def show_caption(self, text: str, by: str, *, editable: bool, by_hand: bool, kept_in: str = "") -> None:
        """Shows the caption, who wrote it, whether it can be changed here, and where what is written is kept."""
        self.caption.show_text(text)
        self.caption.setReadOnly(not editable)
        self.caption.setPlaceholderText(
            self.tr("No caption yet: write one") if editable else self.tr("No captions here: add a captioner")
        )
        self._by.setText(by)
        kept = self.tr("What you write is kept in {0}; your pictures and their text files stay as they are.")
        self.caption.setToolTip(kept.format(kept_in) if editable and kept_in else "")
        self.reset.setVisible(by_hand)

    def show_way(self, stops: list[Stop]) -> None:
        """Shows what each node made of the picture."""
        self.way.clear()
        for stop in stops:
            words = stop.reason or {"images": self.tr("passed"), "kept": self.tr("kept")}.get(stop.port, stop.port)
            item = QTreeWidgetItem([stop.title, words])
            colour = "state_review" if stop.port == "review" else "dropped" if stop.dropped else "kept"
            item.setForeground(1, self._theme[colour])
            item.setToolTip(1, words)
            item.setData(0, _STOP, (stop.node, "dropped" if stop.reason and stop.port != "review" else stop.port))
            for name, value in stop.values.items():
                child = QTreeWidgetItem([name, shown(value)])
                child.setForeground(0, QColor(self._theme["text_dim"]))
                child.setToolTip(1, str(value))
                item.addChild(child)
            self.way.addTopLevelItem(item)
            item.setExpanded(stop.dropped or len(stop.values) <= FEW)

    def _go(self, item: QTreeWidgetItem) -> None:
        stop = (item.parent() or item).data(0, _STOP)
        if stop is not None:
            self.node_wanted.emit(*stop)

    def apply_theme(self, theme: Theme) -> None:
        """Takes on another theme."""
        self._theme = theme
        self._reason.setStyleSheet(f"color: {theme['dropped'].name()}")


def size_of(count: int) -> str:
    """A number of bytes for people."""
    if count < 1_000_000:
        return f"{max(1, round(count / 1000)):,} kB"
    return f"{count / 1e6:,.1f} MB"


def _tree(heads: list[str], name: str) -> QTreeWidget:
    tree = QTreeWidget()
    tree.setHeaderLabels(heads)
    tree.setAccessibleName(name)
    tree.setIndentation(14)
    tree.setUniformRowHeights(True)
    tree.setTextElideMode(Qt.TextElideMode.ElideRight)
    tree.header().resizeSection(0, 168)
    copy = QAction(words("Copy"), tree)
    copy.setShortcut(QKeySequence.StandardKey.Copy)
    copy.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
    copy.triggered.connect(lambda: _copy(tree.currentItem()))
    tree.addAction(copy)
    tree.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
    return tree


def _copy(item: QTreeWidgetItem | None) -> None:
    """Copies the whole of what is cut short in the list."""
    if item is not None:
        texts = [item.toolTip(place) or item.text(place) for place in range(1, item.columnCount())]
        QGuiApplication.clipboard().setText("\t".join(texts))
