"""`nodegraph migrate`: brings a graph file to the current format and node revisions."""

from __future__ import annotations

from pathlib import Path

import click

from nodegraph.cli.arguments import GRAPH
from nodegraph.cli.lines import line_of


@click.command()
@click.argument("graph", type=GRAPH)
@click.option("--out", type=click.Path(path_type=Path), help="Write it here instead of in place.")
def migrate(graph: Path, out: Path | None) -> None:
    """Bring GRAPH to the current file format and node revisions, in place."""
    from nodegraph.graph.io import dumps, load, save
    from nodegraph.graph.migrate import migrate_nodes
    from nodegraph.problems import problem
    from nodegraph.registry import installed_registry

    before = load(graph)
    after, notes = migrate_nodes(before, installed_registry())
    for note in notes:
        click.echo(line_of(note))
    target = out or graph
    if target != graph and target.exists():
        raise problem(
            "file-exists", f"{target} is there already.", "Give another name; nothing was written.", value=str(target)
        )
    if target == graph and dumps(after) == graph.read_text("utf-8"):
        click.echo(f"{graph} is up to date.")
        return
    save(after, target)
    click.echo(f"wrote {target}")
