"""How to run a graph: the choices of a client that are not in the graph."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from nodegraph.data.journal import Decisions
from nodegraph.run.stage import Batching


@dataclass(frozen=True)
class RunOptions:
    """How to run: on which device, which targets (none: every sink), with or without what is remembered.

    `sample` takes only about that many rows of each source, evenly spaced over it. `write` off leaves out what export
    nodes write; their rows pass. `batching` None chooses by device.
    `journal` is the file with what people decided by hand, `decisions` the decisions themselves, in its place.
    """

    device: str = "auto"
    targets: Collection[str] = ()
    fresh: bool = False
    sample: int | None = None
    write: bool = True
    allow_download: bool = True
    cache: Path | None = None
    batching: Batching | None = None
    journal: Path | None = None
    decisions: Decisions | None = None
    threads: int = field(default_factory=lambda: max(2, os.cpu_count() or 2))
