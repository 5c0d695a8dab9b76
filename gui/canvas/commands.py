"""Commands: what the app's actions do on the canvas."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, QRectF, Qt
from PySide6.QtGui import QGuiApplication

from gui.actions import Actions
from gui.canvas.adding import free_place, size_of
from gui.canvas.arrange import (
    aligned,
    collapsing,
    deleting,
    deleting_rewired,
    moving,
    switching,
)
from gui.canvas.clipboard import as_text, corner_of, from_text, places_of
from gui.canvas.copying import Copied, copying, feeding, part_of
from gui.canvas.groups import COLOURS, framed, grouped, stored_rect
from gui.canvas.links import connecting_nodes, links_between
from gui.canvas.node_face import words
from gui.canvas.node_geometry import snapped
from gui.canvas.notes import rect_of
from gui.canvas.port_menu import port_menu
from gui.canvas.tidy import tidied
from nodegraph.graph.edit import Disconnect, Edit, SetGroups, SetNotes, Several, apply
from nodegraph.graph.model import Edge, Graph, Group, Note
from nodegraph.problems import ProblemError

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView

PASTE_STEP = 40.0


class CanvasCommands(QObject):
    """Connects the actions and makes one edit for each that is triggered."""

    def __init__(self, canvas: CanvasView, actions: Actions) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._document = canvas.document
        self._selection = canvas.selection
        self._pasted = ("", 0)
        self._fed: tuple[Edge, ...] = ()
        does: dict[str, Callable[[], object]] = {
            "edit.cut": self.cut,
            "edit.copy": self.copy,
            "edit.paste": self.paste,
            "edit.paste_wired": lambda: self.paste(fed=True),
            "edit.duplicate": self.duplicate,
            "edit.duplicate_wired": lambda: self.duplicate(fed=True),
            "edit.delete": self.delete,
            "edit.delete_rewire": self.delete_rewire,
            "edit.select_all": self.select_all,
            "edit.rename": self.rename,
            "graph.add": canvas.want_palette,
            "graph.connect": self.connect_chosen,
            "graph.connect_ports": self.connect_ports,
            "graph.mute": lambda: self._switch("mute"),
            "graph.bypass": lambda: self._switch("bypass"),
            "graph.collapse": self.collapse,
            "graph.group": self.group,
            "graph.note": self.note,
            "graph.tidy": self.tidy,
            "graph.align": self.align,
            "graph.upstream": lambda: self._spread(upstream=True),
            "graph.downstream": lambda: self._spread(upstream=False),
            "view.fit": canvas.fit,
            "view.fit_all": lambda: canvas.fit(everything=True),
            "view.zoom_in": lambda: canvas.zoom(1.25),
            "view.zoom_out": lambda: canvas.zoom(0.8),
            "view.zoom_reset": canvas.zoom_reset,
        }
        for id, do in does.items():
            action = actions[id]
            action.triggered.connect(lambda _checked=False, do=do: do())
            canvas.addAction(action)
        actions["view.minimap"].toggled.connect(canvas.show_minimap)
        canvas.addAction(actions["view.minimap"])

    def cut(self) -> None:
        """Copies, then deletes."""
        if self.copy():
            self.delete()

    def copy(self) -> bool:
        """What is chosen to the clipboard, as text."""
        graph, notes = self._document.graph, self._canvas.chosen_notes()
        if not self._selection.nodes and not notes:
            return False
        text = as_text(graph, self._selection.nodes, self._places(), notes)
        QGuiApplication.clipboard().setText(text)
        self._pasted = (text, 0)
        self._fed = feeding(graph, self._selection.nodes)
        return True

    def paste(self, *, fed: bool = False) -> None:
        """What the clipboard holds, if it is a graph: at the mouse, or beside where it was copied from.

        `fed`: the copies take also what feeds their originals, where they were copied from this graph.
        """
        text = QGuiApplication.clipboard().text()
        graph = from_text(text)
        if graph is None:
            self._canvas.message.emit(words("The clipboard holds no nodes."))
            return
        here = self._pasted[0] == text
        times = self._pasted[1] + 1 if here else 0
        self._pasted = (text, times)
        places = places_of(graph)
        target = self._canvas.pointed_place()
        way = snapped(target - corner_of(graph)) if target is not None else QPointF(PASTE_STEP, PASTE_STEP)
        if times:
            way += QPointF(PASTE_STEP, PASTE_STEP) * times
        way = self._free_way(graph, places, way)
        copied = copying(self._document.graph, graph, way, places, self._fed if fed and here else ())
        self._push_copies(copied, words("Paste"))

    def duplicate(self, *, fed: bool = False) -> None:
        """What is chosen once more. `fed`: the copies take also what feeds their originals."""
        graph = self._document.graph
        part = part_of(graph, self._selection.nodes, self._canvas.chosen_notes())
        if part.nodes or part.notes:
            edges = feeding(graph, part.nodes) if fed else ()
            way = self._free_way(part, self._places(), QPointF(0, PASTE_STEP))
            copied = copying(graph, part, way, self._places(), edges)
            self._push_copies(copied, words("Duplicate"))

    def delete(self) -> None:
        """The chosen nodes, edges and notes away."""
        canvas = self._canvas
        edits: list[Edit] = []
        edges = [item.edge for item in canvas.graph_scene.edges.values() if item.chosen]
        if self._selection.nodes or edges:
            edits.append(deleting(self._document.graph, self._selection.nodes, edges))
        gone = canvas.chosen_notes()
        if gone:
            notes = self._document.graph.notes
            edits.append(SetNotes(tuple(note for index, note in enumerate(notes) if index not in gone)))
        if edits:
            self._push(Several(tuple(edits)), words("Delete"))

    def delete_rewire(self) -> None:
        """The chosen nodes away, the chain closed again."""
        if self._selection.nodes:
            edit = deleting_rewired(self._document.graph, self._document.registry, self._selection.nodes)
            self._push(edit, words("Delete and Rewire"))

    def select_all(self) -> None:
        """Every node and note."""
        self._canvas.choose_notes(range(len(self._document.graph.notes)))
        self._selection.choose(self._document.graph.nodes)

    def rename(self) -> None:
        """Opens the title of the current node."""
        if self._selection.current is not None:
            self._canvas.edit_title(self._selection.current)

    def connect_chosen(self) -> None:
        """Connects the chosen nodes, each to the next, left to right; where all of them are, takes the links away."""
        places = self._places()
        chosen = [id for id in self._selection.nodes if id in places]
        if len(chosen) < 2:
            self._canvas.message.emit(words("Choose two nodes to connect."))
            return
        if len(chosen) > 2:
            chosen.sort(key=lambda id: places[id].x())
        graph, edits = self._document.graph, []
        between = [links_between(graph, source, target) for source, target in pairwise(chosen)]
        if all(between):
            gone = [Disconnect(edge) for edges in between for edge in edges]
            self._push(Several(tuple(gone)), words("Disconnect"))
            return
        for source, target in pairwise(chosen):
            edit = connecting_nodes(graph, self._document.registry, source, target)
            if isinstance(edit, str) and len(chosen) == 2:
                other = connecting_nodes(graph, self._document.registry, target, source)
                edit = edit if isinstance(other, str) else other
            if isinstance(edit, str):
                self._canvas.message.emit(edit)
                return
            try:
                graph, _ = apply(graph, edit)
            except ProblemError as error:
                self._canvas.message.emit(error.problems[0].message)
                return
            edits.append(edit)
        self._push(Several(tuple(edits)), words("Connect"))

    def connect_ports(self) -> None:
        """Lets a port of each of the two chosen nodes be picked from a menu."""
        nodes = self._canvas.graph_scene.nodes
        chosen = [id for id in self._selection.nodes if id in nodes]
        if len(chosen) != 2:
            self._canvas.message.emit(words("Choose two nodes to connect."))
            return
        menu = port_menu(self._canvas, *chosen)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._canvas.show_node(chosen[1])
        place = self._canvas.mapFromScene(nodes[chosen[1]].rect.topLeft())
        menu.popup(self._canvas.viewport().mapToGlobal(place))

    def collapse(self) -> None:
        """The chosen nodes as titles, or whole again."""
        if self._selection.nodes:
            self._push(collapsing(self._document.graph, self._selection.nodes), words("Collapse"))

    def group(self) -> None:
        """A frame around the chosen nodes, inside a group that has them all; around a whole group it goes instead."""
        nodes = self._canvas.graph_scene.nodes
        chosen = [id for id in self._selection.nodes if id in nodes]
        if not chosen:
            self._canvas.message.emit(words("Choose the nodes of the group first."))
            return
        before = self._document.graph.groups
        if any(set(group.nodes) == set(chosen) for group in before):
            rest = tuple(group for group in before if set(group.nodes) != set(chosen))
            self._push(SetGroups(rest), words("Ungroup"))
            return
        colour = COLOURS[len(before) % len(COLOURS)]
        group = Group(words("Group {n}").format(n=len(before) + 1), tuple(chosen), {"colour": colour})
        self._push(SetGroups(grouped(before, group, self._rects())), words("Group"))

    def note(self) -> None:
        """A new note, ready to be written."""
        pointed = self._canvas.pointed_place()
        place = snapped(pointed if pointed is not None else self._canvas.middle())
        notes = self._document.graph.notes
        note = Note(words("Note"), {"x": int(place.x()), "y": int(place.y()), "w": 200, "h": 100})
        if self._document.push(SetNotes((*notes, note)), words("Add Note")):
            self._canvas.edit_note(len(notes))

    def tidy(self) -> None:
        """Lays the chosen nodes out anew, or all."""
        scene = self._canvas.graph_scene
        chosen = self._selection.nodes if len(self._selection.nodes) > 1 else scene.nodes
        ids = sorted(
            (id for id in chosen if id in scene.nodes), key=lambda id: (scene.nodes[id].y(), scene.nodes[id].x())
        )
        if ids:
            start = snapped(scene.content_rect(ids).topLeft())
            self._lay_out(tidied(self._document.graph, scene.sizes(), ids, start), words("Tidy Layout"))

    def align(self) -> None:
        """The chosen nodes into one row or one column."""
        rects = self._rects()
        chosen = {id: rects[id] for id in self._selection.nodes if id in rects}
        if len(chosen) > 1:
            self._lay_out(aligned(chosen), words("Align"))

    def _switch(self, mode: str) -> None:
        graph, registry = self._document.graph, self._document.registry
        edit = switching(graph, registry, self._selection.nodes, "mute" if mode == "mute" else "bypass")
        if edit.edits:
            self._push(edit, words("Mute") if mode == "mute" else words("Bypass"))
        elif self._selection.nodes:
            self._canvas.message.emit(words("A source passes nothing on, so it cannot be bypassed. Mute it instead."))

    def _spread(self, *, upstream: bool) -> None:
        graph = self._document.graph
        chosen = list(self._selection.nodes)
        for id in self._selection.nodes:
            chosen = [*sorted(graph.upstream(id) if upstream else graph.downstream(id)), *chosen]
        self._selection.choose(chosen)

    def _places(self) -> dict[str, QPointF]:
        return {id: item.pos() for id, item in self._canvas.graph_scene.nodes.items()}

    def _rects(self) -> dict[str, QRectF]:
        """Where nodes lie, with room for the pictures that a run will bring: frames fit afterwards, too."""
        places = self._places()
        return {id: QRectF(places[id], size) for id, size in self._canvas.graph_scene.sizes().items()}

    def _free_way(self, part: Graph, places: Mapping[str, QPointF], way: QPointF) -> QPointF:
        """How far to move a part, at least about so far, that it lies on nothing."""
        registry, scene = self._document.registry, self._canvas.graph_scene
        whole = QRectF()
        for id in part.nodes:
            whole |= QRectF(places.get(id, QPointF()), size_of(part, registry, id))
        for rect in (*map(stored_rect, part.groups), *(rect_of(note, at) for at, note in enumerate(part.notes))):
            whole |= rect or QRectF()
        taken = [*self._rects().values(), *(note.rect for note in scene.notes)]
        return snapped(free_place(whole.topLeft() + way, whole.size(), taken) - whole.topLeft())

    def _lay_out(self, places: Mapping[str, QPointF], text: str) -> None:
        """Nodes to new places, and the frames of their groups around them again."""
        graph, rects = self._document.graph, self._rects()
        rects |= {id: QRectF(place, rects[id].size()) for id, place in places.items()}
        groups = framed(graph.groups, places, rects)
        edits: tuple[Edit, ...] = (moving(graph, places),)
        self._push(Several((*edits, SetGroups(groups)) if groups != graph.groups else edits), text)

    def _push(self, edit: Edit, text: str) -> None:
        self._document.push(edit, text)

    def _push_copies(self, copied: Copied, text: str) -> None:
        if self._document.push(copied.edit, text):
            self._canvas.choose_copies(copied)
            self._canvas.show_area(self._canvas.graph_scene.content_rect(copied.nodes))
