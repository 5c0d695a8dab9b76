"""The first hints: three short sentences over the canvas at the first start, dismissed for good with one click."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from gui.settings import Settings
from gui.theme.labels import styled_label
from nodegraph.graph.model import Graph

FLAG = "hints-dismissed"
MARGIN = 22


class Hints(QFrame):
    """A card at the bottom of `over` with one hint at a time; doing what it says leads on to the next.

    They are about the first graph: `dismiss` them when another one is opened.
    """

    def __init__(self, settings: Settings, over: QWidget) -> None:
        super().__init__(over)
        self.setObjectName("hint")
        self._settings = settings
        self._over = over
        self._at = 0
        self._hints = (
            (self.tr("Press Run"), self.tr("The pictures pass from node to node, and each node shows what it keeps.")),
            (
                self.tr("Click a node"),
                self.tr(
                    "Its settings stand on the right, the pictures it kept and dropped below, each with the reason."
                ),
            ),
            (
                self.tr("Make it yours"),
                self.tr("Drop your own folder of pictures on the canvas. Tab adds a node, dragging a port wires it."),
            ),
        )
        self.setAccessibleName(self.tr("Hints"))
        self.setFixedWidth(400)
        self._title = styled_label("hint_title")
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._count = styled_label("dim")
        dismiss = QPushButton(self.tr("Dismiss"))
        self._next = QPushButton(self.tr("Next"))
        self._next.setDefault(True)
        buttons = QHBoxLayout()
        buttons.addWidget(self._count)
        buttons.addStretch(1)
        buttons.addWidget(dismiss)
        buttons.addWidget(self._next)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 14)
        layout.setSpacing(8)
        layout.addWidget(self._title)
        layout.addWidget(self._text)
        layout.addLayout(buttons)
        dismiss.clicked.connect(self.dismiss)
        self._next.clicked.connect(self._forward)
        over.installEventFilter(self)
        self._show()

    def dismiss(self) -> None:
        """Puts the hints away for good."""
        self._settings.set_flag(FLAG)
        self._over.removeEventFilter(self)
        self.hide()
        self.deleteLater()

    def was_run(self) -> None:
        """A run has begun: the hint to press Run has done its work."""
        if self._at == 0:
            self._forward()

    def was_chosen(self) -> None:
        """A node was clicked, which the second hint is about."""
        if self._at == 1:
            self._forward()

    def was_edited(self, before: Graph, after: Graph) -> None:
        """A node was added, which the last hint is about."""
        if self._at == 2 and len(after.nodes) > len(before.nodes):
            self._forward()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stays at its place when the canvas is resized."""
        if watched is self._over and event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def _forward(self) -> None:
        self._at += 1
        if self._at == len(self._hints):
            self.dismiss()
        else:
            self._show()

    def _show(self) -> None:
        title, text = self._hints[self._at]
        self._title.setText(title)
        self._text.setText(text)
        self._count.setText(f"{self._at + 1} / {len(self._hints)}")
        self._next.setText(self.tr("Got It") if self._at == len(self._hints) - 1 else self.tr("Next"))
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.adjustSize()
        self._place()

    def _place(self) -> None:
        self.adjustSize()
        self.move((self._over.width() - self.width()) // 2, self._over.height() - self.height() - MARGIN)
        self.raise_()
