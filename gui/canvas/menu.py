"""The menu of the right button: the actions that mean something for what lies under the mouse."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF
from PySide6.QtGui import QAction, QIcon, QPixmap
from PySide6.QtWidgets import QMenu

from gui.actions import Actions
from gui.canvas.groups import COLOURS, GroupItem
from gui.canvas.node_face import words
from nodegraph.graph.edit import SetGroups

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView

ON_NODE = (
    "run.here", "edit.rename", "graph.mute", "graph.bypass", "graph.collapse", "", "edit.cut", "edit.copy",
    "edit.duplicate", "edit.delete", "edit.delete_rewire", "", "graph.connect", "graph.connect_ports", "graph.group",
    "graph.align", "graph.upstream", "graph.downstream", "", "help.node",
)  # fmt: skip
ON_NOTE = ("edit.cut", "edit.copy", "edit.duplicate", "edit.delete")
ON_NOTHING = ("graph.note", "edit.paste", "", "edit.select_all", "graph.tidy", "view.fit", "view.fit_all")
ON_EDGE = ("graph.add", "edit.delete")


def menu_at(canvas: CanvasView, actions: Actions, place: QPointF) -> QMenu:
    """The menu for a place of the scene; what is there is chosen."""
    menu = QMenu(canvas)
    scene = canvas.graph_scene
    if node := scene.node_at(place):
        if node.id not in canvas.selection.nodes:
            canvas.selection.choose([node.id])
        _fill(menu, actions, ON_NODE)
    elif note := next((item for item in reversed(scene.notes) if item.rect.contains(place)), None):
        if not note.chosen:
            canvas.choose_note(note)
        menu.addAction(words("Write Note"), lambda: canvas.edit_note(note.index))
        _fill(menu, actions, ON_NOTE)
    elif edge := scene.edge_at(place, canvas.reach):
        canvas.choose_edge(edge)
        there = edge.point_at(place) is not None
        text = words("Remove Reroute Point") if there else words("Add Reroute Point")
        menu.addAction(text, lambda: canvas.toggle_point(edge, place))
        _fill(menu, actions, ON_EDGE)
    elif group := next((item for item in reversed(scene.groups) if item.rect.contains(place)), None):
        _fill_group(menu, canvas, group)
        menu.addSeparator()
        _fill_nothing(menu, canvas, actions, place)
    else:
        _fill_nothing(menu, canvas, actions, place)
    return menu


def _fill_nothing(menu: QMenu, canvas: CanvasView, actions: Actions, place: QPointF) -> None:
    screen = canvas.viewport().mapToGlobal(canvas.mapFromScene(place))
    menu.addAction(words("Add Node Here..."), lambda: canvas.palette_wanted.emit(screen, place, None))
    _fill(menu, actions, ON_NOTHING)


def _fill(menu: QMenu, actions: Actions, ids: tuple[str, ...]) -> None:
    for id in ids:
        if id:
            menu.addAction(actions[id])
        else:
            menu.addSeparator()


def _fill_group(menu: QMenu, canvas: CanvasView, item: GroupItem) -> None:
    index = item.index

    def paint(colour: str) -> None:
        groups = list(canvas.document.graph.groups)
        groups[index] = replace(groups[index], ui={**groups[index].ui, "colour": colour})
        canvas.document.push(SetGroups(tuple(groups)), words("Colour Group"))

    def remove() -> None:
        groups = canvas.document.graph.groups
        canvas.document.push(SetGroups((*groups[:index], *groups[index + 1 :])), words("Ungroup"))

    menu.addAction(words("Rename Group"), lambda: canvas.inline.group(index))
    colours = menu.addMenu(words("Colour"))
    for number, colour in enumerate(COLOURS, 1):
        picture = QPixmap(16, 16)
        picture.fill(canvas.style_.kind(colour))
        choice = QAction(QIcon(picture), words("Colour {n}").format(n=number), colours)
        choice.triggered.connect(lambda _checked=False, colour=colour: paint(colour))
        colours.addAction(choice)
    menu.addAction(words("Ungroup"), remove)
