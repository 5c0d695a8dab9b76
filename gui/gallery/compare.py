"""Comparing two nodes, or what a node gave in two runs: only in the one, only in the other, in both, with pictures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QComboBox, QDialog, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from gui.document import GraphDocument
from gui.gallery.grid import Grid
from gui.gallery.lanes import empty_rows, title_of
from gui.gallery.thumbnails import Thumbnails
from gui.gallery.widgets import label, toggle
from gui.results import Results
from gui.selection import Selection
from gui.theme.theme import Theme

PARTS = ("a", "b", "both")


@dataclass(frozen=True, slots=True)
class Choice:
    """A table that can be compared: the rows of a port, of the last run or of one before."""

    title: str
    file: Path
    node: str
    port: str


@dataclass(frozen=True)
class Comparison:
    """Two tables parted by what is in them, row by row. `changed`: rows in both whose caption or split differ."""

    only_a: pl.DataFrame
    only_b: pl.DataFrame
    both: pl.DataFrame
    changed: int = 0


def choices_of(document: GraphDocument, results: Results) -> list[Choice]:
    """All ports that have rows, in the order of the graph's nodes, each followed by the runs before that are kept."""
    found: list[Choice] = []
    for node in document.graph.nodes:
        title = title_of(document.graph, document.registry, node)
        for port, file in results.of(node).files.items():
            name = f"{title}: {port}"
            found.append(Choice(name, file, node, port))
            found += [Choice(f"{name} (run {run})", older, node, port) for run, older in runs_before(file)]
    return found


def runs_before(file: Path) -> list[tuple[str, Path]]:
    """The tables of earlier runs of the same port: the folders of runs lie beside each other, named by number."""
    run, runs = file.parent.name, file.parent.parent
    if not run.isdigit() or not runs.is_dir():
        return []
    older = [folder for folder in runs.iterdir() if folder.name.isdigit() and int(folder.name) < int(run)]
    older.sort(key=lambda folder: -int(folder.name))
    return [(folder.name, folder / file.name) for folder in older if (folder / file.name).is_file()]


def compared(a: pl.DataFrame, b: pl.DataFrame) -> Comparison:
    """The rows of both tables parted. A row is the same where its id and its content are."""
    same = ["rid", "cid"]
    both = b.join(a.select(same), on=same, how="semi")
    changed = pl.lit(False)
    for column in ("caption", "split"):
        if column in a.columns and column in b.columns:
            changed = changed | pl.col(column).ne_missing(pl.col(f"{column}_before"))
    columns = [column for column in ("caption", "split") if column in a.columns and column in b.columns]
    joined = both.join(a.select(*same, *columns), on=same, how="left", suffix="_before") if columns else both
    count = int(joined.select(changed.sum().alias("count")).item()) if columns and joined.height else 0
    return Comparison(a.join(b, on=same, how="anti"), b.join(a, on=same, how="anti"), both, count)


class CompareDialog(QDialog):
    """Two choices, three counts, one grid."""

    def __init__(
        self,
        document: GraphDocument,
        selection: Selection,
        results: Results,
        thumbnails: Thumbnails,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Compare Two Nodes"))
        self.resize(980, 640)
        self._choices = choices_of(document, results)
        self.comparison = Comparison(empty_rows(), empty_rows(), empty_rows())
        self.grid = Grid(thumbnails, theme, self)
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
        self._choose(selection.nodes[-2:])
        self.a.currentIndexChanged.connect(lambda _number: self.compare())
        self.b.currentIndexChanged.connect(lambda _number: self.compare())
        self.compare()

    def compare(self) -> None:
        """Compares what is chosen."""
        if not self._choices:
            self._words.setText(self.tr("Nothing to compare yet. Run the graph first (Ctrl+Enter)."))
            return
        a, b = (self._table(box.currentIndex()) for box in (self.a, self.b))
        self.comparison = found = compared(a, b)
        for number, (text, table) in enumerate(
            zip(self._part_names(), (found.only_a, found.only_b, found.both), strict=True)
        ):
            self._parts.button(number).setText(f"{text}  {table.height:,}")
        self._show(max(0, self._parts.checkedId()))

    def _show(self, part: int) -> None:
        found = self.comparison
        table = (found.only_a, found.only_b, found.both)[part]
        self._parts.button(part).setChecked(True)
        self.grid.set_words("caption" in table.columns)
        self.grid.rows.show_table(table)
        if not table.height:
            self._words.setText(self.tr("No pictures here."))
        elif part == 2 and found.changed:
            self._words.setText(self.tr("{:,} of them have another caption or split.").format(found.changed))
        else:
            self._words.setText("")

    def _part_names(self) -> tuple[str, str, str]:
        return self.tr("Only in the first"), self.tr("Only in the second"), self.tr("In both")

    def _table(self, number: int) -> pl.DataFrame:
        try:
            return pl.read_ipc(self._choices[number].file)
        except (OSError, pl.exceptions.PolarsError):
            return empty_rows()

    def _choose(self, nodes: tuple[str, ...]) -> None:
        """Begins with two selected nodes; with one, its two first tables; else the first and the last."""
        mine = [[n for n, choice in enumerate(self._choices) if choice.node == node] for node in nodes]
        mine = [numbers for numbers in mine if numbers]
        if len(mine) >= 2:
            first, second = mine[0][0], mine[1][0]
        elif mine:
            first, second = mine[0][0], mine[0][min(1, len(mine[0]) - 1)]
        else:
            first, second = 0, len(self._choices) - 1
        self.a.setCurrentIndex(first)
        self.b.setCurrentIndex(second)

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
        self._parts.idClicked.connect(self._show)
        whole = QVBoxLayout(self)
        whole.setSpacing(8)
        whole.addLayout(top)
        whole.addLayout(heads)
        whole.addWidget(self.grid, 1)
