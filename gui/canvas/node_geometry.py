"""Where the parts of a node lie: title, ports, fields, strip of pictures. Pure: knows sizes, not colours or graphs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath

WIDTH = 208.0
TITLE = 28.0
STATUS = 20.0
PORT_ROW = 18.0
FIELD_ROW = 22.0
THUMBNAIL = 44.0
THUMBNAILS = 4
GAP = 4.0
PAD = 10.0
RADIUS = 7.0
PORT_RADIUS = 5.0
PORT_REACH = 12.0
"""So near to a port's middle a press means the port."""

MARGIN = PORT_RADIUS + 4.0
"""What is painted outside the body: ports and the line around a chosen node."""

GRID = 20.0

PartKind = Literal["title", "input", "output", "field", "strip", "body", "outside"]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a node: what it is and, for ports and fields, which one."""

    kind: PartKind
    name: str = ""


@dataclass(frozen=True)
class NodeLayout:
    """The places of one node's parts, in the node's own coordinates: (0, 0) is its upper left corner."""

    size: QRectF
    title: QRectF
    status: QRectF
    inputs: dict[str, QPointF]
    outputs: dict[str, QPointF]
    fields: dict[str, QRectF]
    strip: QRectF
    body_path: QPainterPath
    title_path: QPainterPath
    collapsed: bool

    @property
    def bounds(self) -> QRectF:
        """All that is painted."""
        return self.size.adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN)

    @property
    def state_place(self) -> QPointF:
        """The middle of the state's sign in the title."""
        return QPointF(self.title.right() - PAD - 6, TITLE / 2)

    def port(self, name: str, *, output: bool) -> QPointF:
        """The middle of a port; of one that is not there, the middle of its side."""
        ports = self.outputs if output else self.inputs
        return ports.get(name, QPointF(self.size.right() if output else 0.0, self.size.height() / 2))

    def part_at(self, place: QPointF) -> Part:
        """What lies at a place; ports win over the rest."""
        nearest, best = Part("outside"), PORT_REACH
        for kind, ports in (("input", self.inputs), ("output", self.outputs)):
            for name, middle in ports.items():
                distance = max(abs(place.x() - middle.x()), abs(place.y() - middle.y()))
                if distance < best:
                    nearest, best = Part(kind, name), distance  # type: ignore[arg-type]
        if nearest.kind != "outside":
            return nearest
        for name, rect in self.fields.items():
            if rect.contains(place):
                return Part("field", name)
        if self.title.contains(place):
            return Part("title")
        if not self.strip.isEmpty() and self.strip.contains(place):
            return Part("strip")
        return Part("body" if self.size.contains(place) else "outside")


@lru_cache(maxsize=512)
def layout_of(
    inputs: tuple[str, ...], outputs: tuple[str, ...], fields: tuple[str, ...], *, strip: bool, collapsed: bool
) -> NodeLayout:
    """The layout of a node with these ports and fields. Equal nodes share one."""
    if collapsed:
        return _made(
            QRectF(0, 0, WIDTH, TITLE), _spread(inputs, 0.0, TITLE), _spread(outputs, WIDTH, TITLE), {}, QRectF(), True
        )
    top = TITLE + STATUS + GAP
    ports_in = {name: QPointF(0.0, top + PORT_ROW * (row + 0.5)) for row, name in enumerate(inputs)}
    ports_out = {name: QPointF(WIDTH, top + PORT_ROW * (row + 0.5)) for row, name in enumerate(outputs)}
    top += PORT_ROW * max(len(inputs), len(outputs), 1)
    places: dict[str, QRectF] = {}
    if fields:
        top += GAP
    for name in fields:
        places[name] = QRectF(PAD, top, WIDTH - 2 * PAD, FIELD_ROW - 2)
        top += FIELD_ROW
    where = QRectF()
    if strip:
        top += GAP
        where = QRectF(PAD, top, WIDTH - 2 * PAD, THUMBNAIL)
        top += THUMBNAIL
    return _made(QRectF(0, 0, WIDTH, top + PAD - 2), ports_in, ports_out, places, where, False)


def _spread(names: tuple[str, ...], x: float, height: float) -> dict[str, QPointF]:
    return {name: QPointF(x, height * (row + 1) / (len(names) + 1)) for row, name in enumerate(names)}


def _made(
    size: QRectF,
    inputs: dict[str, QPointF],
    outputs: dict[str, QPointF],
    fields: dict[str, QRectF],
    strip: QRectF,
    collapsed: bool,
) -> NodeLayout:
    body = QPainterPath()
    body.addRoundedRect(size, RADIUS, RADIUS)
    upper = QPainterPath()
    upper.addRect(QRectF(0, 0, size.width(), TITLE))
    return NodeLayout(
        size,
        QRectF(0, 0, size.width(), TITLE),
        QRectF() if collapsed else QRectF(PAD, TITLE + 2, size.width() - 2 * PAD, STATUS),
        inputs,
        outputs,
        fields,
        strip,
        body,
        body.intersected(upper),
        collapsed,
    )


def snapped(place: QPointF) -> QPointF:
    """The nearest place on the grid."""
    return QPointF(round(place.x() / GRID) * GRID, round(place.y() / GRID) * GRID)
