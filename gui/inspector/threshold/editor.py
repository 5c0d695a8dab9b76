"""The threshold editor: histogram, counts and pictures at the limits of a filter, from remembered tables alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from gui.document import GraphDocument
from gui.inspector.binding import Binding
from gui.inspector.threshold.cut import COLOURS, FILTER, ORDER, Cut, Part, Parts, cut_of
from gui.inspector.threshold.distribution import Distribution, distribution_of
from gui.inspector.threshold.histogram import Histogram
from gui.inspector.threshold.strip import LimitStrip, Neighbours
from gui.results import Results
from gui.theme.theme import Theme
from nodegraph.graph.model import End, Graph
from nodegraph.parameters import with_defaults

if TYPE_CHECKING:
    from gui.gallery.thumbnails import Thumbnails

PAUSE_MS = 250
MOST_PICTURES = 16


class ThresholdEditor(QWidget):
    """Edits the limits of one node whose spec has a cut. Everything but the edit itself happens while dragging."""

    def __init__(
        self,
        document: GraphDocument,
        results: Results,
        thumbnails: Thumbnails | None,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._document, self._results, self._theme = document, results, theme
        self._node = ""
        self._cut: Cut | None = None
        self._bindings: dict[str, Binding] = {}
        self._limits: dict[str, float | None] = {}
        self._unsaved: set[str] = set()
        self.distribution: Distribution | None = None
        self._source: tuple[object, ...] | None = None
        self._wish: tuple[object, bool | None] = ("", None)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        self.counts = QLabel(self)
        self.counts.setTextFormat(Qt.TextFormat.RichText)
        self.counts.setWordWrap(True)
        self.log = QToolButton(self)
        self.log.setText(self.tr("Log"))
        self.log.setCheckable(True)
        self.log.setProperty("role", "button")
        self.log.setAccessibleName(self.tr("Logarithmic axis"))
        self.log.setToolTip(self.tr("Logarithmic axis: more room for the end where most of the numbers are"))
        self.log.clicked.connect(self._show_axis)
        head = QHBoxLayout()
        head.addWidget(self.counts, 1)
        head.addWidget(self.log)
        layout.addLayout(head)
        self.histogram = Histogram(theme, self)
        self.histogram.moved.connect(self._moved)
        self.histogram.released.connect(self.save)
        layout.addWidget(self.histogram)
        self.strips = {side: LimitStrip(side, theme, thumbnails, self) for side in ("low", "high")}
        for strip in self.strips.values():
            layout.addWidget(strip)
        self.hint = QLabel(self)
        self.hint.setWordWrap(True)
        self.hint.setProperty("role", "dim")
        layout.addWidget(self.hint)
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self.save)
        self._reading = QTimer(self, singleShot=True, interval=80)
        self._reading.timeout.connect(self.reload)
        document.changed.connect(self._follow)
        results.node_changed.connect(self._hear)

    def show_node(self, node: str) -> None:
        """Edits this node from now on."""
        self.save()
        self._node = node
        spec = self._document.registry.nodes.get(self._document.graph.nodes[node].type)
        self._cut = cut_of(spec) if spec else None
        self._bindings = (
            {name: Binding(self._document, [node], spec.parameters[name]) for name in self._cut.limits.values()}
            if spec and self._cut
            else {}
        )
        self._source = None
        self.reload()

    def _follow(self, before: Graph, after: Graph) -> None:
        if self._node not in after.nodes:
            return
        if before.edges != after.edges:
            self._reading.start()
        if before.nodes.get(self._node) is not after.nodes[self._node]:
            self.renew()

    def _hear(self, node: str) -> None:
        end = self._upstream()
        if end is not None and end.node == node:
            self._reading.start()

    def reload(self) -> None:
        """Reads the rows that come in, where they are others than those shown."""
        end, column = self._upstream(), self._params().get(self._cut.column) if self._cut else None
        path = self._results.of(end.node).files.get(end.port) if end else None
        stamp = path.stat().st_mtime_ns if path is not None and path.is_file() else None
        counts = self._cut is not None and self._cut.counts(self._params())
        source = (path, stamp, column, counts)
        if source != self._source:
            self._source = source
            table = self._results.table(end.node, end.port) if end and stamp is not None else None
            self.distribution = distribution_of(table, str(column)) if table is not None and column and counts else None
            if self.distribution is not None and not len(self.distribution):
                self.distribution = None
            self._explain(has_table=table is not None, column=column, counts=counts)
            self.histogram.show_distribution(self.distribution, tuple(self._cut.limits) if self._cut else ("low",))
            self._show_axis(self._wish[1] if self._wish[0] == column else None)
        self.renew()

    def _show_axis(self, by_ratio: bool | None) -> None:
        """Spreads the numbers as a person wishes, which then holds for this column; None: as they are best seen."""
        self._wish = (self._source[2] if self._source else "", by_ratio)
        self.histogram.show_axis(by_ratio=by_ratio)
        self.log.setChecked(self.histogram.by_ratio)

    def renew(self) -> None:
        """Shows the node's limits as they are now; while they are dragged, the dragged ones."""
        if self._node not in self._document.graph.nodes or self._cut is None:
            return
        params = self._params()
        if self._source is not None and (params.get(self._cut.column), self._cut.counts(params)) != self._source[2:]:
            self.reload()
            return
        for side in self._cut.limits:
            if side not in self._unsaved:
                self._limits[side] = self._cut.limit(params, side)
        self._show()

    def save(self) -> None:
        """Makes the edit of limits that were moved."""
        self._pause.stop()
        sides, self._unsaved = self._unsaved, set()
        if self._node not in self._document.graph.nodes:
            return
        names = self._cut.sides(self._params()) if self._cut is not None else {}
        for side in sorted(sides):
            self._bindings[names[side]].set(self._as_parameter(side, self._bindings[names[side]]))
        if not self.histogram.dragging:
            for binding in self._bindings.values():
                binding.settle()

    def _as_parameter(self, side: str, binding: Binding) -> float | int | None:
        value = self._limits.get(side)
        if value is None:
            return None
        kinds = str(binding.parameter.type)
        return round(value) if "int" in kinds and "float" not in kinds else value

    def _moved(self, side: str, value: float | None) -> None:
        if self._cut is None or self.distribution is None:
            return
        if value is not None and self._by_percentile():
            value = round(self.distribution.percent_of(value), 1)
        low, high = self._limits.get("low"), self._limits.get("high")
        if value is not None and side == "low" and high is not None:
            value = min(value, high)
        if value is not None and side == "high" and low is not None:
            value = max(value, low)
        self._limits[side] = value
        self._unsaved.add(side)
        self._show()
        self._pause.start()

    def bounds(self) -> tuple[float | None, float | None]:
        """The limits as values of the column, percentiles looked up."""
        low, high = self._limits.get("low"), self._limits.get("high")
        if self.distribution is None or not self._by_percentile():
            return low, high
        find = self.distribution.percentile
        return None if low is None else find(low), None if high is None else find(high)

    def _show(self) -> None:
        found = self.distribution
        self.histogram.setVisible(found is not None)
        self.log.setVisible(found is not None)
        low, high = self.bounds()
        parts = self._cut.parts(self._params()) if self._cut is not None else FILTER
        self.histogram.show_limits(low, high, parts)
        if found is None:
            self.counts.setVisible(False)
            for strip in self.strips.values():
                strip.setVisible(False)
            return
        first, last = found.span(low, high, parts)
        self._show_counts(found, parts, (first, last - first, len(found) - last))
        for side, limit in (("low", low), ("high", high)):
            strip = self.strips[side]
            strip.setVisible(limit is not None)
            strip.set_rows(2 if None in (low, high) else 1)  # both together take no more room than one
            if limit is not None:
                strip.show_neighbours(found, _neighbours(found, side, first, last, parts))
        self._show_hint()

    def _show_counts(self, found: Distribution, parts: Parts, counts: tuple[int, int, int]) -> None:
        words: dict[Part, str] = {
            "kept": self.tr("{0} kept"), "review": self.tr("{0} to review"), "dropped": self.tr("{0} dropped"),
        }  # fmt: skip
        told: list[str] = []
        coloured: list[str] = []
        for part in ORDER:
            if part not in parts:
                continue
            count = sum(number for one, number in zip(parts, counts, strict=True) if one == part)
            told.append(words[part].format(f"{count:,}"))
            whole = told[-1].replace(" ", "&nbsp;")
            coloured.append(f'<b style="color:{self._theme[COLOURS[part]].name()}">{whole}</b>')
        if found.unmeasured:
            coloured.append(self.tr("{0} not measured").format(f"{found.unmeasured:,}"))
        self.counts.setText(" &nbsp;·&nbsp; ".join(coloured))
        self.counts.setVisible(True)
        self.histogram.setAccessibleDescription(", ".join(told))

    def _show_hint(self) -> None:
        lines: list[str] = []
        end = self._upstream()
        state = self._results.of(end.node).state if end else "ready"
        if state in ("stale", "partial"):
            old, part = self.tr("The graph has changed since."), self.tr("It was a run on a part of the pictures.")
            lines.append(self.tr("From the last run. {0}").format(old if state == "stale" else part))
        given = {side: self._limits.get(side) for side in ("low", "high")}
        if all(limit is None for limit in given.values()):
            lines.append(self.tr("Drag a handle inwards to set a limit. Del or a double-click takes it away."))
        elif self._by_percentile():
            words = {"low": self.tr("from"), "high": self.tr("to")}
            limits = [f"{words[side]} {value:g} %" for side, value in given.items() if value is not None]
            lines.append(self.tr("Percentiles of this set: {0}").format(" ".join(limits)))
        self.hint.setText("\n".join(lines))
        self.hint.setVisible(bool(lines))

    def _explain(self, *, has_table: bool, column: object, counts: bool) -> None:
        if not counts:
            text = self.tr("No limits to set here: they follow from the other settings.")
        elif not column:
            text = self.tr("Choose a column to see its numbers here.")
        elif not has_table:
            text = self.tr("Run once, and the numbers of {0} and the pictures at the limits are shown here.").format(
                column
            )
        elif self.distribution is None:
            text = self.tr("The last run gave no numbers in {0}. Run again to measure them.").format(column)
        else:
            text = ""
        self.hint.setText(text)
        self.hint.setVisible(bool(text))

    def _by_percentile(self) -> bool:
        return self._cut is not None and self._cut.by_percentile(self._params())

    def _params(self) -> dict[str, object]:
        node = self._document.graph.nodes.get(self._node)
        spec = self._document.registry.nodes.get(node.type) if node else None
        return with_defaults(spec.parameters, node.params) if node and spec else {}

    def _upstream(self) -> End | None:
        node = self._document.graph.nodes.get(self._node)
        spec = self._document.registry.nodes.get(node.type) if node else None
        return self._document.graph.inputs_of(self._node).get(spec.inputs[0]) if spec and spec.inputs else None


def _neighbours(
    found: Distribution, side: str, first: int, last: int, parts: Parts, count: int = MOST_PICTURES
) -> Neighbours:
    """The pictures next to a limit: on one side those inside both limits, on the other those beyond this one."""
    inside = range(first, last)
    if side == "low":
        return Neighbours(
            tuple(range(first - 1, max(-1, first - 1 - count), -1)),
            tuple(inside[:count]),
            parts[:2],
            first,
            len(inside),
        )
    return Neighbours(
        tuple(reversed(inside[-count:])), tuple(range(last, min(len(found), last + count))), parts[1:], len(inside),
        len(found) - last,
    )  # fmt: skip
