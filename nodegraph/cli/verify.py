"""`nodegraph verify`: replays a receipt and says what differs."""

from __future__ import annotations

from pathlib import Path

import click

from nodegraph.cli.arguments import DEVICES
from nodegraph.cli.lines import line_of


@click.command()
@click.argument("receipt", type=click.Path(path_type=Path))
@click.option("--device", type=DEVICES, default="auto", show_default=True, help="Where models run.")
@click.option("--fresh", is_flag=True, help="Measure again what is remembered.")
def verify(receipt: Path, device: str, fresh: bool) -> None:
    """Replay RECEIPT without writing its exports and say, row by row, what differs (then it leaves with 1)."""
    from nodegraph.cli.progress import listener_for
    from nodegraph.registry import installed_registry
    from nodegraph.run.options import RunOptions
    from nodegraph.run.receipt import differences, read_receipt
    from nodegraph.run.replay import replay

    before = read_receipt(receipt)
    with listener_for(as_json=False) as listener:
        now = replay(before, installed_registry(), RunOptions(device=device, fresh=fresh), listener)
    same = before["summary"]["digest"] == now["summary"]["digest"]
    for line in differences(before, now):
        click.echo(line_of(line))
    click.echo("the result is the same" if same else "the result is not the same")
    raise click.exceptions.Exit(0 if same else 1)
