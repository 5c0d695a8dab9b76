"""`nodegraph run --plan`: what would be done, as a table or as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from nodegraph.cli.lines import line_of
from nodegraph.cli.progress import size_text
from nodegraph.run.rehearsal import NodePlan


def print_plan(plans: Sequence[NodePlan], *, as_json: bool) -> None:
    """Prints rows expected, values missing, the model to load and the time, node by node."""
    if as_json:
        print(json.dumps({"event": "plan", "nodes": [asdict(plan) for plan in plans]}))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("node", "rows", "to measure", "model", "time"):
        table.add_column(name, justify="right" if name == "rows" else "left")
    for plan in plans:
        rows = f"{plan.rows:,}" if plan.exact else f"up to {plan.rows:,}"
        table.add_row(Text(line_of(plan.label)), rows, _missing(plan), _model(plan), _time(plan))
    console = Console()
    console.print(table)
    console.print(_together(plans), end="")


def _together(plans: Sequence[NodePlan]) -> str:
    """How long all of it takes, where that is known of every value that is missing."""
    lacking = [plan for plan in plans if any(plan.missing.values())]
    times = [plan.seconds for plan in lacking if plan.seconds is not None]
    if not lacking or len(times) < len(lacking):
        return ""
    most = "" if all(plan.exact for plan in lacking) else "at most "
    return f"\nTogether {most}about {max(sum(times), 0.1):,.1f} s\n"


def _missing(plan: NodePlan) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in plan.missing.items() if count)


def _model(plan: NodePlan) -> str:
    return f"{plan.model} (download {size_text(plan.download)})" if plan.download else plan.model


def _time(plan: NodePlan) -> str:
    if not any(plan.missing.values()):
        return ""
    return "not known yet" if plan.seconds is None else f"about {max(plan.seconds, 0.1):,.1f} s"
