"""One node on one table: calls its function and makes rows a port and drops with reasons of the result. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from nodegraph.columns import POLARS_TYPE
from nodegraph.context import Context
from nodegraph.data.imageset import BASE_SCHEMA, ImageSet
from nodegraph.data.ledger import ERROR_RULE, empty_ledger, joined, ledger_of
from nodegraph.graph.model import Node
from nodegraph.problems import ProblemError
from nodegraph.results import Keep, Left, Parts, Rows, Written
from nodegraph.specs import NodeSpec, Params


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a node gave on some rows: a table a port, and ledger rows for those that its first port does not give.

    `added` counts the rows of the first port that are none of the first input's.
    """

    outputs: Mapping[str, pl.DataFrame]
    dropped: pl.DataFrame = field(default_factory=empty_ledger)
    written: Written | None = None
    added: int = 0


def evaluate(
    spec: NodeSpec,
    node: Node,
    params: Params,
    inputs: Mapping[str, ImageSet],
    values: Mapping[str, Any],
    context: Context,
) -> Outcome:
    """The outcome of `spec` on `inputs` (a set a port); `values` are its measures. A bypassed node passes all rows on.

    Raises ProblemError, with the node filled in, for what a user can mend.
    """
    images = inputs[spec.inputs[0]]
    if node.mode == "bypass":
        return passed_through(spec, images.table)
    keywords = dict(params) | dict(values)
    if spec.uses_context:
        keywords["context"] = context
    try:
        result: Any = spec.function(*(inputs[port] for port in spec.inputs), **keywords)
    except ProblemError as error:
        raise ProblemError(found.at(node=node.id) for found in error.problems) from error
    except BaseException as error:  # a panic of polars is no Exception
        error.add_note(f"in the node {node.id!r} of the type {spec.type}")
        raise
    if isinstance(result, Keep):
        return _parted(spec, node, images, params, result)
    if isinstance(result, Parts):
        table = _typed(spec, params, images.with_columns(result.columns)).table
        further = {port: table.filter(mask) for port, mask in result.ports.items()}
        return Outcome({spec.outputs[0]: table, **further})
    if isinstance(result, Rows):
        return _made(spec, node, images, params, result)
    if isinstance(result, Written):
        return _written(spec, node, images, result)
    return passed_through(spec, _typed(spec, params, images.with_columns(result)).table)


def passed_through(spec: NodeSpec, table: pl.DataFrame) -> Outcome:
    """All rows through the first port and none through the others."""
    return Outcome({port: table if port == spec.outputs[0] else table.clear() for port in spec.outputs})


def without_rows(spec: NodeSpec, params: Params, table: pl.DataFrame) -> Outcome:
    """What any node gives on no rows: empty tables with the columns it declares. Its function is not asked."""
    columns = [pl.lit(None, dtype=POLARS_TYPE[info.kind]).alias(name) for name, info in spec.gives(params).items()]
    return Outcome(dict.fromkeys(spec.outputs, table.clear().with_columns(columns)))


def error_rows(node: str, rows: pl.DataFrame, reasons: list[str]) -> pl.DataFrame:
    """Ledger rows for `rows` on which something failed, with a reason each."""
    if not rows.height:
        return empty_ledger()
    return ledger_of(
        rows.select("rid", "cid").with_columns(
            pl.lit(node).alias("node"), pl.lit(ERROR_RULE).alias("rule"), pl.Series("reason", reasons, dtype=pl.String)
        )
    )


def _typed(spec: NodeSpec, params: Params, images: ImageSet) -> ImageSet:
    """The set with the columns the node declares cast to what it declares, so that batches agree; all must be there."""
    gives = spec.gives(params)
    missing = [name for name in gives if name not in images.columns]
    if missing:
        raise TypeError(f"node {spec.type} declares the columns {missing} and did not give them")
    casts = [pl.col(name).cast(POLARS_TYPE[info.kind]) for name, info in gives.items()]
    return ImageSet(images.table.with_columns(casts), images.ledger) if casts else images


def _parted(spec: NodeSpec, node: Node, images: ImageSet, params: Params, keep: Keep) -> Outcome:
    if keep.mask.len() != len(images) or keep.mask.null_count():
        raise TypeError(f"node {spec.type}: its mask must be one flag a row without nulls")
    mask = keep.mask
    table = _typed(spec, params, images.with_columns(keep.columns)).table
    if mask.all():
        return Outcome({port: table if port == "kept" else table.clear() for port in spec.outputs})
    dropped = ledger_of(
        table.select("rid", "cid")
        .with_columns(
            pl.lit(node.id).alias("node"),
            _column("rule", keep.rule),
            _column("reason", keep.reason),
            pl.lit(keep.column, dtype=pl.String).alias("column"),
            _column("value", keep.value),
            _column("limit", keep.limit),
        )
        .filter(~mask)
    )
    review = keep.review if keep.review is not None else pl.Series([False] * table.height, dtype=pl.Boolean)
    outputs = {"kept": table.filter(mask)}
    if "dropped" in spec.outputs:
        outputs["dropped"] = table.filter(~mask & ~review)
    if "review" in spec.outputs:
        outputs["review"] = table.filter(~mask & review)
    return Outcome(outputs, dropped)


def _made(spec: NodeSpec, node: Node, images: ImageSet, params: Params, result: Rows) -> Outcome:
    first, *further = spec.outputs
    whole = result.tables.get(first, images.table.clear())
    tables = {first: whole} | {port: result.tables.get(port, whole.clear()) for port in further}
    for port, table in tables.items():
        if table["rid"].is_duplicated().any() or any(table.select(list(BASE_SCHEMA)).null_count().row(0)):
            raise TypeError(f"node {spec.type}: the rows of {port} must have base columns and rids of their own")
    given, told = set(whole["rid"]), {left.rid for left in result.dropped}
    came = set(images["rid"])
    if (came - given) != (came & told) or given & told:
        raise TypeError(f"node {spec.type}: each row must go on through {first} or be dropped for a reason")
    outputs = {port: _typed(spec, params, ImageSet(table)).table for port, table in tables.items()}
    return Outcome(outputs, _left_rows(node.id, result.dropped), added=len(given - came) + len(told - came))


def _left_rows(node: str, dropped: Sequence[Left]) -> pl.DataFrame:
    rows = [{"rid": left.rid, "cid": left.cid, "rule": left.rule, "reason": left.reason} for left in dropped]
    table = pl.DataFrame(rows, schema=dict.fromkeys(("rid", "cid", "rule", "reason"), pl.String))
    return ledger_of(table.with_columns(pl.lit(node, dtype=pl.String).alias("node")))


def _column(name: str, values: pl.Series | str | None) -> pl.Expr | pl.Series:
    if isinstance(values, pl.Series):
        return values.cast(pl.String).alias(name)
    return pl.lit(values, dtype=pl.String).alias(name)


def _written(spec: NodeSpec, node: Node, images: ImageSet, written: Written) -> Outcome:
    failed = images["rid"].is_in(list(written.failed))
    lost = images.table.filter(failed)
    dropped = error_rows(node.id, lost, [written.failed[rid] for rid in lost["rid"]])
    outputs = {port: images.table.filter(~failed) for port in spec.outputs}
    return Outcome(outputs, joined([dropped]), written)
