"""`nodegraph new`: a graph of one's own from an example."""

from __future__ import annotations

from pathlib import Path

import click

from nodegraph.cli.lines import line_of


@click.command()
@click.argument("template", required=False)
@click.argument("graph", type=click.Path(path_type=Path), required=False)
def new(template: str | None, graph: Path | None) -> None:
    """Copy the example TEMPLATE to the file GRAPH; without arguments, list the examples."""
    from nodegraph.graph.names import did_you_mean
    from nodegraph.problems import problem

    templates = _templates()
    if template is None:
        for name, (_path, title) in templates.items():
            click.echo(f"{name}  {line_of(title)}")
        return
    if template not in templates:
        advice = did_you_mean(template, templates)
        raise problem("unknown-template", f"There is no example {template!r}.", advice, value=template)
    target = graph or Path(f"{template}.json")
    if target.exists():
        raise problem(
            "file-exists", f"{target} is there already.", "Give another name; nothing was written.", value=str(target)
        )
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as file:
            file.write(templates[template][0].read_bytes())
    except OSError as error:
        why = error.strerror or str(error)
        advice = "Give another folder."
        raise problem("cannot-save", f"{target} could not be written: {why}.", advice, value=str(target)) from error
    click.echo(f"wrote {target}")


def _templates() -> dict[str, tuple[Path, str]]:
    """The example graphs by name: file and title."""
    from importlib.util import find_spec

    from nodegraph.graph.io import load

    spec = find_spec("example_graphs")
    folders = [Path(folder) for folder in (spec.submodule_search_locations or ())] if spec else []
    paths = sorted(path for folder in folders for path in folder.glob("*.json"))
    return {path.stem: (path, load(path).title) for path in paths}
