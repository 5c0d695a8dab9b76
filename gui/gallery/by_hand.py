"""Decided by hand: captions and "not a duplicate", in the document's journal, which moves along when it is saved."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import polars as pl
from PySide6.QtCore import QObject, Signal

from gui.document import GraphDocument
from nodegraph.data.journal import APART, CAPTION, VERDICT, Entry, Journal, apart_in, append, read_journal
from nodegraph.graph.columns import given_columns
from nodegraph.graph.model import Graph
from nodegraph.problems import Problem, ProblemError
from nodegraph.registry import Registry
from nodegraph.run.decisions import with_captions

GIVEN = "_verdict"
"""The column with what a person decided about a row."""


class ByHand(QObject):
    """The captions and other decisions by hand in this document. `changed` follows each, or `refused(problem)`."""

    changed = Signal()
    refused = Signal(object)

    def __init__(self, document: GraphDocument, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._place: Path | None = document.journal
        self._journal = Journal()
        self._past: list[list[Entry]] = []
        self._edited_since = False
        document.changed.connect(self._note_edit)
        document.loaded.connect(self._forget)
        document.path_changed.connect(self._follow)
        self._read()

    def caption_of(self, node: str, cid: str) -> str | None:
        """What a person wrote for this content at this node, or None."""
        return self._journal.captions.get(node, {}).get(cid)

    def write_caption(self, node: str, cid: str, value: str | None) -> bool:
        """Writes a caption; None goes back to what the node gave. What hangs on it is then stale."""
        return self._add([Entry(node, cid, CAPTION, value)])

    def verdict_of(self, node: str, cid: str) -> str | None:
        """What a person decided about this content at this review node, or None."""
        return self.verdicts_at(node).get(cid)

    def verdicts_at(self, node: str) -> Mapping[str, str]:
        """What people decided at this review node, by content."""
        return self._journal.decisions.get(node, {}).get(VERDICT, {})

    def set_verdict(self, node: str, cids: Iterable[str], verdict: str | None) -> bool:
        """Decides about these contents at this review node; None leaves it to the node."""
        return self._add(Entry(node, cid, VERDICT, verdict) for cid in dict.fromkeys(cids))

    def are_apart(self, one: str, other: str) -> bool:
        """Whether a person said that these two contents are no duplicates."""
        return frozenset((one, other)) in apart_in(self._journal.decisions)

    def set_apart(self, node: str, one: str, other: str, *, apart: bool) -> bool:
        """Says at this node that two contents are no duplicates, or takes that back at whichever node it was said."""
        if apart:
            return self._add([Entry(node, one, f"{APART}{other}", "yes")])
        said = self._journal.decisions.items()
        return self._add(
            Entry(at, cid, f"{APART}{twin}", None)
            for at, fields in said
            for cid, twin in ((one, other), (other, one))
            if cid in fields.get(f"{APART}{twin}", {})
        )

    @property
    def is_last(self) -> bool:
        """Whether the last thing done was to decide something here, rather than to edit the graph."""
        return bool(self._past) and not self._edited_since

    def take_back(self) -> tuple[str, ...]:
        """Takes back the last decision that was made since the document was opened: its contents; none, nothing."""
        if not self._past:
            return ()
        entries = self._past.pop()
        if not self._write(entries):
            self._past.append(entries)
            return ()
        return tuple(entry.cid for entry in entries)

    def _add(self, entries: Iterable[Entry]) -> bool:
        made = list(entries)
        before = [replace(entry, value=self._value_of(entry)) for entry in made]
        if not self._write(made):
            return False
        self._past.append(before)
        self._edited_since = False
        return True

    def _value_of(self, entry: Entry) -> str | None:
        return self._journal.decisions.get(entry.node, {}).get(entry.field, {}).get(entry.cid)

    def _write(self, entries: list[Entry]) -> bool:
        try:
            append(self._document.journal, entries)
        except ProblemError as error:
            self.refused.emit(error.problems[0])
            return False
        self._journal = Journal((*self._journal.entries, *entries), self._journal.unread)
        self.changed.emit()
        self._document.journal_changed.emit()
        return True

    def _note_edit(self, _before: Graph, _after: Graph) -> None:
        self._edited_since = True

    def shown(self, table: pl.DataFrame, node: str) -> pl.DataFrame:
        """A table of this node with the captions that were written for its rows since it ran."""
        at = caption_node(self._document.graph, self._document.registry, node)
        said = self._journal.captions.get(at or "")
        return with_captions(table, said) if said else table

    def with_verdicts(self, table: pl.DataFrame, node: str) -> pl.DataFrame:
        """A table of this node with what people decided about its rows as the column `GIVEN`, if they did."""
        said = self.verdicts_at(node)
        if not said:
            return table
        given = pl.col("cid").replace_strict(said, default=None, return_dtype=pl.String)
        return table.with_columns(given.alias(GIVEN))

    def _forget(self) -> None:
        self._place = None
        self._past.clear()

    def _follow(self, _path: object) -> None:
        """The document was saved somewhere: its journal goes there too. Another document: its own is read."""
        before, self._place = self._place, self._document.journal
        if before is not None and before != self._place and before.is_file():
            try:
                self._place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(before, self._place)
                if before.parent.name == "journals":  # that of a document without a file: nobody else has it
                    before.unlink(missing_ok=True)
            except OSError as error:
                words = f"The captions written by hand could not be saved beside the graph: {error.strerror or error}."
                self.refused.emit(Problem("no-journal", words, "Save it to another folder.", value=str(self._place)))
        self._read()
        self.changed.emit()
        self._document.journal_changed.emit()

    def _read(self) -> None:
        try:
            self._journal = read_journal(self._document.journal)
        except ProblemError as error:
            self._journal = Journal()
            self.refused.emit(error.problems[0])


def caption_node(graph: Graph, registry: Registry, node: str) -> str | None:
    """The node whose caption the rows of `node` have: itself or the nearest before it that gives one."""
    seen: set[str] = set()
    here: str | None = node
    while here is not None and here in graph.nodes and here not in seen:
        seen.add(here)
        one = graph.nodes[here]
        spec = registry.nodes.get(one.type)
        if spec is None:
            return None
        if one.mode == "normal" and spec.kind != "export" and CAPTION in given_columns(spec, one):
            return here
        end = graph.inputs_of(here).get(spec.inputs[0]) if spec.inputs else None
        if end is None:  # a source passes on what stands beside its files, whether it declares that or not
            return here if spec.kind == "source" else None
        here = end.node
    return None
