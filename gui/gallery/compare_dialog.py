"""The window that compares two nodes or two runs: two choices, what is only in the one or the other, with pictures."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QComboBox, QDialog, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from gui.document import GraphDocument
from gui.gallery.by_hand import ByHand
from gui.gallery.compare import Comparison, choices_of, compared, first_pair, with_why
from gui.gallery.grid import Grid
from gui.gallery.lanes import empty_rows, has_words
from gui.gallery.thumbnails import Thumbnails
from gui.gallery.tools import GalleryTools
from gui.gallery.viewer import Viewer
from gui.gallery.widgets import label, toggle
from gui.results import Results
from gui.selection import Selection
from gui.theme.theme import Theme
from nodegraph.problems import ProblemError


class CompareDialog(QDialog):
    """Two choices, four counts, one grid that is sorted and searched as the gallery's is."""

    def __init__(
        self,
        document: GraphDocument,
        selection: Selection,
        results: Results,
        thumbnails: Thumbnails,
        by_hand: ByHand,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Compare Two Nodes or Runs"))
        self.resize(1080, 700)
        self._document, self._results, self._thumbnails = document, results, thumbnails
        self._by_hand, self._theme = by_hand, theme
        self._choices = choices_of(document, results)
        nothing = empty_rows()
        self.comparison = Comparison(nothing, nothing, nothing, nothing)
        self.viewer: Viewer | None = None
        self.grid = Grid(thumbnails, theme, self)
        self.grid.opened.connect(self.open_viewer)
        self.tools = GalleryTools(self)
        self.tools.apply_theme(theme)
        self.tools.side.valueChanged.connect(self.grid.set_side)
        self.grid.side_changed.connect(self.tools.side.setValue)
        self.grid.search_wanted.connect(self.tools.field.setFocus)
        self.tools.sorted.connect(lambda by, down: self._try(lambda: self.grid.rows.sort_by(by, descending=down)))
        self.tools.searched.connect(lambda words, rule: self._try(lambda: self.grid.rows.search(words, rule)))
        self.a, self.b = QComboBox(), QComboBox()
        self.a.setAccessibleName(self.tr("First"))
        self.b.setAccessibleName(self.tr("Second"))
        self._parts = QButtonGroup(self, exclusive=True)
        self._words = label(dim=True)
        self._lay_out()
        for box in (self.a, self.b):
            box.addItems([choice.title for choice in self._choices])
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(24)
        first, second = first_pair(document, self._choices, selection.nodes[-2:])
        self.a.setCurrentIndex(first)
        self.b.setCurrentIndex(second)
        self.a.currentIndexChanged.connect(lambda _number: self.compare())
        self.b.currentIndexChanged.connect(lambda _number: self.compare())
        self.finished.connect(self._end)
        self.compare()

    def compare(self) -> None:
        """Compares what is chosen."""
        if not self._choices:
            self._words.setText(self.tr("Nothing to compare yet. Run the graph first (Ctrl+Enter)."))
            self.tools.hide()
            return
        a, b = self._choices[self.a.currentIndex()], self._choices[self.b.currentIndex()]
        self.comparison = found = compared(a.rows(), b.rows())
        for number, text in enumerate(self._part_names()):
            self._parts.button(number).setText(f"{text}  {self._table(number).height:,}")
        self._parts.button(3).setVisible(found.changed.height > 0)
        shown = self._parts.checkedId()
        if shown < 0 or not self._table(shown).height:
            shown = next((part for part in range(4) if self._table(part).height), 0)
        self._show(shown)

    def open_viewer(self, position: int) -> None:
        """Shows a picture at its full size, as the node of the side that it is on gave it."""
        if self.viewer is None:
            self.viewer = Viewer(self._document, self._results, self._thumbnails, self._by_hand, self._theme, self)
        box = self.a if self._parts.checkedId() == 0 else self.b
        self.viewer.show_rows(self.grid.rows, self._choices[box.currentIndex()].node, position)

    def _part_names(self) -> tuple[str, str, str, str]:
        return self.tr("Only in the first"), self.tr("Only in the second"), self.tr("In both"), self.tr("Changed")

    def _table(self, part: int) -> pl.DataFrame:
        found = self.comparison
        return (found.only_a, found.only_b, found.both, found.changed)[part]

    def _show(self, part: int) -> None:
        table = self._table(part)
        if part < 2:
            other = self._choices[(self.b, self.a)[part].currentIndex()]
            table = with_why(self._document, table, other.dropped())
        self._parts.button(part).setChecked(True)
        self.grid.set_words(has_words(table))
        self.tools.set_columns([name for name in table.columns if not name.startswith("_") and name != "recipe"])
        self._try(lambda: self.grid.rows.show_table(table))

    def _try(self, change: Callable[[], None]) -> None:
        words = ""
        try:
            change()
        except ProblemError as error:
            words = f"{error.problems[0].message} {error.problems[0].fix}".strip()
        self.tools.say(words)
        self._say()

    def _say(self) -> None:
        rows, part = self.grid.rows, self._parts.checkedId()
        if rows.rowCount() != rows.table.height:
            self._words.setText(f"{rows.rowCount():,} of {rows.table.height:,}")
        elif not rows.table.height:
            self._words.setText(self.tr("No pictures here."))
        elif part == 3:
            self._words.setText(self.tr("Another caption or split than in the first."))
        else:
            self._words.setText("")

    def _end(self) -> None:
        if self.viewer is not None:
            self.viewer.close()
            self.viewer.shutdown()

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self.a, 1)
        top.addWidget(QLabel(self.tr("and")))
        top.addWidget(self.b, 1)
        heads = QHBoxLayout()
        heads.setSpacing(4)
        for number, text in enumerate(self._part_names()):
            button = toggle()
            button.setText(text)
            self._parts.addButton(button, number)
            heads.addWidget(button)
        heads.addSpacing(6)
        heads.addWidget(self._words)
        heads.addStretch(1)
        heads.addWidget(self.tools)
        self._parts.idClicked.connect(self._show)
        whole = QVBoxLayout(self)
        whole.setSpacing(8)
        whole.addLayout(top)
        whole.addLayout(heads)
        whole.addWidget(self.tools.trouble)
        whole.addWidget(self.grid, 1)
