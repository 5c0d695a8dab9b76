"""`nodegraph cache`: what is remembered, and making room."""

from __future__ import annotations

from collections.abc import Sequence

import click


@click.group()
def cache() -> None:
    """See and tidy what is remembered of pictures."""


@cache.command("stats")
def show_stats() -> None:
    """Say where the cache is, how large it is and what it holds."""
    from nodegraph.cache.collect import stats
    from nodegraph.cache.location import cache_folder
    from nodegraph.cli.progress import size_text

    folder = cache_folder()
    found = stats(folder)
    click.echo(f"{folder}: {size_text(found.bytes)}")
    for name, count in found.values.items():
        click.echo(f"  {name}: {count:,}")
    if found.aside:
        click.echo(f"  set aside: {len(found.aside)} files, which `nodegraph cache collect` or `clear` may remove")
    _tell(found.notices)


@cache.command()
@click.option(
    "--limit-gb", type=click.FloatRange(min=0), default=20.0, show_default=True, help="Keep at most this much."
)
def collect(limit_gb: float) -> None:
    """Forget what was not used for longest, down to a size."""
    from nodegraph.cache.collect import collect as collect_cache
    from nodegraph.cache.location import cache_folder
    from nodegraph.cli.progress import size_text

    freed = collect_cache(cache_folder(), int(limit_gb * 1e9))
    _tell(freed.notices)
    click.echo(f"freed {size_text(freed.bytes)}")


@cache.command()
@click.confirmation_option("--yes", prompt="Forget all that was measured?")
def clear() -> None:
    """Forget everything. The pictures are not touched; the next run measures them again."""
    from nodegraph.cache.collect import clear as clear_cache
    from nodegraph.cache.location import cache_folder

    cleared = clear_cache(cache_folder())
    _tell(cleared.notices)
    if not cleared.notices:
        click.echo("the cache is empty")


def _tell(notices: Sequence[str]) -> None:
    for text in notices:
        click.echo(text, err=True)
