"""The outline: the graph without a mouse."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from gui.document import GraphDocument
from gui.outline import NODE, OutlinePanel
from gui.results import Results
from gui.selection import Selection
from nodegraph.graph.edits import SetLabel
from nodegraph.graph.model import Graph


@pytest.fixture
def outline(document: GraphDocument, quickstart: Graph, qtbot) -> OutlinePanel:
    document.load(quickstart, None)
    panel = OutlinePanel(document, Selection(document), Results())
    qtbot.addWidget(panel)
    return panel


def ids(outline: OutlinePanel) -> list[str]:
    return [outline.model.item(row).data(NODE) for row in range(outline.model.rowCount())]


def test_nodes_stand_in_the_order_they_run(outline: OutlinePanel, quickstart: Graph) -> None:
    assert tuple(ids(outline)) == quickstart.order()


def test_a_rename_elsewhere_is_shown(outline: OutlinePanel, document: GraphDocument) -> None:
    document.push(SetLabel("size", "Big enough"), "Rename")
    assert outline.model.item(ids(outline).index("size")).text() == "Big enough"


def test_a_rename_in_place_is_one_undoable_edit(outline: OutlinePanel, document: GraphDocument) -> None:
    outline.model.item(ids(outline).index("size")).setText("Large ones")
    assert document.graph.nodes["size"].label == "Large ones"
    document.undo_stack.undo()
    assert document.graph.nodes["size"].label == ""


def test_choosing_a_row_chooses_the_node_and_delete_removes_it(
    outline: OutlinePanel, document: GraphDocument, qtbot
) -> None:
    outline.view.setCurrentIndex(outline.model.index(ids(outline).index("report"), 0))
    assert outline._selection.nodes == ("report",)
    qtbot.keyClick(outline.view, Qt.Key.Key_Delete)
    assert "report" not in document.graph.nodes
    document.undo_stack.undo()
    assert "report" in ids(outline)


def test_counts_follow_the_results(outline: OutlinePanel) -> None:
    outline._results.update("size", state="done", rows_in=1204, rows_out=873)
    row = ids(outline).index("size")
    assert outline.model.item(row, 1).text() == "Done: 1,204 in, 873 kept"


def test_inputs_offered_close_no_loop(outline: OutlinePanel, document: GraphDocument) -> None:
    assert outline.free_inputs("split") == []
    from nodegraph.graph.edits import AddNode
    from nodegraph.graph.model import Node

    document.push(AddNode(Node("more", "quality/sharpness", 1, {})), "Add")
    assert [str(end) for end in outline.free_inputs("split")] == ["more.images"]


def test_titles_and_counts_share_the_width_without_a_scroll_bar(outline: OutlinePanel, qtbot) -> None:
    outline._results.update("size", state="done", rows_in=1204, rows_out=873)
    outline.resize(outline.sizeHint())
    with qtbot.waitExposed(outline):
        outline.show()
    header = outline.view.header()
    assert header.length() <= outline.view.viewport().width()
    assert header.sectionSize(1) >= outline.view.fontMetrics().horizontalAdvance("Done: 1,204 in, 873 kept")
