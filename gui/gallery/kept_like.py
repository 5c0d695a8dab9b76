"""The picture that a finder of duplicates kept in place of another one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from gui.document import GraphDocument
from gui.results import Results
from nodegraph.graph.columns import given_columns


def finds_duplicates(document: GraphDocument, node: str) -> bool:
    """Whether this node finds duplicates."""
    one = document.graph.nodes.get(node)
    spec = document.registry.nodes.get(one.type) if one is not None else None
    return spec is not None and spec.kind == "dedup"


def kept_like(document: GraphDocument, results: Results, node: str, row: Mapping[str, Any]) -> dict[str, Any] | None:
    """The row that this finder kept of the group that `row` is in; None where it is in none, or is that one itself."""
    if not finds_duplicates(document, node):
        return None
    one = document.graph.nodes[node]
    texts = [
        name for name, info in given_columns(document.registry.nodes[one.type], one).items() if info.kind == "text"
    ]
    names = [row[name] for name in texts if row.get(name) and row[name] != row["rid"]]
    for file in results.of(node).files.values() if names else ():
        try:
            found = pl.scan_ipc(file).filter(pl.col("rid").is_in(names)).head(1).collect()
        except (OSError, pl.exceptions.PolarsError):
            continue
        if found.height:
            return found.row(0, named=True)
    return None
