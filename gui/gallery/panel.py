"""The gallery panel: what the current node keeps and drops as a grid, sorted, searched, live during a run."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from gui.document import GraphDocument
from gui.gallery.by_hand import ByHand, caption_node
from gui.gallery.chosen import Chosen
from gui.gallery.grid import Grid
from gui.gallery.lanes import PREVIEW, REASON, Lane, empty_rows, has_words, lanes_of, last_with_rows, rows_of
from gui.gallery.nothing import why_nothing
from gui.gallery.thumbnails import Thumbnails
from gui.gallery.tools import GalleryTools
from gui.gallery.verdict import is_review
from gui.gallery.viewer import Viewer
from gui.gallery.waiting import words_on_waiting
from gui.gallery.widgets import label, toggle
from gui.results import Results
from gui.selection import Selection
from gui.theme.theme import Theme
from gui.titles import title_of
from nodegraph.problems import ProblemError

RENEW_MS = 120


class GalleryPanel(QWidget):
    """Shows the pictures of the current node; where none is chosen, of the last one that gave some.

    `shown` is the table of the lane that is chosen.
    """

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
        self.setObjectName("gallery")
        self._document, self._selection, self._results = document, selection, results
        self._thumbnails, self._theme = thumbnails, theme
        self._lanes: list[Lane] = []
        self._node: str | None = None
        self._lane = ""
        self._seen: object = None
        self.viewer: Viewer | None = None
        self.by_hand = ByHand(document, self)
        self.by_hand.changed.connect(self._decided)
        self.grid = Grid(thumbnails, theme, self)
        self.grid.opened.connect(self.open_viewer)
        self.grid.written.connect(self._write_caption)
        self.grid.selectionModel().selectionChanged.connect(self._say_count)
        self.chosen = Chosen(self.grid, self.by_hand)
        self.chosen.opened.connect(self.open_viewer)
        self.chosen.paired.connect(self.open_pair)
        self.tools = GalleryTools(self)
        self.tools.apply_theme(theme)
        self.grid.search_wanted.connect(self.tools.field.setFocus)
        self._heads = QButtonGroup(self, exclusive=True)
        self._heads.idClicked.connect(lambda id: self.choose_lane(self._lanes[id].key))
        self._lay_out()
        self._renew_later = QTimer(self, singleShot=True, interval=RENEW_MS)
        self._renew_later.timeout.connect(self.renew)
        self.tools.side.valueChanged.connect(self.grid.set_side)
        self.grid.side_changed.connect(self.tools.side.setValue)
        self.tools.sorted.connect(
            lambda column, down: self._try(lambda: self.grid.rows.sort_by(column, descending=down))
        )
        self.tools.searched.connect(lambda words, rule: self._try(lambda: self.grid.rows.search(words, rule)))
        selection.changed.connect(self._turn)
        results.node_changed.connect(self._node_changed)
        results.cleared.connect(self.renew)
        document.changed.connect(self._graph_changed)
        self.renew()

    @property
    def shown(self) -> pl.DataFrame:
        """All rows of the chosen lane, whatever is searched for."""
        return self.grid.rows.table

    @property
    def lanes(self) -> tuple[Lane, ...]:
        """The lanes of the current node."""
        return tuple(self._lanes)

    def choose_lane(self, key: str) -> None:
        """Shows a port of the node, or what it dropped."""
        if key != self._lane:
            self._lane = key
            self._seen = None
            self.renew()

    def apply_theme(self, theme: Theme) -> None:
        """Takes on another theme."""
        self._theme = theme
        self.grid.apply_theme(theme)
        self.tools.apply_theme(theme)
        if self.viewer is not None:
            self.viewer.apply_theme(theme)

    def shutdown(self) -> None:
        """Ends what the panel keeps going. The app is closing."""
        self._renew_later.stop()
        if self.viewer is not None:
            self.viewer.shutdown()

    def open_viewer(self, position: int) -> None:
        """Shows a picture at its full size."""
        if self._node is None or self._lane == PREVIEW:
            return
        if self.viewer is None:
            self.viewer = Viewer(
                self._document, self._results, self._thumbnails, self.by_hand, self._theme, self.window()
            )
            self.viewer.moved.connect(self._follow_viewer)
            self.viewer.node_wanted.connect(self._go_to_node)
        self.viewer.show_rows(self.grid.rows, self._node, position)

    def open_pair(self, one: int, other: int) -> None:
        """Shows two pictures side by side."""
        self.open_viewer(one)
        if self.viewer is not None:
            self.viewer.pin(True)
            self.viewer.step(other - one)

    def renew(self) -> None:
        """Looks at the current node again."""
        self._renew_later.stop()
        node = self._shown_node()
        if node != self._node:
            self._node, self._seen = node, None
        self._lanes = lanes_of(self._document, self._results, node) if node else []
        keys = [lane.key for lane in self._lanes]
        if self._lane not in keys:
            self._lane, self._seen = keys[0] if keys else "", None
        self._renew_heads()
        self._say_whose()
        result = self._results.of(node) if node else None
        seen = (self._lane, dict(result.files), result.ledger, result.contents if self._lane == PREVIEW else ()) \
            if result else None  # fmt: skip
        if seen is None or seen != self._seen:
            self._seen = seen
            self._fill()
        self._say_state()
        self._say_waiting()

    def _shown_node(self) -> str | None:
        graph, node = self._document.graph, self._selection.current
        if node is None:
            return last_with_rows(graph, self._results)
        return node if node in graph.nodes else None

    def _turn(self) -> None:
        """Another node is chosen. None: often one follows at once, and many rows take a while to show."""
        if self._selection.current is None:
            self._renew_later.start()
        else:
            self.renew()

    def _fill(self) -> None:
        kept = self.grid.currentIndex().row()
        rid = self.grid.rows.value(kept, "rid") if kept >= 0 else None
        scrolled = self.grid.verticalScrollBar().value()
        table = rows_of(self._document, self._results, self._node, self._lane) if self._node and self._lane else None
        table = empty_rows() if table is None else table
        if self._node and "caption" in table.columns and REASON not in table.columns:
            table = self.by_hand.shown(table, self._node)
        if self._node and self._lane != PREVIEW:
            table = self.by_hand.with_verdicts(table, self._node)
        self.grid.editable = self._node is not None and bool(self._caption_node(table))
        self.chosen.show_node(self._node or "", decides=is_review(self._document, self._node))
        self.grid.set_words(has_words(table))
        self.tools.set_columns([name for name in table.columns if not name.startswith("_") and name != "recipe"])
        if self.viewer is not None and self._node is not None:
            self.viewer.turn_to(self._node)
        self._try(lambda: self.grid.rows.show_table(table))
        place = self.grid.rows.position_of(rid) if rid else None
        if place is not None and place != self.grid.currentIndex().row():
            self.grid.setCurrentIndex(self.grid.rows.index(place))
            self.grid.verticalScrollBar().setValue(scrolled)

    def _try(self, change: Callable[[], None]) -> None:
        """Makes a change of what is shown; a condition that cannot be read is said in words below its field."""
        words = ""
        try:
            change()
        except ProblemError as error:
            found = error.problems[0]
            words = f"{found.message} {found.fix}".strip()
        self.tools.say(words)
        self._say_state()

    def _caption_node(self, table: pl.DataFrame) -> str | None:
        """The node at which captions of this table are written; None where they are not."""
        if self._node is None or "caption" not in table.columns or REASON in table.columns:
            return None
        return caption_node(self._document.graph, self._document.registry, self._node)

    def _write_caption(self, position: int, text: str) -> None:
        at, cid = self._caption_node(self.shown), self.grid.rows.value(position, "cid")
        if at is not None and cid:
            self.by_hand.write_caption(at, str(cid), text)

    def _decided(self) -> None:
        self._seen = None
        self.renew()

    def _follow_viewer(self, position: int) -> None:
        """The grid goes along with the viewer."""
        index = self.grid.rows.index(position)
        self.grid.setCurrentIndex(index)
        self.grid.scrollTo(index)

    def _go_to_node(self, node: str, port: str) -> None:
        """Turns to a node of the way of the picture in the viewer, and there to the rows that it is among."""
        self._lane = port
        self._seen = None
        self._selection.choose([node])
        self.renew()

    def _graph_changed(self, _before: object, _after: object) -> None:
        self._renew_later.start()

    def _node_changed(self, node: str) -> None:
        if node == self._node and not self._renew_later.isActive():
            self._renew_later.start()

    def _renew_heads(self) -> None:
        buttons = self._heads.buttons()
        if len(buttons) != len(self._lanes):
            for button in buttons:
                self._heads.removeButton(button)
                self._row_of_heads.removeWidget(button)
                button.hide()
                button.deleteLater()
            for number in range(len(self._lanes)):
                button = toggle()
                button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
                self._heads.addButton(button, number)
                self._row_of_heads.insertWidget(number, button)
        for number, lane in enumerate(self._lanes):
            button = self._heads.button(number)
            button.setText(f"{lane.title}  {lane.count:,}")
            button.setChecked(lane.key == self._lane)

    def _say_whose(self) -> None:
        """Names the node that is shown although it is not chosen."""
        by_itself = self._node is not None and self._selection.current is None
        graph, registry = self._document.graph, self._document.registry
        self._whose.setText(title_of(graph, registry, self._node) if by_itself and self._node else "")
        self._whose.setVisible(by_itself)

    def _say_state(self) -> None:
        self.tools.setVisible(bool(self._lanes))
        rows = self.grid.rows
        if rows.rowCount():
            self._pages.setCurrentWidget(self.grid)
            self._say_count()
            return
        self._count.setText("")
        title, advice = why_nothing(self._document, self._results, self._node, self._lanes, self._lane, rows)
        self._title.setText(title)
        self._advice.setText(advice)
        self._pages.setCurrentWidget(self._empty)

    def _say_count(self) -> None:
        rows, chosen = self.grid.rows, self.grid.chosen_count()
        parts = [f"{rows.rowCount():,} of {rows.table.height:,}"] if rows.rowCount() != rows.table.height else []
        parts += [self.tr("{0} chosen").format(f"{chosen:,}")] if chosen > 1 else []
        self._count.setText("  \N{MIDDLE DOT}  ".join(parts))

    def _say_waiting(self) -> None:
        words = ""
        if self._node is not None:
            words = words_on_waiting(self._document, self._results, self.by_hand, self._node, self._lanes, self._lane)
        self.waiting.setText(words)
        self.waiting.setVisible(bool(words))

    def changeEvent(self, event: QEvent) -> None:
        """The font changed: tiles are measured again."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "grid"):
            self.grid.apply_theme(self._theme)

    def _lay_out(self) -> None:
        self._row_of_heads = QHBoxLayout()
        self._row_of_heads.setSpacing(4)
        self._count = label(dim=True)
        self._whose = label(bold=True)
        self._whose.hide()
        top = QHBoxLayout()
        top.addWidget(self._whose)
        top.addLayout(self._row_of_heads)
        top.addSpacing(6)
        top.addWidget(self._count)
        top.addStretch(1)
        top.addWidget(self.tools)
        self.waiting = label(wrap=True)
        self.waiting.setObjectName("asked")
        self.waiting.hide()
        self._title = label(bold=True)
        self._advice = label(dim=True, wrap=True)
        for words in (self._title, self._advice):
            words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty = QWidget()
        page = QVBoxLayout(self._empty)
        page.addStretch(1)
        page.addWidget(self._title)
        page.addWidget(self._advice)
        page.addStretch(1)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.grid)
        self._pages.addWidget(self._empty)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(8, 6, 8, 0)
        whole.setSpacing(4)
        whole.addLayout(top)
        whole.addWidget(self.tools.trouble)
        whole.addWidget(self.waiting)
        whole.addWidget(self._pages, 1)
