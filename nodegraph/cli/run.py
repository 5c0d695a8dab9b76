"""`nodegraph run`: replays a graph."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from nodegraph.cli.arguments import DEVICES, GRAPH, knob_values
from nodegraph.cli.lines import line_of

if TYPE_CHECKING:
    from nodegraph.graph.model import Graph
    from nodegraph.registry import Registry
    from nodegraph.run.options import RunOptions


@click.command()
@click.argument("graph", type=GRAPH)
@click.option("--set", "knobs", multiple=True, metavar="KNOB=VALUE", help="Set a knob of the graph, or NODE.PARAM.")
@click.option("--to", "targets", multiple=True, metavar="NODE", help="Run only what leads to this node.")
@click.option("--plan", is_flag=True, help="Say what would be done, node by node, and do nothing.")
@click.option("--device", type=DEVICES, default="auto", show_default=True, help="Where models run.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder for exports with a relative path.")
@click.option("--json", "as_json", is_flag=True, help="Write events as JSON lines, the summary last.")
@click.option("--fresh", is_flag=True, help="Measure again what is remembered.")
@click.option("--no-download", is_flag=True, help="Never download a model.")
@click.option("--receipt", type=click.Path(path_type=Path), help="File for the receipt.")
def run(
    graph: Path,
    knobs: tuple[str, ...],
    targets: tuple[str, ...],
    plan: bool,
    device: str,
    out: Path | None,
    as_json: bool,
    fresh: bool,
    no_download: bool,
    receipt: Path | None,
) -> None:
    """Run GRAPH: read, measure, filter and export as it says, without a window."""
    from nodegraph.cli.progress import telling_problems
    from nodegraph.data.journal import journal_path
    from nodegraph.registry import installed_registry
    from nodegraph.run.options import RunOptions
    from nodegraph.run.prepare import prepare

    with telling_problems(as_json=as_json):
        _require_folder(out)
        registry = installed_registry()
        prepared = prepare(graph, registry, knobs=knob_values(knobs), out=out.absolute() if out else None)
        for target in targets:
            prepared.graph.node(target)
        options = RunOptions(
            device=device, targets=targets, fresh=fresh, allow_download=not no_download, journal=journal_path(graph)
        )
        for problem in prepared.warnings:
            click.echo(f"{problem.severity}: {line_of(problem)}", err=True)
        if plan:
            from nodegraph.cli.plan import print_plan
            from nodegraph.run.rehearsal import rehearse

            print_plan(rehearse(prepared.graph, registry, options), as_json=as_json)
            return
        raise click.exceptions.Exit(_run(prepared.graph, registry, options, receipt, as_json=as_json))


def _require_folder(out: Path | None) -> None:
    from nodegraph.problems import problem

    if out is not None and out.exists() and not out.is_dir():
        raise problem("not-a-folder", f"--out {out} is a file.", "Give a folder.", value=str(out))


def _run(graph: Graph, registry: Registry, options: RunOptions, receipt: Path | None, *, as_json: bool) -> int:
    from nodegraph.cli.interrupt import cancel_on_interrupt
    from nodegraph.cli.progress import listener_for
    from nodegraph.run.replay import run_with_receipt

    with listener_for(as_json=as_json) as listener, cancel_on_interrupt() as cancel:
        result = run_with_receipt(graph, registry, options, listener, cancel, path=receipt)
    if not as_json:
        from nodegraph.cli.funnel import print_funnel

        print_funnel(result)
    return result.summary.exit
