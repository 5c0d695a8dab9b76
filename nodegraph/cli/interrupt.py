"""Ctrl-C: the first asks the run to end after the batch it is at, the second ends it at once."""

from __future__ import annotations

import signal
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType

import click

from nodegraph.run.cancel import Cancel


@contextmanager
def cancel_on_interrupt() -> Generator[Cancel]:
    """A cancel flag that SIGINT and SIGTERM set while the block runs."""
    cancel = Cancel()

    def ask(_number: int, _frame: FrameType | None) -> None:
        if cancel.asked:
            raise KeyboardInterrupt
        cancel.ask()
        click.echo("cancelling after this batch; press again to stop at once", err=True)

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield cancel
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
