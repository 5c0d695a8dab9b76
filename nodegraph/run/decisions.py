"""Decisions: what people wrote by hand, laid over what a node gave. Pure, so that a replay gives the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from nodegraph.data.journal import CAPTION, PERSON, Decisions, read_journal
from nodegraph.run.evaluate import Outcome

if TYPE_CHECKING:
    from nodegraph.run.options import RunOptions

CAPTION_BY = "caption_by"
SAID = "_said"


def decisions_of(options: RunOptions, notice: Callable[[str], None]) -> Decisions:
    """What people decided by hand: as the options say, else as the journal does; `notice` hears of unreadable lines."""
    if options.decisions is not None or options.journal is None:
        return options.decisions or {}
    journal = read_journal(options.journal)
    if journal.unread:
        notice(f"{journal.unread} lines of {options.journal} cannot be read and are passed over.")
    return journal.decisions


def decided(outcome: Outcome, node: str, decisions: Decisions) -> Outcome:
    """The outcome with the captions that a person wrote at this node, in every port that has captions."""
    said = decisions.get(node, {}).get(CAPTION)
    if not said:
        return outcome
    return replace(outcome, outputs={port: with_captions(table, said) for port, table in outcome.outputs.items()})


def with_captions(table: pl.DataFrame, said: Mapping[str, str]) -> pl.DataFrame:
    """The rows with the captions said for their contents; `caption_by` tells which are a person's."""
    if CAPTION not in table.columns:
        return table
    if CAPTION_BY not in table.columns:
        table = table.with_columns(pl.lit(None, dtype=pl.String).alias(CAPTION_BY))
    words = pl.DataFrame({"cid": list(said), SAID: list(said.values())}, schema={"cid": pl.String, SAID: pl.String})
    return (
        table.join(words, on="cid", how="left", maintain_order="left")
        .with_columns(
            pl.coalesce(SAID, CAPTION).alias(CAPTION),
            pl.when(pl.col(SAID).is_not_null()).then(pl.lit(PERSON)).otherwise(CAPTION_BY).alias(CAPTION_BY),
        )
        .drop(SAID)
    )
