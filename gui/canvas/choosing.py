"""Choosing: which edges and notes are chosen. Nodes are chosen in the selection, which the whole window shares."""

from __future__ import annotations

from collections.abc import Collection

from gui.canvas.camera import Camera
from gui.canvas.copying import Copied
from gui.canvas.edge_item import EdgeItem
from gui.canvas.notes import NoteItem


class Choosing(Camera):
    """A view of a `CanvasScene` in which edges and notes can be chosen, too."""

    def choose_edge(self, edge: EdgeItem | None, *, add: bool = False) -> None:
        """Chooses an edge: nodes and notes are no longer chosen, Del removes it. None: no edge is chosen."""
        if add and edge is not None:
            edge.light(chosen=True, lit=edge.lit)
            return
        for item in self.graph_scene.edges.values():
            item.light(chosen=item is edge, lit=item.lit)
        if edge is not None:
            self.choose_notes(())
            self.selection.choose(())

    def chosen_notes(self) -> frozenset[int]:
        """The positions of the notes that are chosen."""
        return frozenset(item.index for item in self.graph_scene.notes if item.chosen)

    def choose_notes(self, notes: Collection[int]) -> None:
        """Chooses exactly the notes at these positions."""
        for item in self.graph_scene.notes:
            item.choose(item.index in notes)

    def choose_note(self, note: NoteItem) -> None:
        """Chooses one note and nothing else."""
        self.unchoose()
        self.selection.choose(())
        self.choose_notes({note.index})

    def choose_copies(self, copied: Copied) -> None:
        """Chooses what was copied, and nothing else."""
        count = len(self.graph_scene.notes)
        self.choose_edge(None)
        self.choose_notes(range(count - copied.notes, count))
        self.selection.choose(copied.nodes)

    def unchoose(self) -> None:
        """No edge and no note is chosen."""
        self.choose_edge(None)
        self.choose_notes(())
