"""Comparing what two nodes gave, or one in two runs: rows only in the one, only in the other, in both. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl

from gui.document import GraphDocument
from gui.gallery.lanes import REASON, empty_rows
from gui.results import Results
from gui.titles import title_of

DIFFERING = ("caption", "split")
"""Columns in which a row of both may differ from what it was."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A table that can be compared: the rows of a port, of the last run or of one before, with that run's ledger."""

    title: str
    file: Path
    node: str
    port: str
    ledger: Path | None = None

    def rows(self) -> pl.DataFrame:
        """Its rows; none where they cannot be read."""
        try:
            return pl.read_ipc(self.file)
        except (OSError, pl.exceptions.PolarsError):
            return empty_rows()

    def dropped(self) -> pl.DataFrame | None:
        """What was dropped up to its node, or None."""
        try:
            return pl.read_ipc(self.ledger) if self.ledger is not None else None
        except (OSError, pl.exceptions.PolarsError):
            return None


@dataclass(frozen=True)
class Comparison:
    """Two tables parted by what is in them, row by row. `changed` are those rows in both whose caption or split differ.

    They have the columns "caption_before" and "split_before", of the first table.
    """

    only_a: pl.DataFrame
    only_b: pl.DataFrame
    both: pl.DataFrame
    changed: pl.DataFrame


def choices_of(document: GraphDocument, results: Results) -> list[Choice]:
    """All ports that have rows, in the order of the graph's nodes, each followed by the runs before that are kept."""
    found: list[Choice] = []
    for node in document.graph.nodes:
        title = title_of(document.graph, document.registry, node)
        ledger = results.of(node).ledger
        for port, file in results.of(node).files.items():
            name = f"{title}: {port}"
            found.append(Choice(name, file, node, port, ledger))
            for run, older in runs_before(file):
                when = f"{datetime.fromtimestamp(older.stat().st_mtime):%H:%M}"
                before = older.with_name(ledger.name) if ledger is not None else None
                found.append(Choice(f"{name} (run {run}, {when})", older, node, port, before))
    return found


def first_pair(document: GraphDocument, choices: list[Choice], nodes: tuple[str, ...]) -> tuple[int, int]:
    """The two choices to begin with, by their numbers: of the two selected nodes; of one, its rows now and before.

    Where it has run only once, what came into it; where none is selected, the first and the last.
    """
    mine = [found for node in nodes if (found := [n for n, choice in enumerate(choices) if choice.node == node])]
    if len(mine) >= 2:
        return mine[0][0], mine[1][0]
    if not mine:
        return 0, len(choices) - 1
    first = mine[0][0]
    node, port = choices[first].node, choices[first].port
    earlier = [n for n in mine[0] if n != first and choices[n].port == port]
    if earlier:
        return earlier[0], first
    feeds = [(end.node, end.port) for end in document.graph.inputs_of(node).values()]
    before = [n for n, choice in enumerate(choices) if (choice.node, choice.port) in feeds]
    return (before[0] if before else mine[0][-1]), first


def runs_before(file: Path) -> list[tuple[str, Path]]:
    """The tables of earlier runs of the same port: the folders of runs lie beside each other, named by number."""
    run, runs = file.parent.name, file.parent.parent
    if not run.isdigit() or not runs.is_dir():
        return []
    older = [folder for folder in runs.iterdir() if folder.name.isdigit() and int(folder.name) < int(run)]
    older.sort(key=lambda folder: -int(folder.name))
    return [(folder.name, folder / file.name) for folder in older if (folder / file.name).is_file()]


def compared(a: pl.DataFrame, b: pl.DataFrame) -> Comparison:
    """The rows of both tables parted. A row is the same where its id and its content are."""
    same = ["rid", "cid"]
    both = b.join(a.select(same), on=same, how="semi", maintain_order="left")
    columns = [column for column in DIFFERING if column in a.columns and column in b.columns]
    before = a.select(*same, *(pl.col(column).alias(f"{column}_before") for column in columns))
    differs = [pl.col(column).ne_missing(pl.col(f"{column}_before")) for column in columns]
    joined = both.join(before.unique(same, keep="first"), on=same, how="left", maintain_order="left")
    changed = joined.filter(pl.any_horizontal(differs)) if differs else joined.clear()
    only_a = a.join(b, on=same, how="anti", maintain_order="left")
    return Comparison(only_a, b.join(a, on=same, how="anti", maintain_order="left"), both, changed)


def with_why(document: GraphDocument, rows: pl.DataFrame, dropped: pl.DataFrame | None) -> pl.DataFrame:
    """Rows that the other side lacks, with why it dropped them as far as its ledger tells."""
    if dropped is None or not rows.height or not dropped.height:
        return rows
    graph, registry = document.graph, document.registry
    titles = {id: title_of(graph, registry, id) for id in dropped["node"].unique().to_list()}
    title = pl.col("node").replace_strict(titles, default=pl.col("node"), return_dtype=pl.String)
    why = dropped.select("rid", pl.format("{}: {}", title, pl.col("reason").fill_null("dropped")).alias(REASON))
    found = rows.join(why.unique("rid", keep="first"), on="rid", how="left", maintain_order="left")
    return found if found[REASON].null_count() < found.height else rows
