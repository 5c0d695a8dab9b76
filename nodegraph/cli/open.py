"""`nodegraph` and `nodegraph open`: the app."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

SCREENS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")


@click.command("open")
@click.argument("graph", type=click.Path(path_type=Path), required=False)
def open_graph(graph: Path | None) -> None:
    """Open GRAPH in the app."""
    open_app(graph)


def open_app(graph: Path | None) -> None:
    """Opens the app, or says that there is no screen for it."""
    from importlib import import_module

    if sys.platform == "linux" and not any(os.environ.get(name) for name in SCREENS):
        click.echo(
            "error: there is no screen here to open the window on. `nodegraph run GRAPH` runs a graph without one.",
            err=True,
        )
        raise click.exceptions.Exit(2)
    import_module("gui.app").main(graph)
