"""The invitation: what an empty canvas says, and the two ways to begin besides dropping a folder on it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from gui.actions import Actions
from gui.document import GraphDocument
from gui.theme.icons import pixmap
from gui.theme.labels import styled_label
from gui.theme.theme import Theme

ICON = 40
WAYS = ("graph.add", "file.template")


class Invitation(QFrame):
    """Stands in the middle of `over` while the graph is empty; what is dropped on it reaches `over`."""

    def __init__(self, document: GraphDocument, actions: Actions, theme: Theme, over: QWidget) -> None:
        super().__init__(over)
        self.setObjectName("invitation")
        self._document, self._over = document, over
        self._icon = QLabel()
        title = styled_label("dialog_title", self.tr("Drop a folder of pictures here"))
        text = styled_label("dim", self.tr("Your files are only read. Or begin with a node, or with an example."))
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        for id in WAYS:
            button = QPushButton(actions[id].text())
            button.setToolTip(actions[id].toolTip())
            button.clicked.connect(actions[id].trigger)
            buttons.addWidget(button)
        buttons.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setSpacing(10)
        for label in (self._icon, title, text):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            layout.addWidget(label)
        layout.addSpacing(4)
        layout.addLayout(buttons)
        self.apply_theme(theme)
        document.changed.connect(self._renew)
        over.installEventFilter(self)
        self._renew()

    def apply_theme(self, theme: Theme) -> None:
        """Takes on another theme."""
        self._icon.setPixmap(pixmap("images", theme, "text_dim", ICON, self.devicePixelRatioF()))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stays in the middle when the canvas is resized."""
        if watched is self._over and event.type() == QEvent.Type.Resize:
            self.place()
        return False

    def place(self) -> None:
        """Goes to the middle, from wherever scrolling took it."""
        self.adjustSize()
        self.move((self._over.width() - self.width()) // 2, (self._over.height() - self.height()) // 2)

    def _renew(self, *_graphs: object) -> None:
        graph = self._document.graph
        self.setVisible(not (graph.nodes or graph.groups or graph.notes))
        self.place()
