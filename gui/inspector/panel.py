"""The inspector panel: shows the page of what is selected and keeps it up to date with document and results."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QApplication, QFrame, QScrollArea, QVBoxLayout, QWidget

from gui.document import GraphDocument
from gui.inspector.graph_page import GraphPage
from gui.inspector.look import stylesheet
from gui.inspector.node_page import NodePage
from gui.inspector.several_page import SeveralPage
from gui.results import Results
from gui.selection import Selection
from gui.theme.theme import Theme
from nodegraph.graph.model import Graph

if TYPE_CHECKING:
    from gui.gallery.thumbnails import Thumbnails


class InspectorPanel(QWidget):
    """The form of the selected node or nodes; with nothing selected, the graph's own page.

    `thumbnails` feeds the threshold editor; `use_thumbnails` hands it in later.
    """

    page_changed = Signal()

    def __init__(
        self,
        document: GraphDocument,
        selection: Selection,
        results: Results,
        theme: Theme,
        parent: QWidget | None = None,
        *,
        thumbnails: Thumbnails | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("inspector")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(self.tr("Inspector"))
        self.setMinimumWidth(280)
        self._document, self._selection, self._results = document, selection, results
        self._thumbnails, self._theme = thumbnails, theme
        self._area = QScrollArea(self)
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._area)
        self.page: NodePage | SeveralPage | GraphPage | None = None
        self._columns_soon = QTimer(self, singleShot=True, interval=60)
        self._columns_soon.timeout.connect(self._renew_columns)
        document.changed.connect(self._changed)
        document.problems_changed.connect(self._show_problems)
        selection.changed.connect(self._turn)
        results.node_changed.connect(self._heard)
        results.cleared.connect(self._turn_anew)
        self.apply_theme(theme)

    def sizeHint(self) -> QSize:
        """As wide as a form reads well."""
        return QSize(340, 700)

    def hideEvent(self, event: QHideEvent) -> None:
        """Takes the focus out of the form: a field that is destroyed with it would be asked to end its gesture."""
        super().hideEvent(event)
        focus = QApplication.focusWidget()
        if focus is not None and self.isAncestorOf(focus):
            focus.clearFocus()

    def use_thumbnails(self, thumbnails: Thumbnails) -> None:
        """Hands in where pictures come from."""
        self._thumbnails = thumbnails
        self._turn_anew()

    def apply_theme(self, theme: Theme) -> None:
        """Takes another theme on."""
        self._theme = theme
        self.setStyleSheet(stylesheet(theme))
        self._turn_anew()

    def focus_field(self, param: str) -> bool:
        """Puts the caret into the field of a parameter and brings it into sight. False where there is none."""
        form = getattr(self.page, "form", None)
        row = form.focus(param) if form is not None else None
        if row is None:
            return False
        if self.page is not None:
            self.page.adjustSize()
        self._area.ensureWidgetVisible(row, 0, 60)
        return True

    def _turn(self) -> None:
        nodes, page = self._selection.nodes, self.page
        if isinstance(page, NodePage | SeveralPage) and nodes and page.nodes == nodes and page.fits(nodes):
            return
        self._turn_anew()

    def _turn_anew(self) -> None:
        old = self._area.takeWidget()
        if old is not None:
            old.hide()
            old.setParent(None)
            old.deleteLater()
        self.page = self._made_page()
        self.page.setObjectName("inspectorBody")
        self.page.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._area.setWidget(self.page)
        self.page_changed.emit()

    def _made_page(self) -> NodePage | SeveralPage | GraphPage:
        graph = self._document.graph
        nodes = tuple(id for id in self._selection.nodes if id in graph.nodes)
        if not nodes:
            return GraphPage(self._document, self._theme, self._area)
        if len({graph.nodes[id].type for id in nodes}) == 1:
            return NodePage(self._document, nodes, self._results, self._thumbnails, self._theme, self._area)
        return SeveralPage(self._document, nodes, self._theme, self._area)

    def _changed(self, before: Graph, after: Graph) -> None:
        page = self.page
        if isinstance(page, GraphPage):
            if self._selection.nodes or not page.fits():
                self._turn_anew()
            else:
                page.renew()
        elif isinstance(page, NodePage | SeveralPage):
            if any(id not in after.nodes for id in page.nodes):
                return  # the selection follows and turns the page
            if any(_shown(before, id) != _shown(after, id) for id in page.nodes):
                self._renew_or_turn(page)
            elif before.knobs != after.knobs:
                page.renew()
            if before.edges != after.edges or _params(before) != _params(after):
                self._columns_soon.start()

    def _renew_or_turn(self, page: NodePage | SeveralPage) -> None:
        if page.fits(page.nodes):
            page.renew()
        else:
            self._turn_anew()

    def _renew_columns(self) -> None:
        if isinstance(self.page, NodePage | SeveralPage) and all(
            id in self._document.graph.nodes for id in self.page.nodes
        ):
            if self.page.fits(self.page.nodes):
                self.page.renew_columns()
            else:
                self._turn_anew()

    def _show_problems(self) -> None:
        if isinstance(self.page, NodePage | SeveralPage | GraphPage):
            self.page.show_problems()

    def _heard(self, node: str) -> None:
        if isinstance(self.page, NodePage) and node in self.page.nodes:
            self.page.header.renew()


def _shown(graph: Graph, id: str) -> object:
    node = graph.nodes.get(id)
    return node and (node.type, node.rev, node.params, node.label, node.mode)


def _params(graph: Graph) -> list[tuple[str, object, str]]:
    return [(id, node.params, node.mode) for id, node in graph.nodes.items()]
