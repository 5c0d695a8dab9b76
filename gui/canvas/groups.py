"""Groups: frames around nodes with a title and a colour of the palette. Their edits are made here, too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from gui.canvas.edge_item import finite, place_in
from gui.canvas.style import CanvasStyle, faded
from nodegraph.graph.model import Group

HEADER = 30.0
ROOM = 20.0
GRIP = 18.0
SMALLEST = 120.0
TITLE, READABLE, MOST = 14, 11, 40
"""Pixels of a title: near, on the screen when farther away, and what fits over the nodes."""

COLOURS = ("scorer", "source", "filter", "captioner", "dedup", "arrange", "review", "export")
"""A group's colour is the name of a kind of node: each theme has its own for it."""


def stored_rect(group: Group) -> QRectF | None:
    """The frame that the file says, or None."""
    place, width, height = place_in(group.ui), group.ui.get("w"), group.ui.get("h")
    if place is None or not finite(width) or not finite(height):
        return None
    return QRectF(place.x(), place.y(), max(width, SMALLEST), max(height, HEADER * 2))  # type: ignore[type-var]


def rect_around(rects: Iterable[QRectF]) -> QRectF:
    """A frame with room around these nodes."""
    whole = QRectF()
    for rect in rects:
        whole = whole.united(rect)
    return whole.adjusted(-ROOM, -ROOM - HEADER, ROOM, ROOM)


def with_rect(group: Group, rect: QRectF) -> Group:
    """The group with another frame."""
    sides = {"x": rect.x(), "y": rect.y(), "w": rect.width(), "h": rect.height()}
    return replace(group, ui={**group.ui, **{name: round(value, 1) for name, value in sides.items()}})


def regrouped(groups: tuple[Group, ...], moved: Mapping[str, QRectF]) -> tuple[Group, ...]:
    """The groups after nodes were dropped at new places: a node belongs to the first frame its middle lies in."""
    homes = {id: _home(groups, rect.center()) for id, rect in moved.items()}
    found: list[Group] = []
    for index, group in enumerate(groups):
        if stored_rect(group) is None:
            found.append(group)
            continue
        stay = [id for id in group.nodes if id not in moved or homes[id] == index]
        come = [id for id, home in homes.items() if home == index and id not in stay]
        found.append(replace(group, nodes=(*stay, *come)) if (*stay, *come) != group.nodes else group)
    return tuple(found)


def _home(groups: tuple[Group, ...], place: QPointF) -> int | None:
    return next((i for i, group in enumerate(groups) if (r := stored_rect(group)) and r.contains(place)), None)


def _title_size(scale: float) -> int:
    """How large a title is painted, so that it can be read from afar."""
    return max(TITLE, min(MOST, round(READABLE / scale)))


class GroupItem(QGraphicsItem):
    """The frame of one group, known by its position among the groups."""

    def __init__(self, index: int, group: Group, rect: QRectF, style: CanvasStyle) -> None:
        super().__init__()
        self.index = index
        self.content = group
        self.chosen = False
        self._rect = rect
        self._style = style
        self.setZValue(-20.0)

    @property
    def rect(self) -> QRectF:
        """The frame in the scene."""
        return self._rect

    def set_rect(self, rect: QRectF) -> None:
        """Shows another frame; the document learns of it when the gesture ends."""
        self.prepareGeometryChange()
        self._rect = rect
        self.update()

    def show_style(self, style: CanvasStyle) -> None:
        """Another theme."""
        self._style = style
        self.update()

    def header(self) -> QRectF:
        """The part that is held to move the group."""
        return QRectF(self._rect.x(), self._rect.y(), self._rect.width(), HEADER)

    def grip(self) -> QRectF:
        """The part that is held to resize it."""
        corner = self._rect.bottomRight()
        return QRectF(corner.x() - GRIP, corner.y() - GRIP, GRIP, GRIP)

    def boundingRect(self) -> QRectF:
        """All that is painted."""
        return self._rect.adjusted(-2, -2, 2, 2)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Paints the frame, its title and the grip."""
        style = self._style
        colour = style.kind(str(self.content.ui.get("colour", COLOURS[0])))
        painter.setPen(QPen(faded(colour, 0.55), 1.4))
        painter.setBrush(faded(colour, 0.09))
        painter.drawRoundedRect(self._rect, 10, 10)
        painter.setFont(style.heading(_title_size(painter.worldTransform().m11())))
        painter.setPen(colour)
        text = painter.fontMetrics().elidedText(
            self.content.title, Qt.TextElideMode.ElideRight, int(self._rect.width() - 30)
        )
        place = self.header().adjusted(14, 0, -14, max(0.0, painter.fontMetrics().height() - HEADER))
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, text)
        painter.setPen(QPen(faded(colour, 0.8), 1.4))
        corner = self._rect.bottomRight() - QPointF(5, 5)
        for step in (4.0, 8.0, 12.0):
            painter.drawLine(corner - QPointF(step, 0), corner - QPointF(0, step))
