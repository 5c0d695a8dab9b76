"""`nodegraph nodes`: the installed node types and the help of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from nodegraph.cli.lines import line_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nodegraph.specs import Kind, NodeSpec

HEADINGS: Mapping[Kind, str] = {
    "source": "Sources",
    "scorer": "Measuring and scoring",
    "filter": "Filters",
    "dedup": "Duplicates",
    "arrange": "Arranging: nodes that look at the whole set",
    "captioner": "Captions",
    "review": "Review by people",
    "export": "Exports and reports",
}


@click.command()
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="Write them as JSON.")
@click.option("--markdown", "as_markdown", is_flag=True, help="Write the list as a page of Markdown.")
def nodes(name: str | None, as_json: bool, as_markdown: bool) -> None:
    """List the installed nodes, or show the help of the node NAME."""
    import json

    from nodegraph.graph.names import did_you_mean
    from nodegraph.problems import problem
    from nodegraph.registry import installed_registry

    registry = installed_registry()
    for found in registry.problems:
        click.echo(f"{found.severity}: {line_of(found)}", err=True)
    if name is not None and name not in registry.nodes:
        advice = did_you_mean(name, registry.nodes)
        raise problem("unknown-node", f"There is no node {name!r}.", advice, value=name)
    specs = [registry.nodes[name]] if name else list(registry.nodes.values())
    if as_json:
        click.echo(json.dumps([_as_dict(spec) for spec in specs], ensure_ascii=False, indent=1))
    elif as_markdown:
        click.echo("\n\n".join(_section(kind, specs) for kind in HEADINGS if any(spec.kind == kind for spec in specs)))
    elif name:
        _print_help(specs[0], registry.packs.get(name, ""))
    else:
        width = max((len(spec.type) for spec in specs), default=0)
        for spec in specs:
            click.echo(f"{spec.type:<{width}}  {spec.summary}")


def _section(kind: Kind, specs: Sequence[NodeSpec]) -> str:
    rows = [f"| **{spec.title}** | `{spec.type}` | {spec.summary} |" for spec in specs if spec.kind == kind]
    return "\n".join([f"## {HEADINGS[kind]}", "", "| node | type | what it does |", "|---|---|---|", *rows])


def _as_dict(spec: NodeSpec) -> dict[str, object]:
    return {
        "type": spec.type,
        "kind": spec.kind,
        "rev": spec.rev,
        "title": spec.title,
        "help": spec.help,
        "inputs": spec.inputs,
        "outputs": spec.outputs,
        "parameters": {name: parameter.json_schema() for name, parameter in spec.parameters.items()},
        "measures": sorted({take.measure.name for take in spec.takes.values()}),
    }


def _print_help(spec: NodeSpec, pack: str) -> None:
    click.echo(f"{spec.title} ({spec.type}, {spec.kind}, rev {spec.rev}{f', from {pack}' if pack else ''})\n")
    click.echo(spec.help)
    click.echo(f"\nIn: {', '.join(spec.inputs) or 'nothing'}. Out: {', '.join(spec.outputs)}.")
    for parameter in spec.parameters.values():
        default = "must be given" if parameter.required else f"default {parameter.default!r}"
        click.echo(f"\n  {parameter.name}  ({default})")
        if parameter.help:
            click.echo(f"      {parameter.help}")
