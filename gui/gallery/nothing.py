"""Why the gallery shows no pictures, and what to do about it, in words."""

from __future__ import annotations

from collections.abc import Sequence

from gui.document import GraphDocument
from gui.gallery.lanes import Lane
from gui.gallery.rows_model import RowsModel
from gui.results import Results
from gui.titles import title_of
from gui.translation import words


def why_nothing(
    document: GraphDocument, results: Results, node: str | None, lanes: Sequence[Lane], chosen: str, rows: RowsModel
) -> tuple[str, str]:
    """A title and an advice for when none of `rows`, the lane `chosen` of this node, is shown."""
    if node is None:
        return words("No node is selected"), words("Click a node to see the pictures that it keeps and drops.")
    title = title_of(document.graph, document.registry, node)
    if rows.table.height:
        return words("Nothing matches"), words("Change or clear the search to see pictures again.")
    if results.of(node).state == "running":
        return words("{} is running").format(title), words("Its pictures come as soon as there are some.")
    if not lanes:
        return words("No pictures yet"), words("Run the graph to see pictures here (Ctrl+Enter).")
    lane = next(lane for lane in lanes if lane.key == chosen)
    if lane.dropped:
        return words("Nothing was dropped"), words("{} let every picture through.").format(title)
    return words("No pictures"), words("{} gave none here. Look at what was dropped, and why.").format(title)
