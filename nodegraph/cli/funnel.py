"""The funnel: what each node of a run took in, kept and dropped, and why, as a table on the terminal."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from nodegraph.cli.lines import line_of
from nodegraph.graph.model import End
from nodegraph.run.results import RunResult

REASONS_SHOWN = 3


def print_funnel(result: RunResult) -> None:
    """Prints the funnel, what was written and where the receipt is."""
    console = Console(width=None if Console().is_terminal else 110)
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("node")
    for name in ("in", "kept", "dropped"):
        table.add_column(name, justify="right")
    table.add_column("why", overflow="fold")
    for node, count in result.counts.items():
        dropped = f"{count.dropped:,}" if count.dropped else ""
        why = Text(line_of(_reasons(result, node)))
        table.add_row(Text(line_of(count.label)), f"{count.rows_in:,}", f"{count.rows_out:,}", dropped, why)
    console.print(table)
    summary = result.summary
    remembered = f"{summary.cache_hits:,} values remembered, {summary.cache_misses:,} measured"
    console.print(f"\n{summary.decodes:,} pictures decoded, {summary.model_calls:,} model calls, {remembered}", end="")
    console.print(f", {summary.seconds:.1f} s")
    for path in result.written:
        console.print(Text(line_of(f"wrote {path}")), soft_wrap=True)
    if summary.receipt:
        console.print(Text(f"receipt {summary.receipt}"), soft_wrap=True)
    if summary.exit == 3:
        console.print("Some rows had errors: see the reasons above.")
    if summary.exit == 130:
        console.print("Cancelled. What was measured is remembered: run it again to go on.")


def _reasons(result: RunResult, node: str) -> str:
    """The commonest rules by which the node dropped rows."""
    ends = [end for end in result.sets if end.node == node]
    if not ends:
        return ""
    first = End(node, ends[0].port)
    ledger = result.sets[first].ledger
    rules = ledger.filter(ledger["node"] == node)["rule"].value_counts(sort=True, name="rows")
    shown = [f"{row['rule']} {row['rows']:,}" for row in rules.head(REASONS_SHOWN).iter_rows(named=True)]
    return ", ".join(shown) + (", ..." if rules.height > REASONS_SHOWN else "")
