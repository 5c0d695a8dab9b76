"""A source step: the files a source found become rows with a content id each; what was not given is in the ledger."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl

from nodegraph.columns import POLARS_TYPE
from nodegraph.context import Context
from nodegraph.data.content import StatMemo, content_ids
from nodegraph.data.imageset import BASE_SCHEMA
from nodegraph.data.ledger import joined, ledger_of
from nodegraph.data.unreadable import Unavailable
from nodegraph.graph.model import Graph
from nodegraph.graph.paths import is_path, texts_of
from nodegraph.parameters import with_defaults
from nodegraph.plan.stages import Active
from nodegraph.problems import ProblemError
from nodegraph.registry import Registry
from nodegraph.results import Found
from nodegraph.run.evaluate import Outcome, error_rows


def run_source(
    item: Active,
    context: Context,
    memo: StatMemo,
    progress: Callable[[int, int], None],
    *,
    sample: int | None = None,
) -> Outcome:
    """The rows of a source and the ledger of what it skipped; with `sample` about that many rows, evenly spaced.

    Raises ProblemError for what a user can mend.
    """
    keywords = dict(item.params) | ({"context": context} if item.spec.uses_context else {})
    try:
        found: Found = item.spec.function(**keywords)
    except ProblemError as error:
        raise ProblemError(problem.at(node=item.id) for problem in error.problems) from error
    except BaseException as error:  # a panic of polars is no Exception
        error.add_note(f"in the node {item.id!r} of the type {item.spec.type}")
        raise
    for text in found.notices:
        context.notice(text)
    skipped = pl.DataFrame(
        [
            {"rid": skip.rid, "cid": "", "node": item.id, "rule": skip.rule, "reason": skip.reason}
            for skip in found.skipped
        ],
        schema={"rid": pl.String, "cid": pl.String, "node": pl.String, "rule": pl.String, "reason": pl.String},
    )
    rows = found.table
    if sample and rows.height > sample:
        rows = rows.gather_every(-(-rows.height // sample))
        context.notice(f"A sample: {rows.height:,} of {found.table.height:,} pictures.")
    results = content_ids(rows["path"].to_list(), memo, progress=progress)
    cids = ["" if isinstance(result, Unavailable) else result for result in results]
    table = _with_base_columns(rows, cids)
    lost = pl.Series([cid == "" for cid in cids], dtype=pl.Boolean)
    reasons = [result.reason for result in results if isinstance(result, Unavailable)]
    dropped = joined([ledger_of(skipped), error_rows(item.id, table.filter(lost), reasons)])
    casts = [pl.col(name).cast(POLARS_TYPE[info.kind]) for name, info in item.spec.gives(item.params).items()]
    return Outcome({item.spec.outputs[0]: table.filter(~lost).with_columns(casts)}, dropped)


def _with_base_columns(table: pl.DataFrame, cids: list[str]) -> pl.DataFrame:
    table = table.with_columns(pl.Series("cid", cids, dtype=pl.String))
    if "recipe" not in table.columns:
        table = table.with_columns(pl.lit("").alias("recipe"))
    rest = [name for name in table.columns if name not in BASE_SCHEMA]
    return table.select(*(pl.col(name).cast(kind) for name, kind in BASE_SCHEMA.items()), *rest)


def read_folders(graph: Graph, registry: Registry) -> list[Path]:
    """The folders and files that sources read, or unpack into: no export ever writes there.

    Sources that this run has no use for count, too; those that are muted do not.
    """
    paths: list[Path] = []
    for node in graph.nodes.values():
        spec = registry.nodes.get(node.type)
        if spec is None or spec.kind != "source" or node.mode == "mute":
            continue
        for name, value in with_defaults(spec.parameters, node.params).items():
            if is_path(spec.parameters[name]):
                paths += map(Path, texts_of(value))
    return paths
