"""An edge on the canvas: a curve from an output to an input, through the points that the user put on it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPainterPathStroker
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from gui.canvas.style import CanvasStyle, faded
from nodegraph.graph.model import Edge, End

POINT_RADIUS = 5.0
REACH = 12.0
AISLE_TURN = 22.0
FARTHEST = 40000.0


def finite(value: object) -> bool:
    """Whether a value from a file is a number that can be a coordinate."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= FARTHEST


def place_in(ui: Mapping[str, Any]) -> QPointF | None:
    """The place that `ui` names, or None where it names none that can be used."""
    x, y = ui.get("x"), ui.get("y")
    return QPointF(x, y) if finite(x) and finite(y) and not (math.isnan(x) or math.isnan(y)) else None  # type: ignore[arg-type]


def place_or(ui: Mapping[str, Any], other: QPointF) -> QPointF:
    """The place that `ui` names, else the other one. (A point at the origin is false to Python.)"""
    place = place_in(ui)
    return place if place is not None else other


def points_of(edge: Edge) -> list[QPointF]:
    """The points that the edge is led through."""
    ui = edge.extra.get("ui")
    points = ui.get("points") if isinstance(ui, dict) else None
    if not isinstance(points, list):
        return []
    return [
        QPointF(*point)
        for point in points
        if isinstance(point, list) and len(point) == 2 and finite(point[0]) and finite(point[1])
    ]


def with_points(edge: Edge, points: Sequence[QPointF]) -> Edge:
    """The same edge, led through other points."""
    before = edge.extra.get("ui")
    ui = {key: value for key, value in (before if isinstance(before, dict) else {}).items() if key != "points"}
    if points:
        ui["points"] = [[round(point.x(), 1), round(point.y(), 1)] for point in points]
    extra = {key: value for key, value in edge.extra.items() if key != "ui"}
    return replace(edge, extra={**extra, "ui": ui} if ui else extra)


def curve(start: QPointF, end: QPointF, points: Sequence[QPointF] = (), aisle: float | None = None) -> QPainterPath:
    """The curve of an edge: it leaves to the right and arrives from the left.

    One that leads back goes along the height `aisle`, where no node of its two lies, when there is one.
    """
    path = QPainterPath(start)
    for before, after in pairwise([start, *points, end]):
        across = after.x() - before.x()
        if aisle is not None and not points and across < 0:
            _lead_back(path, before, after, aisle)
            continue
        down = abs(after.y() - before.y())
        pull = max(24.0, min(across * 0.5, 130.0)) if across > 0 else min(60 - across * 0.12 + down * 0.1, 160)
        path.cubicTo(before + QPointF(pull, 0), after - QPointF(pull, 0), after)
    return path


def _lead_back(path: QPainterPath, start: QPointF, end: QPointF, aisle: float) -> None:
    """Out to the right, to the aisle, along it, and in from the left."""
    out, back = start.x() + AISLE_TURN, end.x() - AISLE_TURN
    down, on = aisle - start.y(), end.y() - aisle
    first, second = min(AISLE_TURN, abs(down) / 2), min(AISLE_TURN, abs(on) / 2)
    one, two = math.copysign(first, down), math.copysign(second, on)
    path.quadTo(QPointF(out, start.y()), QPointF(out, start.y() + one))
    path.lineTo(out, aisle - one)
    path.quadTo(QPointF(out, aisle), QPointF(out - first, aisle))
    path.lineTo(back + second, aisle)
    path.quadTo(QPointF(back, aisle), QPointF(back, aisle + two))
    path.lineTo(back, end.y() - two)
    path.quadTo(QPointF(back, end.y()), end)


class EdgeItem(QGraphicsItem):
    """One edge. `chosen`: it was clicked; `lit`: one of its nodes is chosen."""

    def __init__(self, edge: Edge, style: CanvasStyle, parent: QGraphicsItem) -> None:
        super().__init__(parent)
        self.edge = edge
        self.chosen = False
        self.lit = False
        self._style = style
        self._path = QPainterPath()
        self._bounds = QRectF()
        self._shape: QPainterPath | None = None
        self.points = points_of(edge)
        self.ends = (QPointF(), QPointF())
        self.aisle: float | None = None

    @property
    def key(self) -> tuple[End, End]:
        """Its two ends, by which it is kept."""
        return (self.edge.source, self.edge.target)

    @property
    def shown_path(self) -> QPainterPath:
        """The curve as it is painted, in the scene."""
        return self._path

    @property
    def middle(self) -> QPointF:
        """The place half way along it."""
        return self._path.pointAtPercent(0.5)

    def lead(self, start: QPointF, end: QPointF, points: Sequence[QPointF] | None = None) -> None:
        """Leads the edge from one place to another; without `points` through those it had."""
        self.points = self.points if points is None else list(points)
        self.prepareGeometryChange()
        self.ends = (QPointF(start), QPointF(end))
        self._path = curve(start, end, self.points, self.aisle)
        self._bounds = self._path.controlPointRect().adjusted(-7, -7, 7, 7)
        self._shape = None

    def show_edge(self, edge: Edge) -> None:
        """The same ends, another way."""
        self.edge = edge
        self.lead(*self.ends, points=points_of(edge))

    def show_style(self, style: CanvasStyle) -> None:
        """Another theme."""
        self._style = style
        self.update()

    def light(self, *, chosen: bool, lit: bool) -> None:
        """Paints itself as chosen or as one of a chosen node's."""
        if (chosen, lit) != (self.chosen, self.lit):
            self.chosen, self.lit = chosen, lit
            self.setZValue(1.0 if chosen or lit else 0.0)
            self.update()

    def line(self) -> QLineF:
        """The edge as seen from far away."""
        return QLineF(*self.ends)

    def point_at(self, place: QPointF) -> int | None:
        """Which of its points is there."""
        for index, point in enumerate(self.points):
            if QLineF(point, place).length() <= REACH:
                return index
        return None

    def place_for(self, place: QPointF) -> int:
        """Where in the row of its points a new one at this place belongs."""
        stops = [self.ends[0], *self.points, self.ends[1]]
        ways = [
            QLineF(before, place).length() + QLineF(place, after).length() - QLineF(before, after).length()
            for before, after in pairwise(stops)
        ]
        return ways.index(min(ways))

    def path(self) -> QPainterPath:
        """The curve."""
        return self._path

    def boundingRect(self) -> QRectF:
        """All that is painted."""
        return self._bounds

    def shape(self) -> QPainterPath:
        """What can be clicked: a band around the curve."""
        if self._shape is None:
            stroker = QPainterPathStroker()
            stroker.setWidth(12)
            self._shape = stroker.createStroke(self._path)
        return self._shape

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Paints the curve and its points."""
        style = self._style
        pen = style.edge(self.edge.source.port)
        if self.chosen:
            painter.strokePath(self._path, style.chosen_halo)
        if self.chosen or self.lit:
            pen = style.edge_chosen
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(self._path)
        if self.points:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(faded(pen.color(), 1.0))
            for point in self.points:
                painter.drawEllipse(point, POINT_RADIUS, POINT_RADIUS)
