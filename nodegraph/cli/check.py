"""`nodegraph check`: says what is wrong with a graph without running it."""

from __future__ import annotations

from pathlib import Path

import click

from nodegraph.cli.arguments import GRAPH, knob_values
from nodegraph.cli.lines import line_of


@click.command()
@click.argument("graph", type=GRAPH)
@click.option("--set", "knobs", multiple=True, metavar="KNOB=VALUE", help="Set a knob of the graph, or NODE.PARAM.")
@click.option("--json", "as_json", is_flag=True, help="Write the problems as JSON.")
def check(graph: Path, knobs: tuple[str, ...], as_json: bool) -> None:
    """Check GRAPH: structure, parameters and columns, all problems at once."""
    import json
    from dataclasses import asdict

    from nodegraph.problems import ProblemError
    from nodegraph.registry import installed_registry
    from nodegraph.run.prepare import prepare

    try:
        problems = prepare(graph, installed_registry(), knobs=knob_values(knobs)).warnings
        wrong = False
    except ProblemError as error:
        problems, wrong = error.problems, True
    if as_json:
        click.echo(json.dumps([asdict(problem) for problem in problems], ensure_ascii=False, default=str, indent=1))
    else:
        for problem in problems:
            click.echo(f"{problem.severity}: {line_of(problem)}")
        if not wrong:
            click.echo(f"{graph} can be run.")
    raise click.exceptions.Exit(2 if wrong else 0)
