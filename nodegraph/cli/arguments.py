"""Arguments that several commands share."""

from __future__ import annotations

from pathlib import Path

import click

GRAPH = click.Path(path_type=Path)
DEVICES = click.Choice(["auto", "cpu", "cuda", "mps"])


def knob_values(given: tuple[str, ...]) -> dict[str, str]:
    """The values of `--set NAME=VALUE` by name. Raises click.BadParameter for one without "="."""
    values: dict[str, str] = {}
    for item in given:
        name, equals, value = item.partition("=")
        if not equals or not name:
            raise click.BadParameter(f"{item!r}: write it as KNOB=VALUE.", param_hint="--set")
        values[name] = value
    return values
