"""The run controller: asks the engine for runs and plans, and turns what it says into results. Never waits for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from gui.document import GraphDocument
from gui.engine_process import EngineProcess
from gui.freshness import Freshness
from gui.results import Results
from gui.run_after_edits import AfterEdits
from gui.run_fold import Job, RunFold
from gui.run_folding import RunFolding
from gui.run_jobs import FreshResults, JobMaker
from gui.run_question import WriteQuestion
from gui.run_teller import CANCELLED, RunTeller, cancelled_summary
from gui.session_folder import SessionFolder
from gui.titles import title_of
from nodegraph.problems import Problem, ProblemError

PATIENCE_MS = 5000
DEVICES = ("auto", "cpu", "cuda", "mps")


class RunController(QObject):
    """Runs the document's graph in a process of its own and fills `Results`.

    `started(title)`, then exactly one of `finished(summary)` (a dict as the engine's summary; "exit" 130: stopped) or
    `failed(words)`. `progress(fraction or None, sentence)` follows at most every 33 ms. `planned(list)` is the engine's
    plan, a dict a node. `confirmation_wanted(paths)` is said once before a run that writes outside the graph's folder
    (or anywhere, where the graph has no file yet): the run waits for `confirm(True)`; `confirm(False)` drops it.
    `device_used(DeviceUse)` says where models run, `source_seen(node, {content key: file})` what a source would give.
    Trials (a sample, live mode) write no exports. `Results.clear` ends the run and forgets all: another graph is shown.
    """

    started = Signal(str)
    finished = Signal(object)
    failed = Signal(str)
    log = Signal(str)
    logged = Signal(object)
    progress = Signal(object, str)
    planned = Signal(object)
    confirmation_wanted = Signal(object)
    busy_changed = Signal(bool)
    live_changed = Signal(bool)
    device_changed = Signal(str)
    device_used = Signal(object)
    source_seen = Signal(str, object)

    def __init__(self, document: GraphDocument, results: Results, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self.sample_size = 200  # pictures of each source that `run.sample` takes
        self._results = results
        self._jobs = JobMaker(document)
        self._fresh = FreshResults(document, results)
        self._session = SessionFolder()
        self._teller = RunTeller(self)
        self._teller.log.connect(self.log)
        self._teller.logged.connect(self.logged)
        self._teller.device_used.connect(self.device_used)
        self._engine = EngineProcess(self)
        self._engine.said.connect(self._hear)
        self._engine.printed.connect(self._teller.printed)
        self._engine.ended.connect(self._engine_ended)
        self._job: Job | None = None
        self._next: Job | None = None
        self._question = WriteQuestion()
        self._times: dict[str, float] = {}
        self._stopping = self._busy = self._closed = False
        self._device = "auto"
        self._folding = RunFolding(self)
        self._folding.progress.connect(self._tell_progress)
        self._after = AfterEdits(self)
        self._after.plan_wanted.connect(self.plan)
        self._after.live_wanted.connect(self._run_live)
        self._patience = QTimer(self, singleShot=True, interval=PATIENCE_MS)
        self._patience.timeout.connect(self._engine.kill)
        document.changed.connect(self._edited)
        document.journal_changed.connect(self._edited)
        document.path_changed.connect(lambda _path: self._fresh.refresh())
        results.cleared.connect(self._forget)
        self._fresh.refresh()

    @property
    def busy(self) -> bool:
        """Whether a run goes on or waits for the engine."""
        return self._busy

    @property
    def live(self) -> bool:
        """Whether each edit is run at once."""
        return self._after.live

    @property
    def device(self) -> str:
        """Where models run: "auto", "cpu", "cuda" or "mps"."""
        return self._device

    @property
    def process_id(self) -> int | None:
        """The id of the engine's process, or None while there is none."""
        return self._engine.process_id

    def set_device(self, device: str) -> None:
        """Chooses where models run from the next run on."""
        if device in DEVICES and device != self._device:
            self._device = device
            self.device_changed.emit(device)
            self._after.plan_soon()

    def set_planning(self, on: bool) -> None:
        """Whether the engine is asked after each edit what a run would have to measure."""
        self._after.set_planning(on)

    def set_live(self, on: bool) -> None:
        """Turns live mode on or off: a run after each edit, exports left out."""
        if on != self.live:
            self._after.set_live(on)
            self.live_changed.emit(on)

    def run(self, targets: Iterable[str] = (), sample: int | None = None) -> bool:
        """Runs the graph, or only what leads to `targets`, on all pictures or about `sample` of each source.

        False where it is refused: `failed` says why, unless a run is going on already.
        """
        if self._closed or (self._busy and not self._gives_way()):
            return False
        wanted = tuple(id for id in targets if id in self.document.graph.nodes)
        job = self._jobs.make("run", self._fresh.now, wanted, sample=sample)
        if isinstance(job, str):
            self._teller.say(job, "error")
            self.failed.emit(job)
            return False
        places = self._question.of(job, self._jobs.places(job))
        if places is not None:
            if places:
                self.confirmation_wanted.emit(places)
            return True
        self._submit(job)
        return True

    def confirm(self, allowed: bool) -> None:
        """Answers `confirmation_wanted`. What was allowed is not asked again for this document."""
        job = self._question.answer(allowed=allowed)
        if job is None:
            return
        if allowed:
            self._submit(job)
        else:
            self._teller.say(self.tr("Not run: nothing was written."))

    def stop(self) -> None:
        """Asks the run to end. What was measured stays; an engine that does not end within 5 s is killed."""
        self._after.drop_live()
        self._question.drop()
        self._drop_next()
        if self._job is not None and self._job.do == "run" and not self._stopping:
            self._cancel()
            self._patience.start()
            self.progress.emit(None, self.tr("Stopping..."))

    def plan(self) -> None:
        """Asks the engine what a run would have to measure, once it is idle. Nothing, where the graph has errors."""
        self._after.no_plan_now()
        if self._closed or self.live:
            return
        if self._job is not None:
            self._after.put_off_plan()
            if self._job.do == "plan" and self._job.fingerprints != self._fresh.now and not self._stopping:
                self._cancel()
            return
        job = self._jobs.make("plan", self._fresh.now)
        if not isinstance(job, str):
            self._begin(job)

    def shutdown(self) -> None:
        """Ends the engine and removes the session's tables. The app is closing."""
        self._closed = True
        self._folding.drop()
        self._after.stop()
        self._patience.stop()
        self._job = self._next = None
        self._engine.shutdown()
        self._session.remove()

    def _submit(self, job: Job) -> None:
        """Begins a run, or lets it wait for what the engine is at."""
        self._set_busy(True)
        if self._job is None:
            self._begin(job)
            return
        self._next = job
        self._cancel()  # a plan too: it is made again after the run
        self._patience.start()
        self.progress.emit(None, self.tr("Looking at the files..."))

    def _begin(self, job: Job) -> None:
        self._patience.stop()
        request = self._jobs.request(job, self._device)
        if job.do == "run":
            try:
                request["tables"] = str(self._session.of_run(job.id))
            except (ProblemError, OSError) as error:
                self._set_busy(False)
                words = self._jobs.words(error.problems[0]) if isinstance(error, ProblemError) else str(error)
                self._fail(words)
                return
            registry, freshness = self.document.registry, self._fresh.freshness
            self._folding.begin(RunFold(job, self._results, registry, freshness, dict(self._times)))
        self._job, self._stopping = job, False
        if job.do == "run":
            self._after.no_plan_now()
            self._set_busy(True)
            self._teller.say(job.title)
            self.started.emit(job.title)
            self.progress.emit(None, self.tr("Starting the engine..."))
        self._engine.ask(request)

    def _cancel(self) -> None:
        self._stopping = True
        self._engine.ask({"do": "cancel"})

    def _drop_next(self) -> None:
        """The run that waits for the engine is not wanted any more."""
        waiting, self._next = self._next, None
        if waiting is not None and (self._job is None or self._job.do == "plan"):
            self._set_busy(False)
            self.progress.emit(None, "")
            self.finished.emit(cancelled_summary())

    def _runs_live(self) -> bool:
        return self._job is not None and self._job.live and self._next is None

    def _gives_way(self) -> bool:
        """Whether the run that goes on ends for another: a live one, or one of a graph that is not shown any more."""
        return self._runs_live() or (self._job is not None and self._job.do == "run" and not self._folding.active)

    def _run_live(self) -> None:
        if not self.live or self._closed:
            return
        if self._busy:
            self._after.put_off_live()
            if self._runs_live() and self._job is not None and self._job.fingerprints != self._fresh.now:
                self._cancel()
            return
        job = self._jobs.make("run", self._fresh.now, live=True)
        if not isinstance(job, str):
            self._submit(job)

    def _hear(self, event: Mapping[str, Any]) -> None:
        if self._job is None or event.get("run") not in (self._job.id, "") or event["event"] == "hello":
            return
        match event["event"]:
            case "plan":
                self._take_plan(self._job, event["nodes"])
                self._release()
                self._proceed()
            case "source" if self._job.fingerprints == self._fresh.now:
                self.source_seen.emit(event["node"], event["pictures"])
            case "cancelled":
                self._after.put_off_plan()
                self._release()
                self._proceed()
            case "summary":
                self._end_run(dict(event))
            case "problems":
                self._refused([Problem(**found) for found in event["problems"]])
            case "failed":
                self._broke(event["message"], event.get("trace", ""))
            case _:
                self._teller.hear(event)
                self._folding.take(event)

    def _tell_progress(self, fraction: float | None, text: str) -> None:
        if not self._stopping:
            self.progress.emit(fraction, text)

    def _take_plan(self, job: Job, nodes: list[dict[str, Any]]) -> None:
        if job.fingerprints != self._fresh.now:
            self._after.put_off_plan()
            return
        self._times = self._fresh.planned(job, sure := self._fresh.certain(nodes))
        self.planned.emit(sure)

    def _end_run(self, summary: dict[str, Any]) -> None:
        shown = self._folding.active
        self._folding.close(stopped=summary["exit"] == CANCELLED)
        self._teller.hear(summary)
        self._release()
        self.finished.emit(summary if shown else cancelled_summary())  # another graph is shown now: this one has ended
        self._proceed()

    def _refused(self, problems: list[Problem]) -> None:
        if self._job is None or self._job.do == "plan":
            self._release()
            self._proceed()
            return
        for found in problems:
            words = f"{found.message} {found.fix}".strip()
            if found.node:
                self._folding.blame(found.node, words)
            self._teller.say(words, "error", found.node or "")
        self._folding.close(stopped=False)
        words = self._jobs.words(problems[0])
        self._release()
        self.failed.emit(words)
        self._proceed()

    def _broke(self, message: str, details: str = "") -> None:
        """The run failed for a reason that nobody foresaw: said on the node it was at, the details in the log."""
        planning = self._job is not None and self._job.do == "plan"
        if node := self._folding.suspect():
            self._folding.blame(node, message)
        for line in details.splitlines():
            self._teller.say(line, "engine", node or "")
        self._folding.close(stopped=False)
        self._release()
        if planning:
            self._teller.say(message, "warning")
        else:
            self._fail(message, node or "")
        self._proceed()

    def _engine_ended(self, why: str) -> None:
        job = self._job
        if job is None:
            self._teller.say(self.tr("The engine ended ({}); the next run starts it again.").format(why))
        elif self._stopping or (job.do == "plan" and self._next is not None):
            self._folding.close(stopped=True)
            ended_run = job.do == "run"
            self._teller.say(self.tr("Stopped; the engine will be started again."))
            self._release()
            if ended_run:
                self.finished.emit(cancelled_summary())
            self._proceed()
        else:
            node = self._folding.suspect()
            title = title_of(job.graph, self.document.registry, node) if node else ""
            where = self.tr(" while working on {}").format(title) if title else ""
            last = list(self._engine.last_lines)[-1:] if not self._engine.crashed else []
            why = ": ".join([why, *last])
            self._broke(self.tr("The engine stopped{} ({}). Run again to go on.").format(where, why))

    def _release(self) -> None:
        """The engine is free. What waits goes on with `_proceed`, after the end was told."""
        job, self._job, self._stopping = self._job, None, False
        self._patience.stop()
        self._fresh.refresh()
        if job is None or job.do == "plan":
            return
        self._session.prune(self._results.files())
        if not job.live:
            self._after.put_off_plan()
        if self._next is None:
            self._set_busy(False)
            self.progress.emit(None, "")

    def _proceed(self) -> None:
        if self._job is not None:  # whoever heard of the end ran again
            return
        waiting, self._next = self._next, None
        if waiting is not None:
            self._begin(waiting)
        else:
            self._after.go_on()

    def _edited(self, *_graphs: object) -> None:
        if self._fresh.refresh():
            self._after.edited()

    def _forget(self) -> None:
        self._drop_next()
        self._question.forget()
        self._fresh.freshness = Freshness()
        self._times = {}
        if self._folding.active:
            self._folding.drop()
            self._cancel()
            self._patience.start()

    def _fail(self, words: str, node: str = "") -> None:
        self._teller.say(words, "error", node)
        self.failed.emit(words)

    def _set_busy(self, busy: bool) -> None:
        if busy != self._busy:
            self._busy = busy
            self.busy_changed.emit(busy)
