"""Groups: frames around nodes with a title and a colour of the palette. Their edits are made here, too."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
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


def rect_around(rects: Iterable[QRectF], inner: Iterable[Group] = ()) -> QRectF:
    """A frame with room around these nodes, and around the frames that lie in it."""
    whole = QRectF()
    for rect in rects:
        whole = whole.united(rect)
    whole = whole.adjusted(-ROOM, -ROOM - HEADER, ROOM, ROOM)
    for group in inner:
        if rect := stored_rect(group):
            whole = whole.united(_with_room(rect))
    return whole


def _with_room(frame: QRectF) -> QRectF:
    return frame.adjusted(-ROOM, -ROOM / 2 - HEADER, ROOM, ROOM)


def with_rect(group: Group, rect: QRectF) -> Group:
    """The group with another frame."""
    sides = {"x": rect.x(), "y": rect.y(), "w": rect.width(), "h": rect.height()}
    return replace(group, ui={**group.ui, **{name: round(value, 1) for name, value in sides.items()}})


def regrouped(groups: tuple[Group, ...], moved: Mapping[str, QRectF], still: Collection[int] = ()) -> tuple[Group, ...]:
    """The groups after nodes were dropped at new places: a node belongs to the frames that its middle lies in.

    Of frames that lie in one another to all of them, of frames that merely overlap to the smallest. Groups at the
    positions in `still` keep the nodes they have.
    """
    homes = {id: _homes(groups, rect.center()) for id, rect in moved.items()}
    found: list[Group] = []
    for index, group in enumerate(groups):
        if stored_rect(group) is None or index in still:
            found.append(group)
            continue
        stay = [id for id in group.nodes if id not in moved or index in homes[id]]
        come = [id for id, home in homes.items() if index in home and id not in stay]
        found.append(replace(group, nodes=(*stay, *come)) if (*stay, *come) != group.nodes else group)
    return tuple(found)


def _homes(groups: tuple[Group, ...], place: QPointF) -> list[int]:
    frames = [(index, rect) for index, group in enumerate(groups) if (rect := stored_rect(group))]
    homes: list[int] = []
    inner: QRectF | None = None
    for index, rect in sorted(frames, key=lambda frame: (area(frame[1]), frame[0])):
        if rect.contains(place) and (inner is None or rect.contains(inner)):
            homes.append(index)
            inner = rect
    return homes


def area(rect: QRectF) -> float:
    """How large a frame is: of two, the smaller one lies above."""
    return rect.width() * rect.height()


def framed(groups: tuple[Group, ...], ids: Collection[str], rects: Mapping[str, QRectF]) -> tuple[Group, ...]:
    """The groups of nodes that were laid out anew, with frames that fit around what is in them, inner ones first."""
    found = list(groups)
    order = sorted((len(group.nodes), index) for index, group in enumerate(groups) if stored_rect(group))
    for place, (_count, index) in enumerate(order):
        group = groups[index]
        if not any(id in ids for id in group.nodes):
            continue
        inner = [
            found[one] for _, one in order[:place] if groups[one].nodes and set(groups[one].nodes) <= set(group.nodes)
        ]
        found[index] = with_rect(group, rect_around((rects[id] for id in group.nodes if id in rects), inner))
    return tuple(found)


def grouped(groups: tuple[Group, ...], new: Group, rects: Mapping[str, QRectF]) -> tuple[Group, ...]:
    """The groups with one more around its nodes: groups whose nodes are all among them lie in it, those that have all
    of them lie around it, and of any other the nodes leave.
    """
    chosen = set(new.nodes)
    rest: list[Group] = []
    inner: list[Group] = []
    for group in groups:
        if set(group.nodes) & chosen and not (chosen <= set(group.nodes) or set(group.nodes) <= chosen):
            group = replace(group, nodes=tuple(id for id in group.nodes if id not in chosen))
        elif group.nodes and set(group.nodes) <= chosen:
            inner.append(group)
        rest.append(group)
    frame = rect_around((rects[id] for id in new.nodes), inner)
    around = with_rect(new, frame)
    outer = [
        with_rect(group, rect.united(_with_room(frame)))
        if chosen <= set(group.nodes) and (rect := stored_rect(group))
        else group
        for group in rest
    ]
    return (*outer, around)


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
        self._put_in_order()

    @property
    def rect(self) -> QRectF:
        """The frame in the scene."""
        return self._rect

    def set_rect(self, rect: QRectF) -> None:
        """Shows another frame; the document learns of it when the gesture ends."""
        self.prepareGeometryChange()
        self._rect = rect
        self._put_in_order()
        self.update()

    def _put_in_order(self) -> None:
        self.setZValue(-20.0 - min(area(self._rect) / 1e9, 9.0))

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
            self.content.title[:200], Qt.TextElideMode.ElideRight, int(self._rect.width() - 30)
        )
        place = self.header().adjusted(14, 0, -14, max(0.0, painter.fontMetrics().height() - HEADER))
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, text)
        painter.setPen(QPen(faded(colour, 0.8), 1.4))
        corner = self._rect.bottomRight() - QPointF(5, 5)
        for step in (4.0, 8.0, 12.0):
            painter.drawLine(corner - QPointF(step, 0), corner - QPointF(0, step))
