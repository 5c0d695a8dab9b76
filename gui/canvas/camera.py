"""The camera: what is seen of the scene. Zooms to the cursor, scrolls, fits, paints the ground and far edges."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QLineF, QPoint, QPointF, QRect, QRectF, Qt, QTimer
from PySide6.QtGui import QNativeGestureEvent, QPainter, QPen, QPixmapCache, QWheelEvent
from PySide6.QtWidgets import QFrame, QGraphicsItem, QGraphicsView, QWidget

from gui.canvas.node_geometry import GRID
from gui.canvas.node_paint import FAR
from gui.canvas.scene import CanvasScene
from gui.canvas.style import CanvasStyle
from gui.selection import Selection

SMALLEST, LARGEST = 0.05, 4.0
MARGIN = 24
"""Pixels around a graph that is fitted into the view."""

CACHE_KB = 160 * 1024
"""Room for the nodes' remembered pixels; Qt's own 10 MB hold about 50 nodes."""


class Camera(QGraphicsView):
    """A view of a `CanvasScene` without gestures."""

    def __init__(self, scene: CanvasScene, selection: Selection, style: CanvasStyle, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.graph_scene = scene
        self.selection = selection
        self.style_ = style
        self._pointed: QPoint | None = None
        self._resting = QTimer(self, singleShot=True, interval=180)
        self._resting.timeout.connect(self._rest)
        scene.setParent(self)
        self.setScene(scene)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.SmartViewportUpdate)
        self.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontAdjustForAntialiasing)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setSceneRect(-60000, -60000, 120000, 120000)
        if QPixmapCache.cacheLimit() < CACHE_KB:
            QPixmapCache.setCacheLimit(CACHE_KB)
        self._rest()

    def fit(self, *, everything: bool = False) -> None:
        """Shows the chosen nodes; where none are chosen, or `everything` is wanted, the whole graph."""
        area = self.graph_scene.coming_rect(() if everything else self.selection.nodes)
        if area.isEmpty():
            self.resetTransform()
            self.centerOn(0, 0)
        else:
            seen = self.viewport().rect().adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
            scale = min(seen.width() / area.width(), seen.height() / area.height(), 1.0)
            self.resetTransform()
            self.scale(max(scale, SMALLEST), max(scale, SMALLEST))
            self.centerOn(area.center())
        self._zoomed()

    def center_on(self, node_id: str) -> None:
        """Brings a node into the middle."""
        if item := self.graph_scene.nodes.get(node_id):
            self.centerOn(item.rect.center())

    def zoom(self, factor: float, at: QPoint | None = None) -> None:
        """Zooms; what is at `at` (the middle by default) stays there."""
        at = at if at is not None else self.viewport().rect().center()
        scale = self.transform().m11()
        factor = max(SMALLEST, min(LARGEST, scale * factor)) / scale
        before = self.mapToScene(at)
        self.scale(factor, factor)
        way = self.mapFromScene(before) - at
        self.horizontalScrollBar().setValue(self.horizontalScrollBar().value() + way.x())
        self.verticalScrollBar().setValue(self.verticalScrollBar().value() + way.y())
        self._zoomed()

    def zoom_reset(self) -> None:
        """Actual size."""
        self.zoom(1.0 / self.transform().m11())

    @property
    def reach(self) -> float:
        """So far beside an edge a press still means it: as many pixels of the screen from however far away."""
        return max(0.0, 6.0 / self.transform().m11() - 6.0)

    def middle(self) -> QPointF:
        """The scene's place in the middle of what is seen."""
        return self.mapToScene(self.viewport().rect().center())

    def seen_rect(self) -> QRectF:
        """What is seen of the scene."""
        return self.mapToScene(self.viewport().rect()).boundingRect()

    def pointed_place(self) -> QPointF | None:
        """The scene's place under the mouse, if it is over the canvas."""
        return self.mapToScene(self._pointed) if self._pointed is not None else None

    def show_node(self, id: str) -> None:
        """Scrolls no more than needed to see a node."""
        if item := self.graph_scene.nodes.get(id):
            self.show_area(item.rect)

    def show_area(self, area: QRectF) -> None:
        """Scrolls no more than needed to see a part of the scene."""
        self.ensureVisible(area, 40, 40)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """A wheel zooms to the cursor, with Shift it scrolls sideways; two fingers scroll, with Ctrl they zoom.

        The events of a touchpad have a phase, those of a wheel have none.
        """
        turn = event.angleDelta().y() or event.angleDelta().x()
        with_fingers = event.phase() != Qt.ScrollPhase.NoScrollPhase
        if with_fingers and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            way = event.pixelDelta() if not event.pixelDelta().isNull() else event.angleDelta() / 2
            self.horizontalScrollBar().setValue(self.horizontalScrollBar().value() - way.x())
            self.verticalScrollBar().setValue(self.verticalScrollBar().value() - way.y())
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.horizontalScrollBar().setValue(self.horizontalScrollBar().value() - turn)
        elif turn:
            self.zoom(1.0015**turn, event.position().toPoint())
        event.accept()

    def viewportEvent(self, event: QEvent) -> bool:
        """Two fingers that part or meet zoom."""
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            self.zoom(max(0.2, 1.0 + event.value()), event.position().toPoint())
            return True
        return super().viewportEvent(event)

    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        """Paints the ground, the grid, and all edges as lines when they are far away."""
        painter.fillRect(rect, self.style_.canvas)
        scale = painter.worldTransform().m11()
        if scale < FAR:
            for port, lines in self.graph_scene.far_lines():
                painter.setPen(QPen(self.style_.edge(port).color(), 0))
                painter.drawLines(lines)
            return
        step = GRID * (2 if scale > 0.6 else 8)
        painter.setPen(self.style_.grid)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        lines = [QLineF(x, rect.top(), x, rect.bottom()) for x in _steps(rect.left(), rect.right(), step)]
        lines += [QLineF(rect.left(), y, rect.right(), y) for y in _steps(rect.top(), rect.bottom(), step)]
        painter.drawLines(lines)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def _zoomed(self) -> None:
        # remembered pixels are made anew at each scale: while zooming they cost more than they save
        self.graph_scene.set_cache_mode(QGraphicsItem.CacheMode.NoCache)
        self.graph_scene.edge_root.setVisible(self.transform().m11() >= FAR)
        self._resting.start()

    def _rest(self) -> None:
        self.graph_scene.set_cache_mode(QGraphicsItem.CacheMode.DeviceCoordinateCache)


def _steps(start: float, end: float, step: float) -> Iterable[float]:
    place = (start // step) * step
    while place <= end:
        yield place
        place += step
