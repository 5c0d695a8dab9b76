"""`nodegraph schema`: the JSON Schema of graph files."""

from __future__ import annotations

import click


@click.command()
def schema() -> None:
    """Print the JSON Schema of graph files, with the parameters of all installed nodes."""
    import json

    from nodegraph.graph.schema import graph_schema
    from nodegraph.registry import installed_registry

    click.echo(json.dumps(graph_schema(installed_registry()), ensure_ascii=False, indent=2))
