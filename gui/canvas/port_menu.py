"""The ports of two nodes as a menu: each link that can be made between them, and those that are there to be undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMenu

from gui.canvas.links import LinkEnd, connecting, ports, refusal, replaced
from gui.canvas.node_face import words
from nodegraph.graph.edit import Disconnect
from nodegraph.graph.model import Edge, End

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView


def port_menu(canvas: CanvasView, one: str, other: str) -> QMenu:
    """The menu of links from one node to the other, then back. What is refused is there, with the reason, but dim."""
    menu = QMenu(canvas)
    menu.setToolTipsVisible(True)
    graph, registry = canvas.document.graph, canvas.document.registry
    for source, target in ((one, other), (other, one)):
        for output in ports(graph, registry, source)[1]:
            for port in ports(graph, registry, target)[0]:
                _add(menu, canvas, End(source, output), End(target, port))
        menu.addSeparator()
    return menu


def _add(menu: QMenu, canvas: CanvasView, source: End, target: End) -> None:
    document, nodes = canvas.document, canvas.graph_scene.nodes
    names = [f"{nodes[end.node].face.title} · {end.port}" for end in (source, target)]
    there = next((edge for edge in document.graph.edges if (edge.source, edge.target) == (source, target)), None)
    action = menu.addAction(" → ".join(names), lambda: _switch(canvas, source, target, there))
    action.setCheckable(True)
    action.setChecked(there is not None)
    why = "" if there else refusal(document.graph, LinkEnd(source, True), LinkEnd(target, False))
    gone = replaced(document.graph, source, target)
    action.setEnabled(not why)
    action.setToolTip(why or (words("Replaces the link from {source}").format(source=gone.source) if gone else ""))


def _switch(canvas: CanvasView, source: End, target: End, there: Edge | None) -> None:
    if there is not None:
        canvas.document.push(Disconnect(there), words("Disconnect"))
    else:
        canvas.document.push(connecting(canvas.document.graph, source, target), words("Connect"))
