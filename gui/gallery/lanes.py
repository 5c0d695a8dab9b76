"""Lanes: the tables of a node as the gallery shows them, one a port and one for what was dropped, with reasons."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from gui.document import GraphDocument
from gui.results import Results
from gui.tables import row_count
from gui.titles import title_of
from gui.translation import words
from nodegraph.data.imageset import BASE_SCHEMA
from nodegraph.graph.model import Graph
from nodegraph.registry import Registry

REASON, WHY = "_reason", "_why"
"""Columns with why a row was dropped, with its node and without. Columns of the gallery's own begin with _."""

DROPPED, EARLIER, PREVIEW = "dropped", "_earlier", "_preview"


@dataclass(frozen=True, slots=True)
class Lane:
    """One choice of the gallery: the rows of a port, or those that were dropped."""

    key: str
    title: str
    count: int
    dropped: bool = False


def lanes_of(document: GraphDocument, results: Results, node: str) -> list[Lane]:
    """The lanes of a node that has run: its ports, what it dropped, and what was dropped before it."""
    graph = document.graph
    if node not in graph.nodes:
        return []
    result = results.of(node)
    if not result.files:
        return [Lane(PREVIEW, words("So far"), result.rows_out or len(result.contents))] if result.contents else []
    lanes = [Lane(port, _title(port), row_count(file)) for port, file in result.files.items() if port != DROPPED]
    ledger = results.ledger(node)
    if ledger is not None:
        own = int((ledger["node"] == node).sum()) - sum(lane.count for lane in lanes if lane.key == "review")
        earlier = ledger.height - int((ledger["node"] == node).sum())
        if own > 0 or DROPPED in result.files:
            lanes.append(Lane(DROPPED, words("Dropped"), max(0, own), dropped=True))
        if earlier:
            lanes.append(Lane(EARLIER, words("Dropped before"), earlier, dropped=True))
    return lanes


def last_with_rows(graph: Graph, results: Results) -> str | None:
    """The last node, in the order in which they run, that has rows to be shown; None where nothing was run."""
    if not any(results.of(id).files for id in graph.nodes):
        return None
    order = graph.nodes if graph.loops() else graph.order()
    return next((id for id in reversed(list(order)) if results.of(id).files), None)


def rows_of(document: GraphDocument, results: Results, node: str, lane: str) -> pl.DataFrame:
    """The rows of a lane: base columns, what is known of them, and for dropped ones `REASON`."""
    if lane == PREVIEW:
        return preview_rows(results.of(node).contents)
    if lane not in (DROPPED, EARLIER):
        table = results.table(node, lane)
        return table if table is not None else empty_rows()
    ledger = results.ledger(node)
    if ledger is None:
        return empty_rows()
    mine = pl.col("node") == node
    ledger = ledger.filter(mine if lane == DROPPED else ~mine)
    if lane == DROPPED and (waiting := results.table(node, "review")) is not None:
        ledger = ledger.join(waiting.select("rid"), on="rid", how="anti")
    found = with_reasons(document.graph, document.registry, results, node, ledger)
    return found if lane == DROPPED else found.drop(WHY)


def with_reasons(graph: Graph, registry: Registry, results: Results, node: str, ledger: pl.DataFrame) -> pl.DataFrame:
    """Ledger rows with their file and the columns that they had when they were dropped, and the reason in words."""
    droppers = ledger["node"].unique(maintain_order=True).to_list()
    tables = [table for dropper in droppers for table in _tables_before(graph, results, dropper)]
    tables += _sources(graph, registry, results, node)
    wanted = ledger.select("rid", "cid", pl.col("node").alias("_node"), pl.col("reason").alias(WHY))
    known: pl.DataFrame | None = None
    for table in tables:
        rest = wanted.select("rid") if known is None else wanted.select("rid").join(known, on="rid", how="anti")
        if not rest.height:
            break
        found = table.join(rest, on="rid", how="semi").unique("rid", keep="first", maintain_order=True)
        known = found if known is None else pl.concat([known, found], how="diagonal_relaxed")
    known = known.drop("cid") if known is not None else empty_rows().drop("cid")
    titles = {id: title_of(graph, registry, id) for id in wanted["_node"].unique().to_list()}
    title = pl.col("_node").replace_strict(titles, default=pl.col("_node"), return_dtype=pl.String)
    return wanted.join(known, on="rid", how="left", maintain_order="left").with_columns(
        pl.col("path").fill_null(""),
        pl.col("recipe").fill_null(""),
        pl.format("{}: {}", title, pl.col(WHY).fill_null("dropped")).alias(REASON),
    )


def preview_rows(contents: Iterable[str]) -> pl.DataFrame:
    """Rows that are only pictures, while a node runs."""
    parts = [content.partition("+") for content in contents]
    columns = {"rid": [""] * len(parts), "cid": [part[0] for part in parts], "path": [""] * len(parts)}
    return pl.DataFrame(columns | {"recipe": [part[2] for part in parts]}, schema=BASE_SCHEMA)


def has_words(table: pl.DataFrame) -> bool:
    """Whether any row has a caption or a reason to be read."""
    texts = [table[name] for name in (REASON, "caption") if name in table.columns]
    return any(bool((text.fill_null("") != "").any()) for text in texts if text.dtype == pl.String)


def empty_rows() -> pl.DataFrame:
    """No rows."""
    return pl.DataFrame(schema=BASE_SCHEMA)


def _tables_before(graph: Graph, results: Results, node: str) -> Iterable[pl.DataFrame]:
    """What a node says of the rows that it dropped, and the tables that came into it."""
    if node not in graph.nodes:
        return
    if (dropped := results.table(node, DROPPED)) is not None:
        yield dropped
    for end in graph.inputs_of(node).values():
        if (table := results.table(end.node, end.port)) is not None:
            yield table


def _sources(graph: Graph, registry: Registry, results: Results, node: str) -> Iterable[pl.DataFrame]:
    """The tables of the sources that a node hangs on: they know the file of every row."""
    for id in graph.upstream(node) | {node} if node in graph.nodes else ():
        spec = registry.nodes.get(graph.nodes[id].type)
        if spec is not None and spec.kind == "source" and (table := results.table(id, spec.outputs[0])) is not None:
            yield table


def _title(port: str) -> str:
    known = {"images": words("Pictures"), "kept": words("Kept"), "review": words("To review")}
    return known.get(port, port.replace("_", " ").capitalize())
