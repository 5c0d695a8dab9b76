"""The worker: the engine of the app in a process of its own, asked and answering in JSON lines.

Requests come on stdin, one a line: {"do": "run" | "plan", "run": id, "graph": text, "base": folder, ...} and
{"do": "cancel"}, which ends all that was asked before it; `Request` says what else. Events go to stdout as
`nodegraph.run.events.as_dict` gives them, each with its "run", and "device" says now and then where models run. A run
ends with exactly one of "summary", "problems" or "failed", a plan with "plan", "cancelled", "problems" or "failed";
before that it names the first pictures of each "source". Image sets never travel here: they are written as Arrow
files, and "sets" says where. What libraries print goes to stderr, which is the log.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import traceback
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from time import monotonic
from typing import IO, Any

import polars as pl

from nodegraph.cache.keys import content_key
from nodegraph.data.imageset import ImageSet
from nodegraph.graph.io import loads
from nodegraph.models.devices import device_use
from nodegraph.problems import ProblemError
from nodegraph.registry import Registry, installed_registry
from nodegraph.run.cancel import Cancel, Cancelled
from nodegraph.run.events import Event, StepDone, StepProgress, as_dict
from nodegraph.run.options import RunOptions
from nodegraph.run.prepare import prepare_graph
from nodegraph.run.rehearsal import rehearse
from nodegraph.run.replay import run_with_receipt

PROTOCOL = 1

SHOWN = 8
"""So many pictures of each source does a plan name, to be shown before anything is run."""

DEVICE_SECONDS = 1.0
"""How often the device that models run on, and the memory they hold there, are told at most."""


@dataclass(frozen=True)
class Request:
    """What a client asks for.

    `graph` is the text of the graph file, `base` the folder its relative paths lead from, `tables` the folder for the
    Arrow files of this run, `journal` the file with what people decided by hand.
    """

    do: str
    run: str = ""
    graph: str = ""
    base: str = "."
    out: str | None = None
    tables: str | None = None
    targets: Sequence[str] = ()
    device: str = "auto"
    sample: int | None = None
    fresh: bool = False
    write: bool = True
    journal: str | None = None


@dataclass
class Worker:
    """Answers requests one at a time; a second run waits until the first ends. It reads on meanwhile."""

    registry: Registry
    output: IO[str]
    _asked: deque[tuple[Request, Cancel]] = field(default_factory=deque[tuple[Request, Cancel]])
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _queue: threading.Condition = field(default_factory=threading.Condition)
    _ended: bool = False
    _device_due: float = 0.0

    def serve(self, lines: IO[str]) -> None:
        """Answers every line until there are no more; then what is not done yet is cancelled."""
        thread = threading.Thread(target=self._work_off, name="run")
        thread.start()
        self.say("", {"event": "hello", "protocol": PROTOCOL, "process": os.getpid()})
        for line in lines:
            try:
                given: Any = json.loads(line)
                request = Request(**given)
            except (ValueError, TypeError) as error:
                self.say("", {"event": "failed", "message": f"not a request: {error}", "trace": ""})
                continue
            self._answer(request)
        self._cancel()
        with self._queue:
            self._ended = True
            self._queue.notify()
        thread.join()

    def say(self, run: str, event: Mapping[str, Any]) -> None:
        """Writes one event. Safe to use from several threads."""
        with self._lock:
            # in ASCII: names of files may be bytes that are no text
            self.output.write(json.dumps({**event, "run": run}, default=str) + "\n")
            self.output.flush()

    def _answer(self, request: Request) -> None:
        if request.do == "cancel":
            self._cancel()
            return
        with self._queue:
            self._asked.append((request, Cancel()))
            self._queue.notify()

    def _cancel(self) -> None:
        with self._queue:
            for _request, cancel in self._asked:
                cancel.ask()

    def _work_off(self) -> None:
        while True:
            with self._queue:
                self._queue.wait_for(lambda: self._asked or self._ended)
                if not self._asked:
                    return
                request, cancel = self._asked[0]  # it stays in the queue while it is worked on, to be cancelled
            self._work(request, cancel)
            with self._queue:
                self._asked.popleft()

    def _work(self, request: Request, cancel: Cancel) -> None:
        try:
            graph = prepare_graph(
                loads(request.graph),
                self.registry,
                base=Path(request.base),
                out=Path(request.out) if request.out else None,
            ).graph
            options = RunOptions(
                device=request.device,
                targets=request.targets,
                fresh=request.fresh,
                sample=request.sample,
                write=request.write,
                journal=Path(request.journal) if request.journal else None,
            )
            if request.do == "plan":
                plans = [
                    asdict(plan)
                    for plan in rehearse(
                        graph, self.registry, options, cancel, lambda node, rows: self._show(request.run, node, rows)
                    )
                ]
                self.say(request.run, {"event": "plan", "nodes": plans})
                return
            run_with_receipt(
                graph,
                self.registry,
                options,
                lambda event: self._hear(request, event),
                cancel,
                on_sets=lambda node, sets: self._keep(request, node, sets),
            )
        except Cancelled:
            self.say(request.run, {"event": "cancelled"})
        except ProblemError as error:
            self.say(request.run, {"event": "problems", "problems": [asdict(problem) for problem in error.problems]})
        except BaseException as error:  # a panic of polars is no Exception
            trace = traceback.format_exc()
            message = " ".join([f"{type(error).__name__}: {error}", *getattr(error, "__notes__", ())])
            self.say(request.run, {"event": "failed", "message": message, "trace": trace})

    def _hear(self, request: Request, event: Event) -> None:
        self.say(request.run, as_dict(event))
        if not isinstance(event, StepProgress | StepDone) or monotonic() < self._device_due:
            return
        self._device_due = monotonic() + DEVICE_SECONDS
        use = device_use(request.device)
        if use is not None:
            self.say(request.run, {"event": "device", **asdict(use)})

    def _show(self, run: str, node: str, rows: pl.DataFrame) -> None:
        """Names the first pictures of a source, by content key with the file of each."""
        first = rows.select("cid", "recipe", "path").head(SHOWN).iter_rows()
        self.say(run, {"event": "source", "node": node, "pictures": {content_key(c, r): path for c, r, path in first}})

    def _keep(self, request: Request, node: str, sets: Mapping[str, ImageSet]) -> None:
        if request.tables is None:
            return
        folder = Path(request.tables)
        folder.mkdir(parents=True, exist_ok=True)
        files: dict[str, str] = {}
        for port, images in sets.items():
            files[port] = str(folder / f"{node}.{port}.arrow")
            images.table.write_ipc(files[port])
        ledger = str(folder / f"{node}.ledger.arrow")
        next(iter(sets.values())).ledger.write_ipc(ledger)
        self.say(request.run, {"event": "sets", "node": node, "files": files, "ledger": ledger})


def main() -> None:
    """Serves stdin until it ends."""
    output = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
    os.dup2(2, 1)  # what a library prints must not look like an event
    Worker(installed_registry(), output).serve(sys.stdin)


if __name__ == "__main__":
    main()
