"""Notes of problems: an icon, a plain sentence and how to mend it, on a tinted card."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from gui.inspector.glyphs import pixmap
from gui.inspector.words import rich
from gui.theme.theme import Theme
from nodegraph.problems import Problem


def problem_colour(problem: Problem) -> str:
    """The theme's name of the colour that a problem has."""
    return "state_error" if problem.severity == "error" else "state_stale"


class ProblemNote(QFrame):
    """One problem."""

    def __init__(self, problem: Problem, theme: Theme, parent: QWidget | None = None, *, place: str = "") -> None:
        super().__init__(parent)
        self.problem = problem
        self.setProperty("role", "card" if problem.severity == "error" else "card-warning")
        self.setAccessibleName(f"{problem.severity}: {problem.message} {problem.fix}")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(7, 6, 7, 6)
        layout.setSpacing(7)
        sign = QLabel(self)
        sign.setPixmap(pixmap(problem.severity, theme[problem_colour(problem)]))
        layout.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        texts = QVBoxLayout()
        texts.setSpacing(2)
        for text, role in ((place, "name"), (problem.message, ""), (problem.fix, "dim")):
            if text:
                label = QLabel(rich(text), self)
                label.setTextFormat(Qt.TextFormat.RichText)
                label.setWordWrap(True)
                label.setProperty("role", role)
                texts.addWidget(label)
        layout.addLayout(texts, 1)
