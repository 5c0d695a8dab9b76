"""A node's words, cut to the room they have: made once for each size of letters, not at each painting."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF

from gui.canvas.node_face import FieldFace, NodeFace
from gui.canvas.node_geometry import PAD, PORT_ROW, WIDTH, NodeLayout
from gui.canvas.style import Letters

CHOSEN = frozenset({"choice", "column", "model"})
"""Fields of these kinds open a list."""

_MIDDLE = Qt.AlignmentFlag.AlignVCenter.value | Qt.TextFlag.TextDontClip.value
LEFT = _MIDDLE | Qt.AlignmentFlag.AlignLeft.value
RIGHT = _MIDDLE | Qt.AlignmentFlag.AlignRight.value
"""How words stand in their row. They were cut to its width; large letters may reach over its height."""

TITLE_ROOM = WIDTH - 2 * PAD - 26
LINE = 1.2
"""The height of a line, in the size of its letters."""

CROWDED = 14
"""From so many pixels on the letters of one row nearly touch those of the next."""

_CUT = Qt.TextElideMode.ElideRight


@dataclass(frozen=True, slots=True)
class FieldTexts:
    """A field's words."""

    room: QRectF
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class NodeTexts:
    """All words of a node that is near."""

    title: str
    status: str
    remark: str
    ports: tuple[tuple[QRectF, int, str], ...]
    fields: dict[str, FieldTexts]


@dataclass(frozen=True, slots=True)
class FarTexts:
    """The few words of a node that is far: its title in one or two lines, and its counts where there is room."""

    lines: tuple[str, ...]
    counts: str
    font: QFont
    size: int

    @property
    def head(self) -> float:
        """How high the title is."""
        return len(self.lines) * self.size * LINE + 8


def texts_of(face: NodeFace, layout: NodeLayout, letters: Letters) -> NodeTexts:
    """The words of a node in these letters."""
    remark = "" if face.wrong or face.off else face.remark
    room = WIDTH - 2 * PAD
    left = room - letters.text_metrics.horizontalAdvance(remark) - 8 if remark else room
    if letters.text_metrics.horizontalAdvance(face.status) > left:
        remark, left = "", room
    fields = {} if layout.collapsed else {field.name: _field(field, layout, letters) for field in face.fields}
    title = letters.title_metrics.elidedText(face.title, _CUT, TITLE_ROOM)
    return NodeTexts(
        title, letters.text_metrics.elidedText(face.status, _CUT, left), remark, _ports(layout, letters), fields
    )


def far_texts_of(face: NodeFace, layout: NodeLayout, font: QFont, size: int) -> FarTexts:
    """The words of a node in letters that are large, as they are seen from afar."""
    metrics = QFontMetricsF(font)
    below = layout.strip.top() if not layout.strip.isEmpty() else layout.size.bottom()
    lines = _wrapped(face.title, metrics, WIDTH - 2 * PAD - 8, 2 if 2 * size * LINE + 8 <= below else 1)
    counts = _said_from_afar(face)
    if not counts or len(lines) * size * LINE + 8 + size * LINE + 4 > below:
        return FarTexts(lines, "", font, size)
    if metrics.horizontalAdvance(counts) > WIDTH - 2 * PAD:
        counts = counts.rpartition(" · ")[2]  # what is kept says more than what came in
    return FarTexts(lines, metrics.elidedText(counts, _CUT, WIDTH - 2 * PAD), font, size)


def _said_from_afar(face: NodeFace) -> str:
    """The one thing to know of a node besides its title; that it never ran is seen."""
    if face.wrong or face.off:
        return face.status
    if face.state == "running":
        return face.remark or face.state_word
    return face.state_word if face.state == "review" else face.counts


def _wrapped(text: str, metrics: QFontMetricsF, room: float, most: int) -> tuple[str, ...]:
    """The text in so many lines at most, parted between words."""
    if most < 2 or metrics.horizontalAdvance(text) <= room:
        return (metrics.elidedText(text, _CUT, room),)
    first, rest = "", text.split(" ")
    while len(rest) > 1 and metrics.horizontalAdvance(f"{first} {rest[0]}".strip()) <= room:
        first = f"{first} {rest.pop(0)}".strip()
    second = metrics.elidedText(" ".join(rest), _CUT, room)
    return (first, second) if first else (second,)


def _ports(layout: NodeLayout, letters: Letters) -> tuple[tuple[QRectF, int, str], ...]:
    metrics, half = letters.small_metrics, WIDTH / 2 - PAD - 2
    texts: list[tuple[QRectF, int, str]] = []
    for ports, x, flags in ((layout.inputs, PAD + 2, LEFT), (layout.outputs, WIDTH / 2, RIGHT)):
        if len(ports) == 1 and letters.small.pixelSize() >= CROWDED:
            continue  # its dot says as much, and the lines around it need the room
        for name, place in ports.items():
            rect = QRectF(x, place.y() - PORT_ROW / 2, half, PORT_ROW)
            texts.append((rect, flags, metrics.elidedText(name, _CUT, half)))
    return tuple(texts)


def _field(field: FieldFace, layout: NodeLayout, letters: Letters) -> FieldTexts:
    """Label and value side by side; where the value would be cut, the label makes room."""
    metrics = letters.small_metrics
    room = layout.fields[field.name].adjusted(7, 0, -17 if field.kind in CHOSEN else -7, 0)
    wanted = 22.0 if field.kind == "flag" else min(metrics.horizontalAdvance(field.text), room.width() * 0.6)
    label = metrics.elidedText(field.label, _CUT, room.width() - wanted - 8)
    left = room.width() - metrics.horizontalAdvance(label) - 8
    return FieldTexts(room, label, metrics.elidedText(field.text, _CUT, left))
