"""The canvas widget: looks at the scene, zooms and scrolls, and hands mouse and keys to gestures and commands."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QCursor,
    QFocusEvent,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QResizeEvent,
)
from PySide6.QtWidgets import QApplication, QWidget

from gui.actions import Actions
from gui.canvas.accessible import CanvasAccessible, announce, install
from gui.canvas.adding import Beside, Wiring, adding
from gui.canvas.arrange import bending
from gui.canvas.choosing import Choosing
from gui.canvas.commands import CanvasCommands
from gui.canvas.drift import Drift
from gui.canvas.edge_item import EdgeItem
from gui.canvas.export import picture_of, svg_of
from gui.canvas.focus_line import FocusLine
from gui.canvas.gestures.gesture import Gesture, Pointer
from gui.canvas.hovering import Hover, Shape
from gui.canvas.inline import InlineEditing
from gui.canvas.keys import press_key
from gui.canvas.menu import menu_at
from gui.canvas.minimap import Minimap
from gui.canvas.node_geometry import snapped
from gui.canvas.press import gesture_for
from gui.canvas.scene import CanvasScene, ThumbnailSource
from gui.canvas.style import CanvasStyle
from gui.canvas.tips import Tips
from gui.document import GraphDocument
from gui.results import Results
from gui.selection import Selection
from gui.theme.theme import Theme
from gui.translation import marked, words
from nodegraph.problems import ProblemError

ABOUT = marked(
    "Nodes and the links between them. Arrow keys go from node to node, Tab adds a node after the chosen one, "
    "C connects two, Return edits."
)


class CanvasView(Choosing):
    """The canvas. `palette_wanted(place on the screen, place in the scene, Wiring)` asks for a node."""

    palette_wanted = Signal(QPoint, QPointF, object)
    message = Signal(str)

    def __init__(
        self,
        document: GraphDocument,
        selection: Selection,
        results: Results,
        thumbnails: ThumbnailSource | None,
        theme: Theme,
        actions: Actions,
        parent: QWidget | None = None,
    ) -> None:
        style = CanvasStyle(theme)
        super().__init__(CanvasScene(document, selection, results, thumbnails, style), selection, style, parent)
        self.document, self.results, self.actions_ = document, results, actions
        self.accessible: CanvasAccessible | None = None
        self.gesture: Gesture | None = None
        self._shown: Gesture | None = None
        self._space = False
        self._at: Pointer | None = None
        self._drift = Drift(self, self._drifted)
        self._fit_on_show = True
        self._hover = Hover(self)
        self._tips = Tips(self)
        if thumbnails is not None:
            thumbnails.ready.connect(self._tips.renew)  # type: ignore[attr-defined]
        install()
        self.setObjectName("canvas")
        self.setAccessibleName(words("Graph"))
        self.setAccessibleDescription(words(ABOUT))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self.viewport().setProperty("error_colour", theme["state_error"])
        self.inline = InlineEditing(self)
        self.minimap = Minimap(self)
        self.focus_line = FocusLine(self)
        self.commands = CanvasCommands(self, actions)
        document.changed.connect(self._see_change)
        selection.changed.connect(self._announce)
        results.node_changed.connect(self._refresh_minimap)
        for changed in (
            selection.changed,
            self.horizontalScrollBar().valueChanged,
            self.verticalScrollBar().valueChanged,
        ):
            changed.connect(self._refresh_minimap)

    # what others ask of the canvas

    def add_node(self, type: str, place: QPointF, wiring: Wiring = None) -> str:
        """Adds a node near this place of the scene, or beside what it is wired to, in free space; chooses it.

        Answers its id, or "" where it could not be added.
        """
        scene, spec = self.graph_scene, self.document.registry.nodes.get(type)
        rects = {id: QRectF(scene.nodes[id].pos(), size) for id, size in scene.sizes().items()}
        notes = [note.rect for note in scene.notes]
        try:
            edit, id = adding(self.document.graph, self.document.registry, type, place, wiring, rects, notes)
        except ProblemError as error:
            self.document.refused.emit(error.problems[0])
            return ""
        if not self.document.push(edit, words("Add {node}").format(node=spec.title if spec else type)):
            return ""
        self.unchoose()
        self.selection.choose([id])
        self.show_node(id)
        return id

    def apply_theme(self, theme: Theme) -> None:
        """Paints everything in another theme."""
        self.style_ = CanvasStyle(theme)
        self.viewport().setProperty("error_colour", theme["state_error"])
        self.graph_scene.apply_style(self.style_)
        self.viewport().update()
        self.minimap.update()

    def picture(self) -> QImage:
        """The whole graph as an image."""
        return picture_of(self.graph_scene)

    def svg(self) -> bytes:
        """The whole graph as SVG."""
        return svg_of(self.graph_scene)

    def show_minimap(self, shown: bool) -> None:
        """Shows the minimap, or not."""
        self.minimap.setVisible(shown)
        self._put_minimap()

    # editing in place

    def edit_field(self, id: str, name: str) -> None:
        """Opens the editor of an inline parameter."""
        self.inline.field(id, name)

    def edit_first_field(self) -> bool:
        """Opens the editor of the current node's first inline parameter."""
        return self.selection.current is not None and self.inline.first_field(self.selection.current)

    def edit_title(self, id: str) -> None:
        """Opens the editor of a node's title."""
        self.inline.title(id)

    def edit_note(self, index: int) -> None:
        """Opens the editor of a note."""
        self.inline.note(index)

    def toggle_point(self, edge: EdgeItem, place: QPointF) -> None:
        """Leads the edge through this place, or, where a point of it is, no longer through that."""
        points, index = list(edge.points), edge.point_at(place)
        if index is not None:
            del points[index]
        else:
            points.insert(edge.place_for(place), snapped(place))
        self.document.push(bending(edge.edge, points), words("Reroute"))

    def keep_shown(self, gesture: Gesture | None) -> None:
        """Goes on painting what a gesture showed that is over, such as a loose end while its node is looked for."""
        before, self._shown = self._shown, gesture
        if gesture is not before:
            self.refresh(*(one.bounds() for one in (before, gesture) if one is not None))

    def want_palette(self) -> None:
        """Asks for the palette at the mouse, or in the middle; the node goes into the chosen edge, or beside nodes."""
        at = self._pointed if self._pointed is not None else self.viewport().rect().center()
        edge = next((item for item in self.graph_scene.edges.values() if item.chosen), None)
        beside = Beside(self.selection.nodes) if self.selection.nodes else None
        place = edge.middle if edge is not None else self.mapToScene(at)
        self.palette_wanted.emit(self.viewport().mapToGlobal(at), place, edge.edge if edge is not None else beside)

    # Qt's events

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begins a gesture."""
        self.setFocus()
        if self.gesture is not None:
            return
        self.inline.overlay.take()
        self._hover.leave()
        self.gesture = gesture_for(self, event.button(), self._pointer(event), space=self._space)
        if self.gesture is not None:
            self.viewport().setCursor(self.gesture.cursor if type(self.gesture).__name__ == "Pan" else QCursor())
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Goes on with the gesture."""
        self._pointed = event.position().toPoint()
        if self.gesture is None:
            self._hover.move(self.mapToScene(self._pointed))
            self.viewport().setCursor(Shape.OpenHandCursor if self._space else self._hover.cursor)
            return
        self._at = self._pointer(event)
        self.viewport().setCursor(self.gesture.cursor)
        self._move_gesture(self._at)
        if self.gesture.drifts and self.gesture.moved_far(self._at):
            self._drift.follow(self._pointed)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Ends the gesture."""
        gesture, self.gesture = self.gesture, None
        self._drift.stop()
        self.viewport().setCursor(Qt.CursorShape.OpenHandCursor if self._space else Qt.CursorShape.ArrowCursor)
        if gesture is not None:
            before = gesture.bounds()
            gesture.finish(self._pointer(event))
            self.refresh(before)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """A title is renamed, a note or group written, an edge gets a point, nothing asks for the palette."""
        if event.button() != Qt.MouseButton.LeftButton:
            self.mousePressEvent(event)
            return
        place, scene = self.mapToScene(event.position().toPoint()), self.graph_scene
        if node := scene.node_at(place):
            part = node.layout.part_at(place - node.pos())
            if part.kind == "title":
                self.edit_title(node.id)
            elif part.kind == "field":
                self.edit_field(node.id, part.name)
            return
        if note := next((item for item in scene.notes if item.rect.contains(place)), None):
            self.edit_note(note.index)
        elif edge := scene.edge_at(place, self.reach):
            self.toggle_point(edge, place)
        elif group := next((item for item in reversed(scene.groups) if item.header().contains(place)), None):
            self.inline.group(group.index)
        else:
            self.palette_wanted.emit(event.globalPosition().toPoint(), place, None)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The menu for what is there; by its key, for what is chosen."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier or self.gesture is not None:
            return
        place, screen = self.mapToScene(event.pos()), event.globalPos()
        item = self.graph_scene.nodes.get(self.selection.current or "")
        if event.reason() == QContextMenuEvent.Reason.Keyboard and item is not None:
            place = item.rect.center()
            screen = self.viewport().mapToGlobal(self.mapFromScene(place))
        self._pointed = event.pos()
        menu = menu_at(self, self.actions_, place)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(screen)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc ends a gesture; space pans; the rest is `press_key`."""
        if event.key() == Qt.Key.Key_Escape and self.gesture is not None:
            gesture, self.gesture = self.gesture, None
            self._drift.stop()
            before = gesture.bounds()
            gesture.cancel()
            self.viewport().unsetCursor()
            self.refresh(before)
        elif event.key() == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self._space = True
                self.viewport().setCursor(Qt.CursorShape.OpenHandCursor)
        elif not press_key(self, event.key(), event.modifiers()):
            event.ignore()  # QGraphicsView would scroll by the keys

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Space is let go."""
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space = False
            self.viewport().unsetCursor()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Keys that are held are nobody's now."""
        self._space = False
        super().focusOutEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        """Tips, and the mouse leaving."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            self._tips.show(event.pos())
            return True
        if event.type() == QEvent.Type.Leave and QApplication.activePopupWidget() is None:
            self._hover.leave()
            self._pointed = None  # a menu or the palette is about the place where it was opened
        return super().viewportEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keeps the minimap in its corner; the first time, the whole graph is shown."""
        super().resizeEvent(event)
        self._put_minimap()
        if self._fit_on_show and self.isVisible() and self.graph_scene.nodes:
            self._fit_on_show = False
            self.fit()

    def drawForeground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        """Paints what the gesture shows."""
        self._hover.paint(painter)
        if self._shown is not None:
            self._shown.paint(painter)
        if self.gesture is not None:
            self.gesture.paint(painter)

    def _pointer(self, event: QMouseEvent) -> Pointer:
        view = event.position().toPoint()
        return Pointer(self.mapToScene(view), view, event.globalPosition().toPoint(), event.modifiers())

    def _move_gesture(self, at: Pointer) -> None:
        if self.gesture is not None:
            before = self.gesture.bounds()
            self.gesture.move(at)
            self.refresh(before, self.gesture.bounds())

    def _drifted(self) -> None:
        if self._at is not None:
            self._move_gesture(replace(self._at, scene=self.mapToScene(self._at.view)))

    def refresh(self, *areas: QRectF) -> None:
        """Paints these parts of the scene anew."""
        for area in areas:
            if not area.isNull():
                self.viewport().update(self.mapFromScene(area).boundingRect().adjusted(-8, -8, 8, 8))

    def _see_change(self, *_graphs: object) -> None:
        self.keep_shown(None)
        self._hover.leave()
        if self.gesture is not None:
            self._drift.stop()
            self.gesture.cancel()
            self.gesture = None
        self.minimap.update()

    def _zoomed(self) -> None:
        self.inline.overlay.take()
        self.inline.overlay.close()
        super()._zoomed()
        self.minimap.update()

    def _announce(self) -> None:
        announce(self)

    def _refresh_minimap(self, *_what: object) -> None:
        if self.minimap.isVisible():
            self.minimap.update()

    def _put_minimap(self) -> None:
        corner = self.rect().bottomRight() - QPoint(self.minimap.width() + 12, self.minimap.height() + 12)
        self.minimap.setGeometry(QRect(corner, self.minimap.size()))
        self.minimap.raise_()
