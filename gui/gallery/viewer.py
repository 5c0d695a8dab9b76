"""The viewer: one picture at full size, or two side by side, with all that is known of it and its caption to edit."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QCloseEvent, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from gui.document import GraphDocument
from gui.gallery.apart import ApartButton
from gui.gallery.by_hand import ByHand, caption_node
from gui.gallery.facts import Facts
from gui.gallery.full_pictures import FullPictures, name_of
from gui.gallery.kept_like import finds_duplicates, kept_like
from gui.gallery.picture_view import STEP, PictureView, Sight
from gui.gallery.rows_model import RowsModel
from gui.gallery.rows_model import name_of as name_of_row
from gui.gallery.thumbnails import Thumbnails
from gui.gallery.verdict import VerdictButtons, is_review
from gui.gallery.way import Stop, stations_of
from gui.gallery.ways import Ways
from gui.gallery.widgets import label, toggle
from gui.results import Results
from gui.theme.theme import Theme
from gui.titles import title_of
from nodegraph.cache.keys import content_key
from nodegraph.problems import Problem

Row = dict[str, Any]


class Viewer(QWidget):
    """A window that goes through the rows of a grid. `moved(position)` follows each step.

    `node_wanted(node, port)` asks for the rows of another node, which this picture went through.
    """

    moved = Signal(int)
    node_wanted = Signal(str, str)

    def __init__(
        self,
        document: GraphDocument,
        results: Results,
        thumbnails: Thumbnails,
        by_hand: ByHand,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setWindowTitle(self.tr("Picture"))
        self.resize(1240, 780)
        self._document, self._results, self._thumbnails, self._by_hand = document, results, thumbnails, by_hand
        self._rows: RowsModel | None = None
        self._node = ""
        self._rid = ""
        self.position = -1
        self._pinned: Row | None = None
        self._full = FullPictures(self)
        self._full.ready.connect(self._picture_came)
        self._ways = Ways(self)
        self._ways.found.connect(self._show_way)
        self._sight = Sight(self)
        self.view = PictureView(self._sight, theme)
        self.view.setAccessibleName(self.tr("Picture"))
        self.other = PictureView(self._sight, theme)
        self.other.setAccessibleName(self.tr("Picture to compare with"))
        self.other.hide()
        self.facts = Facts(theme)
        self.facts.caption_written.connect(self._write)
        self.facts.caption_reset.connect(lambda: self._write(None))
        self.facts.node_wanted.connect(self.node_wanted)
        by_hand.changed.connect(self._show_caption)
        self.apart = ApartButton(by_hand)
        self.verdict = VerdictButtons(by_hand)
        self.verdict.given.connect(lambda: self.step(1))
        by_hand.refused.connect(self._say_refusal)
        thumbnails.ready.connect(self._thumbnail_came)
        self._state = label(dim=True)
        self._lay_out()
        self._make_keys()
        self._sight.changed.connect(self._say_scale)

    def show_rows(self, rows: RowsModel, node: str, position: int) -> None:
        """Shows the row at this position of what a grid shows of a node."""
        if self._rows is not None and self._rows is not rows:
            self._rows.modelReset.disconnect(self._rows_changed)
            self._rows.renewed.disconnect(self._rows_changed)
        if self._rows is not rows:
            self._rows = rows
            rows.modelReset.connect(self._rows_changed)
            rows.renewed.connect(self._rows_changed)
        self._node = node
        self._ways.stations = stations_of(self._document, self._results, node)
        self._go(position)
        self.show()
        self.raise_()
        self.activateWindow()
        self.view.setFocus()

    def turn_to(self, node: str) -> None:
        """The grid is about to show the rows of another node."""
        if node != self._node:
            self.facts.caption.commit()
            self._node = node

    def step(self, by: int) -> None:
        """The next picture, or one further away."""
        if self._rows is not None and self._rows.rowCount():
            self._go(max(0, min(self._rows.rowCount() - 1, self.position + by)))

    def pin(self, on: bool) -> None:
        """Keeps the picture on the left while others are looked at on the right."""
        self._beside.setChecked(False)
        self._compare.setChecked(on)
        self._put_beside(self._row() if on else None)

    def beside_the_kept_one(self, on: bool) -> None:
        """Shows each picture beside the one that was kept of its group, at a finder of duplicates."""
        row = self._row()
        self._compare.setChecked(False)
        self._beside.setChecked(on)
        self._put_beside(self._kept_like(row) if on and row is not None else None)

    def _put_beside(self, row: Row | None) -> None:
        self._pinned = row
        self.other.setVisible(row is not None)
        self._sight.fit()
        self._show_pictures()
        self._show_pair()

    def swap(self) -> None:
        """The picture that was kept on the left goes on the right, and the other way round."""
        before, row = self._pinned, self._row()
        place = self._rows.position_of(before["rid"]) if before is not None and self._rows is not None else None
        if place is not None and row is not None:
            self._pinned = row
            self._go(place)

    def apply_theme(self, theme: Theme) -> None:
        """Takes on another theme."""
        self.view.apply_theme(theme)
        self.other.apply_theme(theme)
        self.facts.apply_theme(theme)

    def shutdown(self) -> None:
        """Ends the threads. The app is closing."""
        self._full.shutdown()
        self._ways.shutdown()

    def closeEvent(self, event: QCloseEvent) -> None:
        """What was typed is kept."""
        self.facts.caption.commit()
        super().closeEvent(event)

    def _go(self, position: int) -> None:
        self.facts.caption.commit()
        self.position = position
        row = self._row()
        if row is None:
            return
        if (row["rid"] or "") != self._rid:
            self._rid = row["rid"] or ""
            self._sight.fit()
            self.facts.show_way([])
            self.setWindowTitle(name_of_row(self._rid) or self.tr("Picture"))
        if self._beside.isChecked():
            self._pinned = self._kept_like(row)
            self.other.setVisible(self._pinned is not None)
        self._show_caption()
        self._show_pictures()
        self._show_pair()
        self.verdict.show_picture(self._review_node(), row["cid"] or "")
        self._beside.setVisible(finds_duplicates(self._document, row.get("_node") or self._node))
        self._ways.ask(self._rid)
        self._prefetch()
        self.moved.emit(position)

    def _prefetch(self) -> None:
        """The next picture is decoded while this one is looked at; asked for first, so that this one is before it."""
        if (
            self._rows is not None
            and self._full_of(self._row()) is not None
            and self.position + 1 < self._rows.rowCount()
        ):
            row = self._rows.row(self.position + 1)
            if row.get("path"):
                self._full.get(row["path"], row["recipe"] or "")

    def _kept_like(self, row: Row) -> Row | None:
        return kept_like(self._document, self._results, row.get("_node") or self._node, row)

    def _review_node(self) -> str:
        """The node whose rows are shown, where people decide there; else empty."""
        return self._node if is_review(self._document, self._node) else ""

    def _row(self) -> Row | None:
        if self._rows is None or not 0 <= self.position < self._rows.rowCount():
            return None
        return self._rows.row(self.position)

    def _full_of(self, row: Row | None) -> Any:
        return self._full.get(row["path"], row["recipe"] or "") if row is not None and row.get("path") else None

    def _show_pictures(self) -> None:
        row = self._row()
        for view, one in ((self.view, row), (self.other, self._pinned)):
            if one is None:
                continue
            full = self._full_of(one)
            content = content_key(one["cid"] or "", one["recipe"] or "")
            trouble = full.trouble if full is not None else ""
            words = trouble or (
                self.tr("Reading...") if one.get("path") else self.tr("There is no picture of this row.")
            )
            title = "" if self._pinned is None else name_of_row(one["rid"] or "")
            small = None if trouble else self._thumbnails.get(content, one.get("path") or "")
            view.show_picture(full, small, words, title)
            if view is self.view:
                no_file = self.tr("Its file is not known.") if not one.get("path") else trouble
                header, written = (full.header, full.written) if full is not None else (None, {})
                self.facts.show_file(one.get("path") or "", header, written, no_file)
        self._say_scale()

    def _show_pair(self) -> None:
        row = self._row()
        if row is not None:
            self.facts.show_row(row, self._pinned)
        self.apart.show_pair(self._node, *(one["cid"] or "" if one is not None else "" for one in (self._pinned, row)))

    def _picture_came(self, name: str) -> None:
        for row in (self._row(), self._pinned):
            if row is not None and name == name_of(row.get("path") or "", row["recipe"] or ""):
                self._show_pictures()
                self._prefetch()
                return

    def _thumbnail_came(self, key: str) -> None:
        row = self._row()
        if self.isVisible() and row is not None and key == content_key(row["cid"] or "", row["recipe"] or ""):
            self._show_pictures()

    def _show_caption(self) -> None:
        row = self._row()
        if row is None:
            return
        graph, registry = self._document.graph, self._document.registry
        at = caption_node(graph, registry, row.get("_node") or self._node)
        editable = at is not None and ("caption" in row or bool(row.get("_node")))
        said = self._by_hand.caption_of(at, row["cid"]) if at else None
        by = (
            ""
            if at is None
            else self.tr("Written by {}").format(row.get("caption_by") or title_of(graph, registry, at))
        )
        if said is not None and at is not None:
            by = self.tr("Written by hand, at {}").format(title_of(graph, registry, at))
        text = said if said is not None else row.get("caption") or ""
        self.facts.show_caption(
            str(text),
            by if text else "",
            editable=editable,
            by_hand=said is not None,
            kept_in=str(self._document.journal),
        )

    def _write(self, text: str | None) -> None:
        row = self._row()
        if row is None:
            return
        at = caption_node(self._document.graph, self._document.registry, row.get("_node") or self._node)
        if at is not None:
            self._by_hand.write_caption(at, row["cid"], text)

    def _take_back(self) -> None:
        """Takes the last decision back and shows the picture that it was about."""
        back = self._by_hand.take_back()
        place = self._rows.position_of(back[0], "cid") if back and self._rows is not None else None
        if place is not None:
            self._go(place)

    def _say_refusal(self, problem: Problem) -> None:
        self._state.setText(f"{problem.message} {problem.fix}")

    def _rows_changed(self) -> None:
        """The grid shows something else: stay at the same picture where it is still there."""
        if not self.isVisible() or self._rows is None:
            return
        place = self._rows.position_of(self._rid)
        self.position = place if place is not None else min(self.position, self._rows.rowCount() - 1)
        self._ways.stations = stations_of(self._document, self._results, self._node)
        if self._row() is not None:
            self._go(self.position)

    def _show_way(self, rid: str, stops: list[Stop]) -> None:
        if rid == self._rid:
            self.facts.show_way(stops)

    def _say_scale(self) -> None:
        if self._rows is not None:
            percent = round(self.view.scale * self.devicePixelRatioF() * 100)
            self._state.setText(f"{self.position + 1:,} / {self._rows.rowCount():,}    {percent} %")

    def _lay_out(self) -> None:
        self._compare = toggle(self.tr("Side by Side"))
        self._compare.setToolTip(self.tr("Keep this picture on one side and go on with the other (C); X swaps the two"))
        self._compare.clicked.connect(self.pin)
        self._beside = toggle(self.tr("Beside the Kept One"))
        self._beside.setToolTip(self.tr("Show each picture beside the one that was kept of its group (D)"))
        self._beside.clicked.connect(self.beside_the_kept_one)
        bar = QHBoxLayout()
        bar.setContentsMargins(10, 6, 10, 6)
        bar.setSpacing(6)
        for text, tip, do in (
            ("\N{LEFTWARDS ARROW}", self.tr("Previous picture (Left)"), lambda: self.step(-1)),
            ("\N{RIGHTWARDS ARROW}", self.tr("Next picture (Right)"), lambda: self.step(1)),
            (self.tr("Fit"), self.tr("Show the whole picture (F)"), self._sight.fit),
            ("100 %", self.tr("Show each pixel as one (1)"), lambda: self.view.actual_size()),
        ):
            button = QPushButton(text)
            button.setToolTip(tip)
            button.setAccessibleName(tip)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(lambda _checked=False, do=do: do())
            bar.addWidget(button)
        bar.addWidget(self._compare)
        bar.addWidget(self._beside)
        bar.addWidget(self.apart)
        bar.addWidget(self.verdict)
        bar.addStretch(1)
        bar.addWidget(self._state)
        pictures = QHBoxLayout()
        pictures.setSpacing(2)
        pictures.addWidget(self.other, 1)
        pictures.addWidget(self.view, 1)
        left = QVBoxLayout()
        left.setSpacing(0)
        left.addLayout(pictures, 1)
        left.addLayout(bar)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(left, 1)
        whole.addWidget(self.facts)

    def _make_keys(self) -> None:
        """Keys of the pictures; in the caption's field they are letters."""
        for keys, do in (
            (("Left", "Ctrl+Up"), lambda: self.step(-1)),
            (("Right", "Ctrl+Down", "Space"), lambda: self.step(1)),
            (("Home",), lambda: self.step(-(10**9))),
            (("End",), lambda: self.step(10**9)),
            (("F", ".", "0"), self._sight.fit),
            (("1", "Z"), lambda: self.view.actual_size()),
            (("+", "="), lambda: self.view.zoom_by(STEP)),
            (("-",), lambda: self.view.zoom_by(1 / STEP)),
            (("C",), lambda: self.pin(self._pinned is None)),
            (("X",), self.swap),
            (("D",), lambda: self._beside.click() if self._beside.isVisible() else None),
            (("N",), self.apart.click),
            (("A",), lambda: self.verdict.press("accept")),
            (("L",), lambda: self.verdict.press("review")),
            (("R",), lambda: self.verdict.press("reject")),
            (("Ctrl+Z",), self._take_back),
            (("Esc",), self._leave),
        ):
            action = QAction(self.view)
            action.setShortcuts([QKeySequence(key) for key in keys])
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            action.triggered.connect(lambda _checked=False, do=do: do())
            self.view.addAction(action)

    def _leave(self) -> None:
        if self._pinned is not None:
            self.pin(False)
        else:
            self.close()
