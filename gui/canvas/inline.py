"""Editing in place: opens the overlay over an inline parameter, a title, a group's title or a note."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRect, QRectF, QSizeF

from gui.canvas.node_face import main_parameters, words
from gui.canvas.node_geometry import GRID, snapped
from gui.canvas.notes import height_of, rect_of, with_size
from gui.canvas.overlay import Overlay, open_parameter
from nodegraph.graph.edit import SetGroups, SetLabel, SetNotes
from nodegraph.graph.model import Note

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView


class InlineEditing:
    """What can be edited on the canvas itself."""

    def __init__(self, canvas: CanvasView) -> None:
        self._canvas = canvas
        self.overlay = Overlay(canvas.viewport())
        self.overlay.stepped.connect(self._step)
        self._at = ("", "")

    def field(self, id: str, name: str) -> None:
        """An inline parameter."""
        canvas = self._canvas
        item = canvas.graph_scene.nodes.get(id)
        node = canvas.document.graph.nodes.get(id)
        spec = canvas.document.registry.nodes.get(node.type) if node else None
        if item is not None and spec is not None and name in item.layout.fields:
            self._at = (id, name)
            open_parameter(self.overlay, canvas.document, id, spec.parameters[name], self._seen(item.field_rect(name)))

    def first_field(self, id: str) -> bool:
        """The first inline parameter of a node; False where it has none."""
        node = self._canvas.document.graph.nodes.get(id)
        spec = self._canvas.document.registry.nodes.get(node.type) if node else None
        parameters = main_parameters(spec) if spec else []
        if not parameters:
            return False
        self._canvas.show_node(id)
        self.field(id, parameters[0].name)
        return True

    def _step(self, by: int) -> None:
        """From the field that was edited to the next one, flags left out: to go there would switch them."""
        id, name = self._at
        item = self._canvas.graph_scene.nodes.get(id)
        names = [field.name for field in item.face.fields if field.kind != "flag"] if item is not None else []
        if name in names and 0 <= names.index(name) + by < len(names):
            self.field(id, names[names.index(name) + by])

    def title(self, id: str) -> None:
        """A node's own title; nothing for that of its type."""
        canvas = self._canvas
        item = canvas.graph_scene.nodes.get(id)
        if item is None:
            return
        canvas.show_node(id)
        self._at = ("", "")

        def commit(text: str) -> str:
            label = text.strip()
            if id in canvas.document.graph.nodes:
                canvas.document.push(SetLabel(id, "" if label == item.face.type_title else label), words("Rename"))
            return ""

        place = self._seen(item.layout.title.translated(item.pos()))
        self.overlay.open_line(place, item.face.title, commit, words("Title of {node}").format(node=id))

    def note(self, index: int) -> None:
        """A note's text; a note without text goes."""
        canvas = self._canvas
        if not 0 <= index < len(canvas.graph_scene.notes):
            return

        def commit(text: str) -> str:
            notes = list(canvas.document.graph.notes)
            if index < len(notes):
                if text.strip():
                    notes[index] = self._fitting(replace(notes[index], text=text.strip()), index)
                else:
                    del notes[index]
                canvas.document.push(SetNotes(tuple(notes)), words("Write Note"))
            return ""

        item = canvas.graph_scene.notes[index]
        self._at = ("", "")
        self.overlay.open_lines(self._seen(item.rect), item.note.text, commit, words("Note"))

    def _fitting(self, note: Note, index: int) -> Note:
        """The note, as high at least as its words."""
        rect = rect_of(note, index)
        needed = height_of(note.text, rect.width(), self._canvas.style_.letters(1.0).text_metrics)
        if needed <= rect.height():
            return note
        return with_size(note, QRectF(rect.topLeft(), QSizeF(rect.width(), snapped(QPointF(0, needed + GRID / 2)).y())))

    def group(self, index: int) -> None:
        """A group's title."""
        canvas = self._canvas
        item = next((one for one in canvas.graph_scene.groups if one.index == index), None)
        if item is None:
            return
        self._at = ("", "")

        def commit(text: str) -> str:
            groups = list(canvas.document.graph.groups)
            if index < len(groups):
                groups[index] = replace(groups[index], title=text.strip())
                canvas.document.push(SetGroups(tuple(groups)), words("Rename Group"))
            return ""

        self.overlay.open_line(self._seen(item.header()), item.content.title, commit, words("Title of the group"))

    def _seen(self, rect: QRectF) -> QRect:
        """A rectangle of the scene in the viewport, large enough to write in."""
        seen = self._canvas.mapFromScene(rect).boundingRect()
        return QRect(seen.x(), seen.y(), max(seen.width(), 120), max(seen.height(), 22))
