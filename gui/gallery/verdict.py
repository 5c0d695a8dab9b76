"""What a person decides about a picture at a review node: the buttons to do it, and the mark on its tile."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from gui.document import GraphDocument
from gui.gallery.by_hand import ByHand
from gui.theme.theme import Theme
from gui.translation import marked, words

VERDICTS = (
    ("accept", marked("Accept"), "A", marked("It is good: it goes on, whatever the score says (A)")),
    ("review", marked("Look Again"), "L", marked("Decide later: it stays in the queue (L)")),
    ("reject", marked("Reject"), "R", marked("It is bad: it is dropped, whatever the score says (R)")),
)
"""What can be decided: the verdict, its name, its key and what it means."""


def is_review(document: GraphDocument, node: str | None) -> bool:
    """Whether people decide at this node."""
    one = document.graph.nodes.get(node or "")
    spec = document.registry.nodes.get(one.type) if one is not None else None
    return spec is not None and spec.kind == "review"


class VerdictButtons(QWidget):
    """One button a verdict, pressed in where it was given; pressed again it is taken back.

    There only for pictures at a review node. `given` follows a verdict, not the taking back of one.
    """

    given = Signal()

    def __init__(self, decided: ByHand, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._decided = decided
        self._node, self._cid = "", ""
        self.buttons: dict[str, QPushButton] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        for verdict, text, key, tip in VERDICTS:
            button = QPushButton(f"{words(text)} ({key})")
            button.setObjectName(verdict)
            button.setAccessibleName(words(text))
            button.setToolTip(words(tip))
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(lambda on, verdict=verdict: self._decide(verdict if on else None))
            row.addWidget(button)
            self.buttons[verdict] = button
        self.hide()
        decided.changed.connect(self._show)

    def show_picture(self, node: str, cid: str) -> None:
        """This content is looked at, at this review node; both are empty where there is nothing to decide."""
        self._node, self._cid = node, cid
        self._show()

    def press(self, verdict: str) -> None:
        """As if its button was clicked; nothing where there is nothing to decide."""
        if self._node and self._cid:
            self.buttons[verdict].click()

    def _show(self) -> None:
        there = bool(self._node and self._cid)
        self.setVisible(there)
        said = self._decided.verdict_of(self._node, self._cid) if there else None
        for verdict, button in self.buttons.items():
            button.setChecked(verdict == said)

    def _decide(self, verdict: str | None) -> None:
        written = self._decided.set_verdict(self._node, [self._cid], verdict)
        self._show()
        if written and verdict is not None:
            self.given.emit()


COLOURS = {"accept": "kept", "review": "state_review", "reject": "dropped"}
SIGNS = {
    "accept": (((0.27, 0.53), (0.43, 0.69), (0.74, 0.34)),),
    "review": (((0.28, 0.5), (0.72, 0.5)),),
    "reject": (((0.32, 0.32), (0.68, 0.68)), ((0.68, 0.32), (0.32, 0.68))),
}
"""The lines of each sign, in shares of its size: a tick, a dash, a cross."""


def paint_verdict(painter: QPainter, place: QRectF, verdict: str, theme: Theme) -> None:
    """Paints the sign of a verdict on a disc of its colour; of a word that is none, nothing."""
    if verdict not in COLOURS:
        return
    painter.setPen(QPen(theme["panel"], 1.5))
    painter.setBrush(theme[COLOURS[verdict]])
    painter.drawEllipse(place)
    painter.setPen(QPen(theme["panel"], 2.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    for line in SIGNS[verdict]:
        points = [place.topLeft() + QPointF(x * place.width(), y * place.height()) for x, y in line]
        painter.drawPolyline(points)
