"""How a run is shown while it goes on: bars on a terminal, plain lines elsewhere, JSON lines for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from nodegraph.cli.lines import line_of
from nodegraph.problems import ProblemError
from nodegraph.run.events import (
    Event,
    Listener,
    ModelAnnounced,
    ModelProgress,
    Notice,
    StepDone,
    StepProgress,
    StepStarted,
    as_dict,
)

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


@contextmanager
def listener_for(*, as_json: bool) -> Generator[Listener]:
    """The listener that fits where the output goes."""
    if as_json:
        yield _json_line
    elif sys.stderr.isatty():
        with _bars() as listener:
            yield listener
    else:
        yield _PlainLines().hear


@contextmanager
def telling_problems(*, as_json: bool) -> Generator[None]:
    """With `as_json` a problem that ends the command is the last line on stdout, too, where a program reads."""
    try:
        yield
    except ProblemError as error:
        if as_json:
            print(json.dumps({"event": "problems", "exit": 2, "problems": [*map(asdict, error.problems)]}, default=str))
        raise


def size_text(bytes: int) -> str:
    """A number of bytes for people: "3.7 MB"."""
    size = float(bytes)
    for unit in ("B", "KB", "MB", "GB"):
        if size < 1000 or unit == "GB":
            return f"{size:.0f} {unit}" if unit == "B" or size >= 100 else f"{size:.1f} {unit}"
        size /= 1000
    return f"{bytes} B"


def _json_line(event: Event) -> None:
    # in ASCII, so that a program can read it whatever the encoding of stdout is
    print(json.dumps(as_dict(event)), flush=True)


def _notice(event: Notice) -> str:
    return line_of(f"{event.node}: {event.text}" if event.node else event.text)


def _announcement(event: ModelAnnounced) -> str:
    return line_of(f"downloading {event.title} ({event.id}): {size_text(event.bytes)}, licence {event.licence}")


class _PlainLines:
    """A line a step, and one every tenth of a long one or of a download."""

    def __init__(self) -> None:
        self._name = ""
        self._tenth = 0

    def hear(self, event: Event) -> None:
        match event:
            case StepStarted():
                self._name, self._tenth = _step_name(event), 0
            case StepProgress() if event.rows >= 1000 and event.done * 10 // event.rows > self._tenth:
                self._tenth = event.done * 10 // event.rows
                click.echo(f"{self._name}: {event.done:,} of {event.rows:,}{_rate(event)}", err=True)
            case StepDone():
                click.echo(f"{self._name}: done in {event.seconds:.1f} s", err=True)
            case Notice():
                click.echo(_notice(event), err=True)
            case ModelAnnounced():
                click.echo(_announcement(event), err=True)
                self._tenth = 0
            case ModelProgress() if event.done * 10 // max(1, event.total) > self._tenth:
                self._tenth = event.done * 10 // max(1, event.total)
                click.echo(f"{event.id}: {size_text(event.done)} of {size_text(event.total)}", err=True)
            case _:
                pass


def _step_name(event: StepStarted) -> str:
    name = line_of(", ".join(event.nodes))
    return f"measures for {name}" if event.kind == "measures" else name


def _rate(event: StepProgress) -> str:
    if event.done == 0 or event.seconds < 0.2:
        return ""
    rate = event.done / event.seconds
    return f", {rate:,.0f} images/s, {(event.rows - event.done) / rate:,.0f} s left"


@contextmanager
def _bars() -> Generator[Listener]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        yield _Bars(progress).hear


class _Bars:
    """A bar a step with images a second and time left, and one a download."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._steps: dict[int, TaskID] = {}
        self._models: dict[str, TaskID] = {}

    def hear(self, event: Event) -> None:
        match event:
            case StepStarted():
                name = _step_name(event)
                shown = name if len(name) <= 48 else f"{name[:45]}..."
                self._steps[event.index] = self._progress.add_task(shown, total=event.rows, rate="")
            case StepProgress():
                rate = f"{event.done / event.seconds:,.0f} images/s" if event.seconds > 0.2 else ""
                self._progress.update(self._steps[event.index], completed=event.done, total=event.rows, rate=rate)
            case StepDone():
                task = self._progress.tasks[self._steps[event.index]]
                total = task.total if task.total is not None else 1
                self._progress.update(self._steps[event.index], completed=total, total=total)
            case Notice():
                self._progress.console.print(_notice(event), markup=False, highlight=False)
            case ModelAnnounced():
                self._progress.console.print(_announcement(event), markup=False, highlight=False)
                self._models[event.id] = self._progress.add_task(event.id, total=event.bytes, rate="")
            case ModelProgress() if event.id in self._models:
                self._progress.update(self._models[event.id], completed=event.done, total=event.total)
            case _:
                pass
