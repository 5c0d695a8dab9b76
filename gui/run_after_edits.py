"""After an edit: when the engine is asked without being told to, for a plan or, in live mode, for a run."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

PLAN_MS, LIVE_MS = 400, 150


class AfterEdits(QObject):
    """Waits for a pause in the edits. `plan_wanted` or, in live mode, `live_wanted` follows.

    What is wanted while the engine is busy is put off, and comes again after `go_on`.
    """

    plan_wanted = Signal()
    live_wanted = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.live = False
        self.planning = True
        self._plan_due = self._live_due = False
        self._plan_later = QTimer(self, singleShot=True, interval=PLAN_MS)
        self._plan_later.timeout.connect(self.plan_wanted)
        self._live_later = QTimer(self, singleShot=True, interval=LIVE_MS)
        self._live_later.timeout.connect(self.live_wanted)

    def set_planning(self, on: bool) -> None:
        """Whether plans are asked for."""
        self.planning = on
        if on:
            self._plan_later.start()
        else:
            self._plan_later.stop()

    def set_live(self, on: bool) -> None:
        """Whether runs are asked for, in place of plans."""
        self.live = on
        if on:
            self._live_later.start()
        else:
            self._live_later.stop()
            self._live_due = False

    def edited(self) -> None:
        """Something that a run depends on is different: the pause begins anew."""
        if self.live:
            self._live_later.start()
        elif self.planning:
            self._plan_later.start()

    def plan_soon(self) -> None:
        """A plan is wanted after the pause."""
        self._plan_later.start()

    def no_plan_now(self) -> None:
        """A plan is made now, or a run that makes it needless."""
        self._plan_later.stop()

    def put_off_plan(self) -> None:
        """The engine is busy: a plan is wanted when it is not."""
        self._plan_due = True

    def put_off_live(self) -> None:
        """The engine is busy: a live run is wanted when it is not."""
        self._live_due = True

    def drop_live(self) -> None:
        """The live run that was put off is not wanted any more."""
        self._live_due = False

    def go_on(self) -> None:
        """The engine is idle: what was put off is wanted soon."""
        if self._live_due:
            self._live_due = False
            self._live_later.start()
        elif self.planning and self._plan_due:
            self._plan_due = False
            self._plan_later.start()

    def stop(self) -> None:
        """Nothing more is asked for."""
        self._plan_later.stop()
        self._live_later.stop()
