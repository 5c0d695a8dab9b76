"""The way of one picture through the graph: what each node made of it, read from the tables of the last run. No Qt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from gui.document import GraphDocument
from gui.results import Results
from gui.titles import title_of
from nodegraph.graph.columns import given_columns
from nodegraph.problems import ProblemError


@dataclass(frozen=True)
class Stop:
    """A node on the way: through which port the picture left it, or why it did not, and the values it was given."""

    node: str
    title: str
    port: str = ""
    reason: str = ""
    values: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @property
    def dropped(self) -> bool:
        """Whether the way ends here."""
        return bool(self.reason)


@dataclass(frozen=True)
class Station:
    """A node that a picture may have come through, with the files that tell."""

    node: str
    title: str
    columns: tuple[str, ...]
    files: Mapping[str, Path]
    ledger: Path | None


def stations_of(document: GraphDocument, results: Results, node: str) -> list[Station]:
    """The nodes before and after `node` that have run, in the order of the graph."""
    graph, registry = document.graph, document.registry
    if node not in graph.nodes:
        return []
    try:
        order = graph.order()
    except ProblemError:
        return []
    near = graph.upstream(node) | graph.downstream(node) | {node}
    found: list[Station] = []
    for id in order:
        result, spec = results.of(id), registry.nodes.get(graph.nodes[id].type)
        if id in near and result.files:
            columns = tuple(given_columns(spec, graph.nodes[id])) if spec is not None else ()
            found.append(Station(id, title_of(graph, registry, id), columns, dict(result.files), result.ledger))
    return found


def way_of(stations: list[Station], rid: str) -> list[Stop]:
    """The stops of one row, in order. Reads files: not for the app's thread."""
    stops: list[Stop] = []
    for station in stations:
        port, values = _found(station, rid)
        reason = _reason(station, rid)
        if port or reason:
            stops.append(Stop(station.node, station.title, port, reason, values))
    return stops


def _found(station: Station, rid: str) -> tuple[str, dict[str, Any]]:
    """The last port that gave the row (the first one, of a node that parts rows, gives all), and its values."""
    port, values = "", dict[str, Any]()
    for name, path in station.files.items():
        try:
            rows = pl.scan_ipc(path).filter(pl.col("rid") == rid).head(1).collect()
        except (OSError, pl.exceptions.PolarsError):
            continue
        if rows.height:
            port = name
            row = rows.row(0, named=True)
            values = {column: row[column] for column in station.columns if column in row}
    return port, values


def _reason(station: Station, rid: str) -> str:
    if station.ledger is None:
        return ""
    try:
        rows = (
            pl.scan_ipc(station.ledger).filter(pl.col("rid") == rid, pl.col("node") == station.node).head(1).collect()
        )
    except (OSError, pl.exceptions.PolarsError):
        return ""
    return str(rows["reason"][0] or "dropped") if rows.height else ""
