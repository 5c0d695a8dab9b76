"""What waits for a person at a review node, in words: how many pictures, where they are, and what to press."""

from __future__ import annotations

from collections.abc import Sequence

from gui.document import GraphDocument
from gui.gallery.by_hand import ByHand
from gui.gallery.lanes import EARLIER, PREVIEW, Lane, rows_of
from gui.results import Results
from gui.translation import words

DECIDED = frozenset({"accept", "reject"})
SORTED = frozenset({"kept", "dropped", EARLIER, PREVIEW})
"""The lanes of what goes where it belongs without a person."""


def words_on_waiting(
    document: GraphDocument, results: Results, by_hand: ByHand, node: str, lanes: Sequence[Lane], chosen: str
) -> str:
    """What to do at this node while this lane is shown; "" where nothing is asked of a person."""
    one = document.graph.nodes.get(node)
    spec = document.registry.nodes.get(one.type) if one is not None else None
    asked = next((lane for lane in lanes if lane.key not in SORTED), None)
    if spec is None or spec.kind != "review" or asked is None or not asked.count:
        return ""
    contents = rows_of(document, results, node, asked.key)["cid"].unique()
    decided = [cid for cid, verdict in by_hand.verdicts_at(node).items() if verdict in DECIDED]
    waiting = contents.len() - contents.is_in(decided).sum()
    if not waiting:
        return words("All of them are decided. Run the graph again for it to count.")
    some = words("1 picture waits") if waiting == 1 else words("{n} pictures wait").format(n=f"{waiting:,}")
    if asked.key != chosen:
        return words("{some} for you under {lane}.").format(some=some, lane=asked.title)
    keys = words("choose some and press A to accept, R to reject, L to look again later; Enter opens one.")
    return words("{some} for you: {keys}").format(some=some, keys=keys)
